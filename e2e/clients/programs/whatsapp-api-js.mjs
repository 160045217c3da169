// whatsapp-api-js, changed in nothing but its option ponyfill.fetch.

import { createHash } from "node:crypto";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import {
  ActionButtons, ActionCTA, ActionList, Audio, Body, BodyComponent, BodyParameter, Button, Contacts, Document, Image, Interactive, ListSection,
  Location, Name, Phone, Reaction, Row, Template, Text,
} from "whatsapp-api-js/messages";
import { WhatsAppAPI } from "whatsapp-api-js/middleware/node-http";
import { serve, setting, tell } from "./rpc.mjs";

const PHONE = setting("BOT_PHONE_NUMBER_ID");
const GRAPH = "https://graph.facebook.com";
const { version } = createRequire(import.meta.url)("../../node_modules/whatsapp-api-js/package.json");

const wa = new WhatsAppAPI({
  token: setting("BOT_ACCESS_TOKEN"),
  appSecret: setting("BOT_APP_SECRET"),
  webhookVerifyToken: setting("BOT_VERIFY_TOKEN"),
  v: "v25.0",
  // The one change from a bot on WhatsApp itself.
  ponyfill: { fetch: (/** @type {any} */ url, /** @type {any} */ init) => fetch(String(url).replace(GRAPH, setting("BOT_BASE_URL")), init) },
});

wa.on.message = ({ from, name, message: m }) => {
  const about = { event: "message", id: m.id, from, name, quoted: m.context?.id ?? null };
  if (m.type === "text") tell({ ...about, type: "text", text: m.text.body });
  else if (m.type === "reaction") tell({ ...about, type: "reaction", emoji: m.reaction.emoji, to: m.reaction.message_id });
  else if (m.type === "location") tell({ ...about, type: "location", latitude: m.location.latitude, longitude: m.location.longitude });
  else if (m.type === "button") tell({ ...about, type: "button", data: m.button.payload, title: m.button.text });
  else if (m.type === "interactive") {
    const answer = /** @type {any} */ (m.interactive)[m.interactive.type];
    tell({ ...about, type: m.interactive.type === "button_reply" ? "button" : "list", data: answer.id, title: answer.title });
  } else {
    const media = /** @type {any} */ (m)[m.type];
    tell({ ...about, type: m.type, media: media.id, mime: media.mime_type, sha256: media.sha256, caption: media.caption });
  }
};
wa.on.status = ({ id, status, error }) => tell({ event: "status", id, status, code: error?.code ?? null });

const server = createServer(async (request, response) => {
  if (request.method === "POST") {
    response.statusCode = await wa.handle_post(request);
    response.end();
    return;
  }
  try {
    response.end(wa.handle_get(request));
  } catch (status) {
    response.writeHead(Number(status)).end();
  }
});
await new Promise((resolve) => { server.listen(Number(setting("BOT_PORT")), "127.0.0.1", () => resolve(undefined)); });

/** It returns what it was answered, refusals too. @param {any} answer */
function good(answer) {
  if (answer.error) throw new Error(`${answer.error.code} ${answer.error.message}`);
  return answer;
}

/** @param {string} to @param {any} message @param {string} [context] */
async function send(to, message, context) {
  return { id: good(await wa.sendMessage(PHONE, to, message, context)).messages[0].id };
}

/** @param {Promise<any>} answer */
const done = async (answer) => ({ success: good(await answer).success === true });

const conversation = {
  send_text: ({ to, body }) => send(to, new Text(body)),
  send_reply: ({ to, body, quoted }) => send(to, new Text(body), quoted),
  send_buttons: ({ to, body, buttons }) => {
    const made = buttons.map((/** @type {any} */ one) => new Button(one.id, one.title));
    return send(to, new Interactive(new ActionButtons(made[0], ...made.slice(1)), new Body(body)));
  },
  send_list: ({ to, body, button, sections }) => {
    const made = sections.map((/** @type {any} */ s) => {
      const rows = s.rows.map((/** @type {any} */ r) => new Row(r.id, r.title, r.description));
      return new ListSection(s.title, rows[0], ...rows.slice(1));
    });
    return send(to, new Interactive(new ActionList(button, made[0], ...made.slice(1)), new Body(body)));
  },
  send_link_button: ({ to, body, label, url }) => send(to, new Interactive(new ActionCTA(label, url), new Body(body))),
  send_location: ({ to, latitude, longitude, name, address }) => send(to, new Location(longitude, latitude, name, address)),
  send_contact: ({ to, name, phone }) => send(to, new Contacts([new Name(name, name.split(" ")[0]), new Phone(phone, "WORK")])),
  react: ({ to, id, emoji }) => send(to, new Reaction(id, emoji)),
  read: ({ id }) => done(wa.markAsRead(PHONE, id)),
  typing: ({ id }) => done(wa.markAsRead(PHONE, id, "text")),
  template_send: ({ to, name, value }) => send(to, new Template(name, "en_US", new BodyComponent(new BodyParameter(value)))),
};

const files = {
  upload: async ({ bytes, mime, name }) => {
    const form = new FormData();
    form.set("file", new Blob([Buffer.from(bytes, "base64")], { type: mime }), name);
    return { id: good(await wa.uploadMedia(PHONE, form)).id };
  },
  media_info: async ({ id }) => {
    const info = good(await wa.retrieveMedia(id, PHONE));
    return { url: info.url, mime: info.mime_type, sha256: info.sha256, size: Number(info.file_size) };
  },
  download: async ({ id }) => {
    const { url } = good(await wa.retrieveMedia(id));
    const answer = await wa.fetchMedia(url);
    if (!answer.ok) throw new Error(`download: ${answer.status}`);
    const got = Buffer.from(await answer.arrayBuffer());
    return { sha256: createHash("sha256").update(got).digest("hex"), size: got.length };
  },
  delete_media: ({ id }) => done(wa.deleteMedia(id, PHONE)),
  send_image: ({ to, media, caption }) => send(to, new Image(media, true, caption)),
  send_image_link: ({ to, link }) => send(to, new Image(link)),
  send_document: ({ to, media, name }) => send(to, new Document(media, true, undefined, name)),
  send_voice: ({ to, media }) => send(to, new Audio(media, true, true)),
};

const account = {
  block: async ({ user }) => ({ users: good(await wa.blockUser(PHONE, user)).block_users.added_users.map((/** @type {any} */ one) => one.wa_id ?? one.input) }),
  unblock: async ({ user }) => ({ users: good(await wa.unblockUser(PHONE, user)).block_users.removed_users.map((/** @type {any} */ one) => one.wa_id ?? one.input) }),
  qr_create: async ({ text }) => ({ code: good(await wa.createQR(PHONE, text)).code }),
  qr_list: async () => ({ codes: good(await wa.retrieveQR(PHONE)).data.map((/** @type {any} */ one) => one.code) }),
  qr_update: async ({ code, text }) => ({ text: good(await wa.updateQR(PHONE, code, text)).prefilled_message }),
  qr_delete: ({ code }) => done(wa.deleteQR(PHONE, code)),
};

await serve(version, { ...conversation, ...files, ...account });
