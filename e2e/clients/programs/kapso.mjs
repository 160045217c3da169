// @kapso/whatsapp-cloud-api, changed in nothing but its option baseUrl.

import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { WhatsAppClient } from "@kapso/whatsapp-cloud-api";
import { normalizeWebhook, verifySignature } from "@kapso/whatsapp-cloud-api/server";
import { answered, listen, serve, setting, tell } from "./rpc.mjs";

const phoneNumberId = setting("BOT_PHONE_NUMBER_ID");
const businessAccountId = setting("BOT_WABA_ID");
const client = new WhatsAppClient({ accessToken: setting("BOT_ACCESS_TOKEN"), baseUrl: setting("BOT_BASE_URL"), graphVersion: "v23.0" });
const { version } = createRequire(import.meta.url)("../../node_modules/@kapso/whatsapp-cloud-api/package.json");

/** @param {any} m @param {any} contact */
function message(m, contact) {
  const about = { event: "message", id: m.id, from: m.from, name: contact?.profile?.name, quoted: m.context?.id ?? null };
  switch (m.type) {
    case "interactive": {
      const answer = m.interactive.buttonReply ?? m.interactive.listReply;
      return { ...about, type: m.interactive.type === "button_reply" ? "button" : "list", data: answer.id, title: answer.title };
    }
    case "button": return { ...about, type: "button", data: m.button.payload, title: m.button.text };
    case "reaction": return { ...about, type: "reaction", emoji: m.reaction.emoji, to: m.reaction.messageId };
    case "location": return { ...about, type: "location", latitude: m.location.latitude, longitude: m.location.longitude };
    case "text": return { ...about, type: "text", text: m.text.body };
    default: {
      const media = m[m.type] ?? {};
      return { ...about, type: m.type, media: media.id, mime: media.mimeType, sha256: media.sha256, caption: media.caption };
    }
  }
}

await listen(answered, async (rawBody, signatureHeader) => {
  if (!verifySignature({ appSecret: setting("BOT_APP_SECRET"), rawBody, signatureHeader })) return 401;
  const { messages, statuses, contacts } = /** @type {any} */ (normalizeWebhook(JSON.parse(rawBody.toString())));
  for (const m of messages) tell(message(m, contacts[0]));
  for (const s of statuses) tell({ event: "status", id: s.id, status: s.status, code: s.errors?.[0]?.code ?? null });
  return 200;
});

/** @param {any} answer */
const sent = (answer) => ({ id: answer.messages[0].id });
/** @param {any} answer */
const done = (answer) => ({ success: answer.success === true });
const { messages, media, templates, phoneNumbers, flows } = client;

const conversation = {
  send_text: async ({ to, body }) => sent(await messages.sendText({ phoneNumberId, to, body })),
  send_reply: async ({ to, body, quoted }) => sent(await messages.sendText({ phoneNumberId, to, body, contextMessageId: quoted })),
  send_buttons: async ({ to, body, buttons }) => sent(await messages.sendInteractiveButtons({ phoneNumberId, to, bodyText: body, buttons })),
  send_list: async ({ to, body, button, sections }) =>
    sent(await messages.sendInteractiveList({ phoneNumberId, to, bodyText: body, buttonText: button, sections })),
  send_link_button: async ({ to, body, label, url }) =>
    sent(await messages.sendInteractiveCtaUrl({ phoneNumberId, to, bodyText: body, parameters: { displayText: label, url } })),
  send_location: async ({ to, ...location }) => sent(await messages.sendLocation({ phoneNumberId, to, location })),
  send_contact: async ({ to, name, phone }) => {
    const card = { name: { formattedName: name, firstName: name.split(" ")[0] }, phones: [{ phone, type: "WORK" }] };
    return sent(await messages.sendContacts({ phoneNumberId, to, contacts: [card] }));
  },
  react: async ({ to, id, emoji }) => sent(await messages.sendReaction({ phoneNumberId, to, reaction: { messageId: id, emoji } })),
  read: async ({ id }) => done(await messages.markRead({ phoneNumberId, messageId: id })),
  typing: async ({ id }) => done(await messages.markRead({ phoneNumberId, messageId: id, typingIndicator: { type: "text" } })),
};

const files = {
  upload: async ({ bytes, mime, name }) => {
    const file = new Blob([Buffer.from(bytes, "base64")], { type: mime });
    return { id: (await media.upload({ phoneNumberId, type: mime, file, fileName: name })).id };
  },
  media_info: async ({ id }) => {
    const info = /** @type {any} */ (await media.get({ mediaId: id, phoneNumberId }));
    return { url: info.url, mime: info.mimeType, sha256: info.sha256, size: Number(info.fileSize) };
  },
  download: async ({ id }) => {
    // Of itself it sends its token to hosts of its maker's alone; the platform wants it, too.
    const got = Buffer.from(/** @type {ArrayBuffer} */ (await media.download({ mediaId: id, phoneNumberId, auth: "always" })));
    return { sha256: createHash("sha256").update(got).digest("hex"), size: got.length };
  },
  delete_media: async ({ id }) => done(await media.delete({ mediaId: id, phoneNumberId })),
  send_image: async ({ to, media: id, caption }) => sent(await messages.sendImage({ phoneNumberId, to, image: { id, caption } })),
  send_image_link: async ({ to, link }) => sent(await messages.sendImage({ phoneNumberId, to, image: { link } })),
  send_document: async ({ to, media: id, name }) => sent(await messages.sendDocument({ phoneNumberId, to, document: { id, filename: name } })),
  send_voice: async ({ to, media: id }) => sent(await messages.sendAudio({ phoneNumberId, to, audio: { id, voice: true } })),
};

const forms = {
  template_create: async ({ name, body, example }) => {
    const components = [{ type: "BODY", text: body, example: { bodyText: [[example]] } }];
    const made = /** @type {any} */ (await templates.create({ businessAccountId, name, language: "en_US", category: "UTILITY", components }));
    return { id: made.id, status: made.status };
  },
  template_list: async () => ({ names: (await templates.list({ businessAccountId })).data.map((/** @type {any} */ one) => one.name) }),
  template_send: async ({ to, name, value }) => {
    const components = [{ type: "body", parameters: [{ type: "text", text: value }] }];
    return sent(await messages.sendTemplate({ phoneNumberId, to, template: { name, language: { code: "en_US" }, components } }));
  },
  template_delete: async ({ name }) => done(await templates.delete({ businessAccountId, name })),
};

/** It wants Flow JSON written with humps, and writes it back as WhatsApp has it. @param {any} json */
function camel(json) {
  return JSON.parse(JSON.stringify(json).replaceAll('"on-click-action"', '"onClickAction"'));
}

const account = {
  profile: async () => {
    const got = /** @type {any} */ (await phoneNumbers.businessProfile.get({ phoneNumberId, fields: "about,vertical" }));
    return { about: got.data[0].about };
  },
  profile_set: async ({ about }) => done(await phoneNumbers.businessProfile.update({ phoneNumberId, about })),
  register: async ({ pin }) => done(await phoneNumbers.register({ phoneNumberId, pin })),
  deregister: async () => done(await phoneNumbers.deregister({ phoneNumberId })),
  request_code: async () => done(await phoneNumbers.requestCode({ phoneNumberId, codeMethod: "SMS", language: "en_US" })),
  verify_code: async ({ code }) => done(await phoneNumbers.verifyCode({ phoneNumberId, code })),
  settings: async () => ({ settings: JSON.stringify(await phoneNumbers.settings.get({ phoneNumberId })) }),
  flow_create: async ({ name, json }) => ({ id: (await flows.create({ wabaId: businessAccountId, name, flowJson: camel(json) })).id }),
  flow_asset: async ({ id, json }) => ({ valid: (await flows.updateAsset({ flowId: id, json: camel(json) })).success === true }),
  flow_publish: async ({ id }) => done(await flows.publish({ flowId: id })),
  flow_list: async () => ({ ids: (/** @type {any} */ (await flows.list({ wabaId: businessAccountId }))).data.map((/** @type {any} */ one) => one.id) }),
};

await serve(version, { ...conversation, ...files, ...forms, ...account });
