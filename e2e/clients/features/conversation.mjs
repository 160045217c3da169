// What a person and an assistant say to each other.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { listed } from "../../lib/provider.mjs";
import { until } from "../../lib/wait.mjs";

/** Words of several scripts, and a character outside the basic plane. */
export const WORDS = "čau ☎ こんにちは 🌍";

/** @typedef {import('../lib/setting.mjs').Setting} Setting */
/** @typedef {import('../roster.mjs').Client} Client */
/**
 * `verb`: what its program must offer; `talks`, `reads`: it must converse, and read webhooks;
 * `none`: why a client does not have it.
 * @typedef {{key: string, title: string, verb?: string, talks?: boolean, reads?: boolean, none?: (client: Client) => string | undefined, run: (it: Setting) => Promise<void>}} Feature
 */

/** Posts to the client's endpoint as the exchange would. @param {Setting} it @param {string} text @param {string} secret */
async function post(it, text, secret) {
  const change = {
    messaging_product: "whatsapp",
    metadata: { display_phone_number: it.account.display_phone_number, phone_number_id: it.account.phone_number_id },
    contacts: [{ profile: { name: "Eve" }, wa_id: it.to, user_id: `ZZ.${it.to}` }],
    messages: [{ from: it.to, from_user_id: `ZZ.${it.to}`, id: `wamid.${text}`, timestamp: "1760000000", type: "text", text: { body: text } }],
  };
  const body = JSON.stringify({ object: "whatsapp_business_account", entry: [{ id: it.account.waba_id, changes: [{ field: "messages", value: change }] }] });
  const signature = `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
  const headers = { "Content-Type": "application/json", "X-Hub-Signature-256": signature };
  return fetch(it.program.webhook, { method: "POST", headers, body });
}

/** @param {Setting} it */
async function handshake(it) {
  await listed(it.exchange, it.account.phone_number_id, 10_000);
}

/** @param {Setting} it */
async function signature(it) {
  const wrong = await post(it, "forged", "not the secret");
  assert.ok(wrong.status >= 400, `it answered ${wrong.status} to a forged webhook`);
  const right = await post(it, "genuine", it.account.app_secret);
  assert.ok(right.ok, `it answered ${right.status} to a genuine webhook`);
  await it.program.got({ event: "message", text: "genuine" });
  assert.ok(!it.program.events().some((e) => e.text === "forged"));
}

/** @param {Setting} it */
async function textIn(it) {
  const said = await it.person.says(WORDS);
  const heard = await it.program.got({ event: "message", type: "text", text: WORDS });
  assert.equal(heard.name, it.personName);
  assert.match(heard.id, /^wamid\./u);
  await until("two ticks", async () => (await it.person.line()).delivered_seq >= said.seq);
}

/** @param {Setting} it */
async function textOut(it) {
  const { id } = await it.program.ask("send_text", { to: it.to, body: `echo: ${WORDS}` });
  assert.match(id, /^wamid\./u);
  it.sentId = id;
  it.sentSeq = (await it.person.sees("the text", (m) => m.text?.body === `echo: ${WORDS}`)).seq;
}

/** @param {Setting} it */
async function buttons(it) {
  const choices = [{ id: "room:sea", title: "Sea view" }, { id: "room:hill", title: "Hill view" }];
  it.asked.buttons = (await it.program.ask("send_buttons", { to: it.to, body: "Which room?", buttons: choices })).id;
  const shown = await it.person.sees("the buttons", (m) => m.type === "buttons" && m.body === "Which room?");
  assert.deepEqual(shown.buttons.map((/** @type {any} */ b) => [b.id, b.title]), [["room:sea", "Sea view"], ["room:hill", "Hill view"]]);
  it.seqs.buttons = shown.seq;
}

/** @param {Setting} it */
async function buttonReply(it) {
  assert.ok(it.asked.buttons, "no buttons were sent");
  await it.person.answers(it.seqs.buttons, "room:sea", "button_reply");
  const pressed = await it.program.got({ event: "message", type: "button", data: "room:sea" });
  assert.equal(pressed.title, "Sea view");
  assert.equal(pressed.quoted, it.asked.buttons);
}

/** @param {Setting} it */
async function list(it) {
  const rows = [{ id: "day:mon", title: "Monday", description: "from 9" }, { id: "day:tue", title: "Tuesday", description: "from 10" }];
  it.asked.list = (await it.program.ask("send_list", { to: it.to, body: "Which day?", button: "See the days", sections: [{ title: "This week", rows }] })).id;
  const shown = await it.person.sees("the list", (m) => m.type === "list" && m.body === "Which day?");
  assert.deepEqual(shown.sections[0].rows.map((/** @type {any} */ r) => r.id), ["day:mon", "day:tue"]);
  it.seqs.list = shown.seq;
}

/** @param {Setting} it */
async function listReply(it) {
  assert.ok(it.asked.list, "no list was sent");
  await it.person.answers(it.seqs.list, "day:tue", "list_reply");
  const chosen = await it.program.got({ event: "message", type: "list", data: "day:tue" });
  assert.equal(chosen.title, "Tuesday");
  assert.equal(chosen.quoted, it.asked.list);
}

/** A place in Brno; degrees that are no round numbers. */
const PLACE = { latitude: 49.1951, longitude: 16.6068, name: "Náměstí Svobody", address: "Brno" };

/** @param {Setting} it */
async function locationOut(it) {
  await it.program.ask("send_location", { to: it.to, ...PLACE });
  const shown = await it.person.sees("the place", (m) => m.type === "location");
  assert.deepEqual([shown.latitude, shown.longitude, shown.name, shown.address], Object.values(PLACE));
}

/** @param {Setting} it */
async function locationIn(it) {
  await it.person.sends({ type: "location", latitude: 50.0875, longitude: 14.4213 });
  const heard = await it.program.got({ event: "message", type: "location" });
  assert.deepEqual([heard.latitude, heard.longitude], [50.0875, 14.4213]);
}

/** @param {Setting} it */
async function contactOut(it) {
  await it.program.ask("send_contact", { to: it.to, name: "Žofie Malá", phone: "+420601000000" });
  const shown = await it.person.sees("the contact", (m) => m.type === "contacts");
  assert.deepEqual([shown.cards[0].name.formatted_name, shown.cards[0].phones[0].phone], ["Žofie Malá", "+420601000000"]);
}

/** @param {Setting} it */
async function linkButton(it) {
  await it.program.ask("send_link_button", { to: it.to, body: "See the menu", label: "Menu", url: "https://example.org/menu" });
  const shown = await it.person.sees("the button", (m) => m.body === "See the menu");
  assert.ok(JSON.stringify(shown).includes("https://example.org/menu"));
}

/** @param {Setting} it */
async function reactionOut(it) {
  const said = await it.person.says("react to this");
  const { id } = await it.program.got({ event: "message", text: "react to this" });
  await it.program.ask("react", { to: it.to, id, emoji: "👍" });
  await it.person.sees("the reaction", (m) => m.reaction?.seq === said.seq && m.reaction.emoji === "👍");
}

/** @param {Setting} it */
async function reactionIn(it) {
  await it.person.sends({ type: "reaction", reaction: { seq: it.sentSeq, emoji: "🎉" } });
  const heard = await it.program.got({ event: "message", type: "reaction", emoji: "🎉" });
  assert.equal(heard.to, it.sentId);
}

/** @param {Setting} it */
async function replyOut(it) {
  const said = await it.person.says("quote this");
  const { id } = await it.program.got({ event: "message", text: "quote this" });
  await it.program.ask("send_reply", { to: it.to, body: "quoted", quoted: id });
  const shown = await it.person.sees("the reply", (m) => m.text?.body === "quoted");
  assert.equal(shown.context_seq, said.seq);
}

/** @param {Setting} it */
async function replyIn(it) {
  await it.person.says("about that", it.sentSeq);
  const heard = await it.program.got({ event: "message", text: "about that" });
  assert.equal(heard.quoted, it.sentId);
}

/** @param {Setting} it */
async function read(it) {
  const said = await it.person.says("read this");
  const { id } = await it.program.got({ event: "message", text: "read this" });
  assert.deepEqual(await it.program.ask("read", { id }), { success: true });
  await until("blue ticks", async () => (await it.person.line()).read_seq >= said.seq);
}

/** @param {Setting} it */
async function typing(it) {
  await it.person.says("type now");
  const { id } = await it.program.got({ event: "message", text: "type now" });
  it.person.live.length = 0;
  assert.deepEqual(await it.program.ask("typing", { id }), { success: true });
  await until("the person to see that it is typing", () => it.person.live.find((e) => e.event === "typing" && e.data.until > 0));
}

/** @param {string} status @param {(it: Setting) => Promise<unknown>} cause */
function status(status, cause) {
  return async (/** @type {Setting} */ it) => {
    assert.ok(it.sentId, "no text was sent");
    await cause(it);
    await it.program.got({ event: "status", status, id: it.sentId });
  };
}

/** @type {Feature[]} */
export const CONVERSATION = [
  { key: "handshake", title: "webhook handshake", none: ({ handshake: by }) => (typeof by === "object" ? by.none : undefined), run: handshake },
  { key: "text-in", title: "text, from the person", talks: true, reads: true, run: textIn },
  { key: "signature", title: "wrong signature refused, right one taken", talks: true, reads: true, run: signature },
  { key: "text-out", title: "text, to the person", verb: "send_text", run: textOut },
  { key: "status-sent", title: "status sent", talks: true, reads: true, run: status("sent", async () => {}) },
  { key: "status-delivered", title: "status delivered", talks: true, reads: true, run: status("delivered", (it) => it.person.received(it.sentSeq)) },
  { key: "status-read", title: "status read", talks: true, reads: true, run: status("read", (it) => it.person.hasRead(it.sentSeq)) },
  { key: "buttons-out", title: "reply buttons, to the person", verb: "send_buttons", run: buttons },
  { key: "buttons-in", title: "button pressed", talks: true, reads: true, run: buttonReply },
  { key: "list-out", title: "list, to the person", verb: "send_list", run: list },
  { key: "list-in", title: "row chosen", talks: true, reads: true, run: listReply },
  { key: "link-button", title: "button that opens an address", verb: "send_link_button", run: linkButton },
  { key: "location-out", title: "location, to the person", verb: "send_location", run: locationOut },
  { key: "location-in", title: "location, from the person", talks: true, reads: true, run: locationIn },
  { key: "contact-out", title: "contact card, to the person", verb: "send_contact", run: contactOut },
  { key: "reaction-out", title: "reaction, to the person", verb: "react", run: reactionOut },
  { key: "reaction-in", title: "reaction, from the person", talks: true, reads: true, run: reactionIn },
  { key: "reply-out", title: "reply that quotes, to the person", verb: "send_reply", run: replyOut },
  { key: "reply-in", title: "reply that quotes, from the person", talks: true, reads: true, run: replyIn },
  { key: "read", title: "mark as read", verb: "read", run: read },
  { key: "typing", title: "typing indicator", verb: "typing", run: typing },
];
