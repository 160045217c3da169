// What messages hold, in words and links; what may be sent.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as facts from "../../web/lib/facts.js";
import { groups } from "../../web/lib/late-emoji.js";
import { judge } from "../../web/lib/late-upload.js";
import { answers, isRow } from "../../web/lib/log.js";
import { requestAgain } from "../../web/lib/outbox.js";
import { spoken, wordsOf } from "../../web/lib/words.js";

test("sizes, types and hosts in words", () => {
  assert.deepEqual([0, 999, 1400, 999_400, 999_600, 16 << 20].map(facts.sizeWords), ["0 bytes", "999 bytes", "1.4 kB", "999 kB", "1.0 MB", "17 MB"]);
  assert.equal(facts.typeWord("application/pdf; x=y"), "PDF");
  assert.equal(facts.typeWord(facts.TYPES.document[5]), "Word");
  assert.equal(facts.hostOf("https://a@rooms.example:8443/x"), "rooms.example:8443");
  for (const bad of ["javascript:alert(1)", "data:text/html,x", "rooms", ""]) assert.equal(facts.hostOf(bad), null, bad);
});

test("a place leads to the device's map and to a page, and to nowhere else", () => {
  const place = { latitude: -33.8568, longitude: 151.2153 };
  assert.equal(facts.coordinates(place), "-33.85680, 151.21530");
  assert.equal(facts.geoHref(place), "geo:-33.8568,151.2153?q=-33.8568,151.2153");
  assert.equal(new URL(facts.mapHref(place)).host, "www.openstreetmap.org");
});

test("a vCard escapes what would end a line or a part", () => {
  const card = { name: { formatted_name: "Ada; L,\nx", first_name: "Ada", last_name: "L;ovelace" }, phones: [{ phone: "+32 2", type: "WORK" }, { phone: "1", type: "x;y" }], emails: [{ email: "a@b.example" }], birthday: "1815-12-10" };
  const lines = facts.vcard(card).split("\r\n");
  assert.equal(lines[0], "BEGIN:VCARD");
  assert.ok(lines.includes("FN:Ada\\; L\\,\\nx") && lines.includes("N:L\\;ovelace;Ada;;;"));
  assert.ok(lines.includes("TEL;TYPE=WORK:+32 2") && lines.includes("TEL:1") && lines.includes("BDAY:1815-12-10"));
});

test("a typed contact has the parts the platform wants", () => {
  assert.deepEqual(facts.cardOf({ name: " Ada  King Lovelace ", phone: " ", email: "a@b.example" }), {
    name: { formatted_name: "Ada  King Lovelace", first_name: "Ada", last_name: "King Lovelace" }, emails: [{ email: "a@b.example" }],
  });
});

test("an order is shown with the names and prices of its question", () => {
  const tea = { catalog: 1, retailer_id: "tea", name: "Tea", price_cents: 250, currency: "EUR" };
  const question = { type: "product_list", sections: [{ products: [tea] }] };
  const waiting = facts.orderLines({ items: [{ retailer_id: "tea", quantity: 3 }] }, question, "en-GB");
  assert.deepEqual([waiting.lines[0].words, waiting.lines[0].price, waiting.total], ["3 × Tea", "€7.50", "€7.50"]);
  const unknown = facts.orderLines({ items: [{ retailer_id: "tea", quantity: 3 }] }, undefined, "en-GB");
  assert.deepEqual([unknown.lines[0].words, unknown.total], ["3 × tea", null]);
  assert.equal(facts.money(100, "no currency", "en-GB"), "1.00 no currency");
});

test("each question is answered by what it asks for, and by nothing else", () => {
  const said = (seq, type, more = {}) => ({ seq, type, from: "person", ...more });
  const template = { seq: 5, type: "template", buttons: [{ kind: "url" }, { kind: "reply", text: "Yes", payload: "y" }], cards: [{ buttons: [{ kind: "reply", text: "Take", payload: "1" }] }] };
  const messages = [
    { seq: 1, type: "location_request" }, { seq: 2, type: "contact_request" }, { seq: 3, type: "call_permission_request" }, { seq: 4, type: "text" }, template,
    said(6, "location", { context_seq: 1 }), said(7, "contacts", { context_seq: 2 }), said(8, "call_permission_reply", { context_seq: 3, accepted: true, until_ms: 5 }),
    said(9, "location", { context_seq: 4 }), said(10, "template_reply", { context_seq: 5, reply: { id: "y", title: "Yes" } }),
  ];
  assert.deepEqual([...answers(messages)], [[1, "sent"], [3, "once"], [5, "1"]]);
  const card = said(11, "template_reply", { context_seq: 5, reply: { id: "1", title: "Take" } });
  assert.equal(answers([template, card]).get(5), "0.0");
  assert.equal(answers([template, { ...card, seq: null, reply: { id: "0.0", title: "Take" } }]).get(5), "0.0", "before it is accepted");
  assert.equal(answers([messages[2], said(8, "call_permission_reply", { context_seq: 3, accepted: false, error: {} })]).size, 0, "not sent");
});

test("every type has words, and what is not known is said to be unknown", () => {
  const words = [
    [{ type: "media", kind: "image", caption: "*Sea*" }, "Photo: Sea"], [{ type: "media", kind: "audio", voice: true }, "Voice message"],
    [{ type: "media", kind: "document", filename: "a.pdf" }, "Document: a.pdf"], [{ type: "location", name: "Hall" }, "Location: Hall"],
    [{ type: "contacts", cards: [{}, {}] }, "2 contacts"], [{ type: "product_item", body: "Try", product: { retailer_id: "tea", name: "Tea" } }, "Product: Tea"],
    [{ type: "call_permission_request", body: "" }, "Asks whether you may be called"], [{ type: "order", items: [1, 2] }, "Order of 2 products"],
    [{ type: "template_reply", reply: { title: "Yes" } }, "Yes"], [{ type: "unsupported", what: "poll" }, "Not carried here: poll"],
    [{ type: "hologram" }, "A message this page cannot show"],
  ];
  for (const [message, expected] of words) assert.equal(wordsOf(message), expected);
  const template = { type: "template", body: "Come", buttons: [{ kind: "reply", text: "Yes" }, { kind: "flow", flow: { label: "Form" } }] };
  assert.equal(spoken("Birch", template), "Birch: Come. Choices: Yes, Form");
  for (const type of ["reaction", "withheld", "welcome", "pending"]) assert.equal(isRow({ type }), false, type);
});

test("what did not arrive can be sent anew, as what it was", () => {
  assert.deepEqual(requestAgain({ type: "order", context_seq: 3, items: [{ retailer_id: "tea", quantity: 2, price_cents: 5 }], note: null }), { type: "order", items: [{ retailer_id: "tea", quantity: 2 }], note: undefined, context_seq: 3 });
  assert.equal(requestAgain({ type: "call_permission_reply" }), null);
});

test("a file is judged before it travels", () => {
  const file = (type, size = 10, name = "a") => ({ type, size, name });
  assert.equal(judge(file("image/png")).kind, "image");
  assert.equal(judge(file("image/png"), true).kind, "document");
  assert.equal(judge(file("audio/ogg; codecs=opus")).kind, "audio");
  assert.match(judge(file("video/webm")).why, /not carried/u);
  assert.match(judge(file("image/png", (5 << 20) + 1)).why, /at most/u);
  assert.match(judge(file("image/png", 0)).why, /empty/u);
});

test("the emoji picker has single emoji, each once, none that only changes others", () => {
  const all = groups().flatMap((g) => g.emoji);
  assert.ok(all.length > 600 && new Set(all).size === all.length);
  assert.ok(groups().every((g) => g.emoji.length > 20));
  for (const one of ["😀", "👍", "❤️", "🐱", "🍕"]) assert.ok(all.includes(one), one);
  assert.equal(all.some((one) => /^\p{Emoji_Modifier}|^\p{Regional_Indicator}/u.test(one)), false);
});
