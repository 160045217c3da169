// whatsapp, Meta's archived SDK, changed in nothing but the environment's WA_BASE_URL.
//
// Its own receiver answers handshakes, but throws on every POST (it joins a text as if it were a
// list of buffers). So it listens one port further and gets the handshakes, and an ordinary
// server takes the POSTs. That it still throws is shown on every run, see `own_receiver`.

import { createHmac } from "node:crypto";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { NotOffered, listen, serve, setting, tell } from "./rpc.mjs";

const require = createRequire(import.meta.url);

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = /** @type {any} */ (probe.address());
      probe.close(() => resolve(port));
    });
  });
}

const ownPort = await freePort();
Object.assign(process.env, {
  NODE_ENV: "production",
  M4D_APP_ID: setting("BOT_APP_ID"),
  M4D_APP_SECRET: setting("BOT_APP_SECRET"),
  WA_PHONE_NUMBER_ID: setting("BOT_PHONE_NUMBER_ID"),
  WA_BUSINESS_ACCOUNT_ID: setting("BOT_WABA_ID"),
  CLOUD_API_VERSION: "v16.0",
  CLOUD_API_ACCESS_TOKEN: setting("BOT_ACCESS_TOKEN"),
  WEBHOOK_ENDPOINT: "webhook",
  WEBHOOK_VERIFICATION_TOKEN: setting("BOT_VERIFY_TOKEN"),
  LISTENER_PORT: String(ownPort),
});
// It logs to standard output, which is the driver's.
console.log = console.error;
const WhatsApp = require("whatsapp");
const { version } = require("whatsapp/package.json");
// As text: a number of seventeen digits does not fit into its parseInt.
const wa = new WhatsApp(setting("BOT_PHONE_NUMBER_ID"));

/** @type {(value: unknown) => void} */
let ownGot = () => {};
wa.webhooks.start((/** @type {number} */ status) => ownGot(status));
await listening(ownPort);

/** @param {number} port */
async function listening(port) {
  for (;;) {
    const answer = await fetch(`http://127.0.0.1:${port}/webhook?hub.mode=none`).catch(() => undefined);
    if (answer) return;
  }
}

/** The whole of a conversation, read without the SDK. @param {any} value */
function told(value) {
  for (const m of value.messages ?? []) {
    const about = { event: "message", id: m.id, from: m.from, name: value.contacts?.[0]?.profile?.name, quoted: m.context?.id ?? null, type: m.type };
    const answer = m.interactive?.button_reply ?? m.interactive?.list_reply;
    if (answer) tell({ ...about, type: m.interactive.type === "button_reply" ? "button" : "list", data: answer.id, title: answer.title });
    else tell({ ...about, text: m.text?.body, emoji: m.reaction?.emoji, to: m.reaction?.message_id });
  }
  for (const s of value.statuses ?? []) tell({ event: "status", id: s.id, status: s.status, code: s.errors?.[0]?.code ?? null });
}

/** What the SDK's own receiver answers to a handshake. @param {URLSearchParams} query */
async function handshake(query) {
  const answer = await fetch(`http://127.0.0.1:${ownPort}/webhook?${query}`);
  return { status: answer.status, body: await answer.text() };
}

await listen(handshake, async (body) => {
  told(JSON.parse(body.toString()).entry[0].changes[0].value);
  return 200;
});

/** Shows that the SDK cannot take a POST that is signed as it should be. */
async function ownReceiver() {
  const body = JSON.stringify({ object: "whatsapp_business_account", entry: [] });
  const signature = `sha256=${createHmac("sha256", setting("BOT_APP_SECRET")).update(body).digest("hex")}`;
  const outcome = await new Promise((resolve) => {
    ownGot = resolve;
    process.once("uncaughtException", resolve);
    const headers = { "x-hub-signature-256": signature, "content-type": "application/json" };
    // It is never answered; the connection is dropped with the receiver.
    void fetch(`http://127.0.0.1:${ownPort}/webhook`, { method: "POST", headers, body }).catch(() => {});
  });
  wa.webhooks.stop(() => {});
  if (outcome === 200) return {};
  throw new NotOffered(`its own receiver throws on every POST, rightly signed or not (${/** @type {any} */ (outcome).code}); an ordinary server took them for it`);
}

/** @param {any} answer @returns {Promise<any>} */
async function body(answer) {
  const said = await answer.responseBodyToJSON();
  if (answer.statusCode() !== 200) throw new Error(`${answer.statusCode()} ${said.error?.code} ${said.error?.message}`);
  return said;
}

/** @param {Promise<any>} answer */
const sent = async (answer) => ({ id: (await body(await answer)).messages[0].id });
/** @param {Promise<any>} answer */
const done = async (answer) => ({ success: (await body(await answer)).success === true });

await serve(version, {
  own_receiver: ownReceiver,
  send_text: ({ to, body: text }) => sent(wa.messages.text({ body: text }, to)),
  send_reply: ({ to, body: text, quoted }) => sent(wa.messages.text({ body: text }, to, quoted)),
  send_buttons: ({ to, body: text, buttons }) => {
    const made = buttons.map((/** @type {any} */ reply) => ({ type: "reply", reply }));
    return sent(wa.messages.interactive({ type: "button", body: { text }, action: { buttons: made } }, to));
  },
  send_list: ({ to, body: text, button, sections }) =>
    sent(wa.messages.interactive({ type: "list", body: { text }, action: { button, sections } }, to)),
  send_location: ({ to, ...location }) => sent(wa.messages.location(location, to)),
  send_contact: ({ to, name, phone }) => {
    const card = { name: { formatted_name: name, first_name: name.split(" ")[0] }, phones: [{ phone, type: "WORK" }] };
    return sent(wa.messages.contacts([card], to));
  },
  read: ({ id }) => done(wa.messages.status({ status: "read", message_id: id })),
  send_image_link: ({ to, link }) => sent(wa.messages.image({ link }, to)),
  template_send: ({ to, name, value }) => {
    const components = [{ type: "body", parameters: [{ type: "text", text: value }] }];
    return sent(wa.messages.template({ name, language: { code: "en_US", policy: "deterministic" }, components }, to));
  },
  set_pin: ({ pin }) => done(wa.twoStepVerification.setPin(Number(pin))),
});
