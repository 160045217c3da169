// Templates, numbers, accounts, apps, flows: what the client asks of the exchange itself.

import assert from "node:assert/strict";
import { CARD } from "../../lib/provider.mjs";

/** @typedef {import('../lib/setting.mjs').Setting} Setting */
/** @typedef {import('./conversation.mjs').Feature} Feature */

const TEMPLATE = "order_sent";
const SUCCESS = { success: true };
const FLOW = {
  version: "7.0",
  screens: [{
    id: "WELCOME",
    title: "Welcome",
    terminal: true,
    success: true,
    data: {},
    layout: {
      type: "SingleColumnLayout",
      children: [{ type: "TextHeading", text: "Hello" }, { type: "Footer", label: "Done", "on-click-action": { name: "complete", payload: {} } }],
    },
  }],
};

/** Graph as a provider's own script would call it, for what the client has no call. @param {Setting} it @param {string} method @param {string} path @param {unknown} [body] */
async function graph(it, method, path, body) {
  const headers = { Authorization: `Bearer ${it.account.access_token}`, "Content-Type": "application/json" };
  const answer = await fetch(`${it.exchange.url}/v25.0/${path}`, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) });
  const said = await answer.json();
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${JSON.stringify(said)}`);
  return said;
}

/** Whether the template is there, made by the client or else by a script. @param {Setting} it */
async function templateIsThere(it) {
  const path = `${it.account.waba_id}/message_templates`;
  const { data } = await graph(it, "GET", `${path}?name=${TEMPLATE}`);
  if (data.length > 0) return;
  const components = [{ type: "BODY", text: "Your order {{1}} is on its way.", example: { body_text: [["860198"]] } }];
  await graph(it, "POST", path, { name: TEMPLATE, language: "en_US", category: "UTILITY", components });
}

/** @param {Setting} it */
async function templateCreate(it) {
  const made = await it.program.ask("template_create", { name: TEMPLATE, body: "Your order {{1}} is on its way.", example: "860198" });
  assert.match(String(made.id), /^\d+$/u);
  const { data } = await graph(it, "GET", `${it.account.waba_id}/message_templates?name=${TEMPLATE}`);
  assert.deepEqual([data.length, data[0].id, data[0].status], [1, String(made.id), "APPROVED"]);
}

/** @param {Setting} it */
async function templateList(it) {
  await templateIsThere(it);
  assert.deepEqual((await it.program.ask("template_list")).names, [TEMPLATE]);
}

/** @param {Setting} it */
async function templateSend(it) {
  await templateIsThere(it);
  const { id } = await it.program.ask("template_send", { to: it.to, name: TEMPLATE, value: "4711 ☎" });
  assert.match(id, /^wamid\./u);
  await it.person.sees("the template, filled in", (m) => JSON.stringify(m).includes("Your order 4711 ☎ is on its way."));
}

/** A template that asks, its button, and what the client reads when it is pressed. @param {Setting} it */
async function templateReply(it) {
  const components = [
    { type: "BODY", text: "Shall order {{1}} be sent again?", example: { body_text: [["860198"]] } },
    { type: "BUTTONS", buttons: [{ type: "QUICK_REPLY", text: "Send it" }] },
  ];
  const asks = { name: "send_again", language: "en_US", category: "UTILITY", components };
  await graph(it, "POST", `${it.account.waba_id}/message_templates`, asks);
  const { id } = await it.program.ask("template_send", { to: it.to, name: asks.name, value: "4711" });
  const shown = await it.person.sees("the template that asks", (m) => JSON.stringify(m).includes("Shall order 4711 be sent again?"));
  await it.person.sends({ type: "template_reply", reply: { id: "0" }, context_seq: shown.seq });
  const pressed = await it.program.got({ event: "message", type: "button", title: "Send it" });
  assert.equal(pressed.quoted, id);
  await graph(it, "DELETE", `${it.account.waba_id}/message_templates?name=${asks.name}`);
}

/** @param {Setting} it */
async function templateDelete(it) {
  await templateIsThere(it);
  assert.deepEqual(await it.program.ask("template_delete", { name: TEMPLATE }), SUCCESS);
  const { data } = await graph(it, "GET", `${it.account.waba_id}/message_templates?name=${TEMPLATE}`);
  assert.deepEqual(data, []);
}

/** A call whose answer is compared. @param {string} verb @param {(it: Setting) => unknown} wanted @param {(it: Setting) => Record<string, unknown>} [given] */
function says(verb, wanted, given = () => ({})) {
  return async (/** @type {Setting} */ it) => assert.deepEqual(await it.program.ask(verb, given(it)), wanted(it));
}

/** A call that answers with success alone. @param {string} verb @param {(it: Setting) => Record<string, unknown>} [given] */
const succeeds = (verb, given) => says(verb, () => SUCCESS, given);

/** @param {Setting} it */
async function phone(it) {
  const got = await it.program.ask("phone");
  assert.deepEqual([got.id, got.name], [it.account.phone_number_id, it.name]);
}

/** @param {Setting} it */
async function profile(it) {
  const { about } = await it.program.ask("profile");
  const { data } = await graph(it, "GET", `${it.account.phone_number_id}/whatsapp_business_profile?fields=about`);
  assert.equal(about, data[0].about);
}

/** @param {Setting} it */
async function profileSet(it) {
  const about = "Says back what it hears ☎";
  assert.deepEqual(await it.program.ask("profile_set", { about }), SUCCESS);
  const { data } = await graph(it, "GET", `${it.account.phone_number_id}/whatsapp_business_profile?fields=about`);
  assert.equal(data[0].about, about);
}

/** @param {Setting} it */
async function appToken(it) {
  const { token } = await it.program.ask("app_token");
  assert.equal(token, `${it.account.app_id}|${it.account.app_secret}`);
}

/** @param {Setting} it */
async function qr(it) {
  const { code } = await it.program.ask("qr_create", { text: "hello from the shop" });
  assert.ok((await it.program.ask("qr_list")).codes.includes(code));
  assert.deepEqual(await it.program.ask("qr_update", { code, text: "hello again" }), { text: "hello again" });
  assert.deepEqual(await it.program.ask("qr_delete", { code }), SUCCESS);
  assert.ok(!(await it.program.ask("qr_list")).codes.includes(code));
}

/** @param {Setting} it */
async function block(it) {
  assert.deepEqual((await it.program.ask("block", { user: it.to })).users, [it.to]);
  if (it.program.has("blocked")) assert.deepEqual((await it.program.ask("blocked")).users, [it.to]);
  assert.deepEqual((await it.program.ask("unblock", { user: it.to })).users, [it.to]);
  const { data } = await graph(it, "GET", `${it.account.phone_number_id}/block_users`);
  assert.deepEqual(data, []);
}

/** @param {Setting} it */
async function flows(it) {
  const { id } = await it.program.ask("flow_create", { name: "welcome", json: FLOW });
  assert.ok((await it.program.ask("flow_list")).ids.includes(String(id)));
  if (!it.program.has("flow_delete")) return;
  assert.deepEqual(await it.program.ask("flow_delete", { id: String(id) }), SUCCESS);
  assert.ok(!(await it.program.ask("flow_list")).ids.includes(String(id)));
}

/** @param {Setting} it */
async function flowPublish(it) {
  const { id } = await it.program.ask("flow_create", { name: "published", json: FLOW });
  assert.deepEqual(await it.program.ask("flow_asset", { id: String(id), json: FLOW }), { valid: true });
  assert.deepEqual(await it.program.ask("flow_publish", { id: String(id) }), SUCCESS);
  assert.equal((await graph(it, "GET", `${id}?fields=status`)).status, "PUBLISHED");
}

/** The code is where its provider finds it: there is no telephone to send it to. @param {Setting} it */
async function verifyCode(it) {
  const headers = { Authorization: `Bearer ${it.account.access_token}` };
  const { code } = await it.exchange.json(`/providers/${it.account.provider_id}/code`, { headers });
  await assert.rejects(it.program.ask("verify_code", { code: code === "111111" ? "222222" : "111111" }));
  assert.deepEqual(await it.program.ask("verify_code", { code }), SUCCESS);
}

/** @param {Setting} it */
async function flowList(it) {
  const { id } = await graph(it, "POST", `${it.account.waba_id}/flows`, { name: "listed", categories: ["OTHER"] });
  assert.ok((await it.program.ask("flow_list")).ids.includes(String(id)));
}

/** @param {Setting} it */
const here = (it) => ({ url: it.program.webhook });

/** @type {Feature[]} */
export const TEMPLATES = [
  { key: "template-create", title: "template created", verb: "template_create", run: templateCreate },
  { key: "template-list", title: "templates listed", verb: "template_list", run: templateList },
  { key: "template-send", title: "template sent, filled in at the person's", verb: "template_send", run: templateSend },
  { key: "template-reply", title: "template's quick reply pressed", verb: "template_send", reads: true, run: templateReply },
  { key: "template-delete", title: "template deleted", verb: "template_delete", run: templateDelete },
];

/** @type {Feature[]} */
export const ACCOUNT = [
  { key: "phone", title: "phone number read", verb: "phone", run: phone },
  { key: "phones", title: "phone numbers listed", verb: "phones", run: says("phones", (it) => ({ ids: [it.account.phone_number_id] })) },
  { key: "profile", title: "business profile read", verb: "profile", run: profile },
  { key: "profile-set", title: "business profile changed", verb: "profile_set", run: profileSet },
  { key: "waba", title: "account read", verb: "waba", run: says("waba", (it) => ({ id: it.account.waba_id, name: CARD.provider })) },
  { key: "subscribed-apps", title: "subscribed apps listed", verb: "subscribed_apps", run: says("subscribed_apps", (it) => ({ ids: [it.account.app_id] })) },
  { key: "subscribed-apps-add", title: "app subscribed to the account", verb: "subscribed_apps_add", run: succeeds("subscribed_apps_add") },
  { key: "waba-callback", title: "account's callback overridden", verb: "waba_callback", run: succeeds("waba_callback", here) },
  { key: "phone-callback", title: "number's callback overridden", verb: "phone_callback", run: succeeds("phone_callback", here) },
  { key: "phone-callback-delete", title: "override ended", verb: "phone_callback_delete", run: succeeds("phone_callback_delete") },
  { key: "app-token", title: "app token (`oauth/access_token`)", verb: "app_token", run: appToken },
  { key: "token-exchange", title: "token exchanged for a lasting one", verb: "token_exchange", run: says("token_exchange", (it) => ({ token: it.account.access_token }), (it) => ({ token: it.account.access_token })) },
  { key: "app-subscribe", title: "app's callback set, with its handshake", verb: "app_subscribe", run: succeeds("app_subscribe", here) },
  { key: "app-subscriptions", title: "app's subscriptions listed", verb: "app_subscriptions", run: says("app_subscriptions", (it) => ({ urls: [it.program.webhook] })) },
  { key: "debug-token", title: "`debug_token`", verb: "debug_token", run: says("debug_token", (it) => ({ app_id: it.account.app_id, valid: true }), (it) => ({ token: it.account.access_token })) },
  { key: "settings", title: "settings read", verb: "settings", run: async (it) => assert.ok((await it.program.ask("settings")).settings) },
  { key: "commerce", title: "commerce settings changed", verb: "commerce_set", run: succeeds("commerce_set", () => ({ cart: true })) },
  { key: "commerce-read", title: "commerce settings read", verb: "commerce", run: says("commerce", () => ({ cart: true })) },
  { key: "automation", title: "ice breakers set", verb: "automation_set", run: succeeds("automation_set", () => ({ words: ["Plan a trip"] })) },
  { key: "block", title: "person blocked and unblocked", verb: "block", run: block },
  { key: "qr", title: "QR codes made, listed, changed, deleted", verb: "qr_create", run: qr },
  { key: "flows", title: "flow created, listed, deleted", verb: "flow_create", run: flows },
  { key: "flow-publish", title: "flow's JSON changed, published", verb: "flow_publish", run: flowPublish },
  { key: "flow-list", title: "flows listed", verb: "flow_list", run: flowList },
  { key: "set-pin", title: "two-step pin set", verb: "set_pin", run: succeeds("set_pin", () => ({ pin: "135790" })) },
  { key: "request-code", title: "code requested", verb: "request_code", run: succeeds("request_code") },
  { key: "verify-code", title: "code given back", verb: "verify_code", run: verifyCode },
  { key: "register", title: "number registered", verb: "register", run: succeeds("register", () => ({ pin: "135790" })) },
  { key: "deregister", title: "number deregistered", verb: "deregister", run: succeeds("deregister") },
  { key: "subscribed-apps-remove", title: "app's subscription to the account ended", verb: "subscribed_apps_remove", run: succeeds("subscribed_apps_remove") },
  { key: "app-unsubscribe", title: "app's subscription ended", verb: "app_unsubscribe", run: succeeds("app_unsubscribe") },
];
