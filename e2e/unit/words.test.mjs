import assert from "node:assert/strict";
import { test } from "node:test";
import { mergeChat, inOrder, totalUnread, withMessage, withSeen } from "../../web/lib/log.js";
import { badgeText, contactHref, cut, oneEmoji, preview, speaker, spoken } from "../../web/lib/words.js";
import { fromBase64url, toBase64url } from "../../web/lib/base64url.js";
import { creationOptions, credentialJson, requestOptions } from "../../web/lib/webauthn.js";
import { clear, draft, keepDraft, memoryStore } from "../../web/lib/local.js";

const birch = { id: "1", name: "Birch", provider: "Birch Labs", automation: "ai", human_contact: null };
const chat = (more = {}) => ({ chat: "a", assistant: birch, state: "given", last_seq: 5, delivered_seq: 3, read_seq: 3, seen_seq: 5, unread: 0, last: null, window_until: null, ...more });

test("who it is, always with what it is", () => {
  assert.equal(badgeText(birch), "AI assistant · run by Birch Labs");
  assert.equal(badgeText({ ...birch, automation: "automated" }), "Automated assistant, no AI · run by Birch Labs");
  assert.equal(speaker("assistant", birch), "Birch, AI assistant:");
  assert.equal(speaker("person", birch), "You:");
});

test("what is said aloud is plain words, cut at 300 characters", () => {
  assert.equal(spoken("Birch", { type: "text", text: { body: "*Hi*" } }), "Birch: Hi");
  assert.equal(spoken("Birch", { type: "buttons", body: "Book?", buttons: [{ title: "Yes" }, { title: "No" }] }), "Birch: Book?. Choices: Yes, No");
  const long = spoken("Birch", { type: "text", text: { body: "😀".repeat(400) } });
  assert.ok(long.endsWith("… message continues") && [...long].length === 7 + 300 + 19);
  assert.equal(preview({ from: "person", type: "text", text: { body: "_a_\nb" } }), "You: a b");
  assert.equal(cut("abc", 3, "…"), "abc");
});

test("a reaction is exactly one emoji", () => {
  for (const good of ["👍", " ❤️ ", "👩🏽‍🚀", "🇧🇪", "1️⃣", "👨‍👩‍👧‍👦"]) assert.equal(oneEmoji(good), good.trim(), good);
  for (const bad of ["", "a", "👍👍", "1", "👍 ok", "ok"]) assert.equal(oneEmoji(bad), null, bad);
});

test("a contact becomes a link only of a harmless kind", () => {
  assert.equal(contactHref("help@birch.example"), "mailto:help@birch.example");
  assert.equal(contactHref("+49 (30) 123-4567"), "tel:+49301234567");
  assert.equal(contactHref("https://birch.example/help"), "https://birch.example/help");
  for (const text of ["javascript:alert(1)", "Mon–Fri at the desk", "data:x@y.z,<b>", "12"]) assert.equal(contactHref(text), null, text);
});

test("positions of a chat only go forward", () => {
  const merged = mergeChat(chat({ delivered_seq: 5, read_seq: 4 }), { chat: "a", delivered_seq: 4, read_seq: 5, last_seq: 4 });
  assert.deepEqual([merged.delivered_seq, merged.read_seq, merged.last_seq], [5, 5, 5]);
  assert.equal(mergeChat(chat(), { chat: "a", state: "withdrawn" }).state, "withdrawn");
});

test("an account older than what the person has read does not bring the unread back", () => {
  const read = withSeen(chat({ seen_seq: 2, unread: 3 }), 5, 0);
  assert.equal(mergeChat(read, { chat: "a", seen_seq: 2, unread: 3 }).unread, 0);
  assert.equal(mergeChat(read, { chat: "a", seen_seq: 5, unread: 1, last_seq: 6 }).unread, 1);
});

test("a message counts as unread once, and never the person's own or a reaction", () => {
  const m = (seq, from, type = "text") => ({ seq, from, type, at: seq });
  const once = withMessage(chat(), m(6, "assistant"));
  assert.deepEqual([once.unread, once.last_seq, once.last.seq], [1, 6, 6]);
  assert.equal(withMessage(once, m(6, "assistant")).unread, 1);
  assert.equal(withMessage(chat(), m(6, "person")).unread, 0);
  // news of the chat may overtake the message it counts: the preview still follows
  const overtaken = mergeChat(chat(), { ...chat(), last_seq: 6, unread: 1, last: undefined });
  const arrived = withMessage(overtaken, m(6, "assistant"));
  assert.deepEqual([arrived.last?.seq, arrived.unread], [6, 1]);
  const reacted = withMessage(once, m(7, "assistant", "reaction"));
  assert.deepEqual([reacted.unread, reacted.last_seq, reacted.last.seq], [1, 7, 6]);
});

test("chats in order of their last message; the sum of unread", () => {
  const list = [chat({ chat: "old", last: { at: 1 }, unread: 2 }), chat({ chat: "none" }), chat({ chat: "new", last: { at: 9 }, unread: 1 })];
  assert.deepEqual(inOrder(list).map((c) => c.chat), ["new", "old", "none"]);
  assert.equal(totalUnread(list), 3);
});

test("drafts are kept per chat; clearing takes ours and nothing else", () => {
  const store = memoryStore();
  store.setItem("other", "stays");
  keepDraft(store, "a", "text");
  assert.equal(draft(store, "a"), "text");
  assert.equal(draft(store, "b"), "");
  keepDraft(store, "a", "");
  assert.equal(store.length, 1);
  keepDraft(store, "a", "again");
  keepDraft(store, "b", "too");
  clear(store);
  assert.deepEqual([store.length, store.getItem("other")], [1, "stays"]);
});

test("passkeys by hand, where the browser has no JSON calls", () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
  assert.deepEqual(fromBase64url(toBase64url(bytes)), bytes);
  assert.equal(toBase64url(new Uint8Array([251, 255])), "-_8");
  const made = creationOptions({ challenge: "AQI", rp: { name: "x" }, user: { id: "Aw", name: "n" }, excludeCredentials: [{ type: "public-key", id: "BA" }] });
  assert.deepEqual([[...made.challenge], [...made.user.id], [...made.excludeCredentials[0].id], made.rp.name], [[1, 2], [3], [4], "x"]);
  assert.deepEqual(requestOptions({ challenge: "AQI" }).allowCredentials, []);
  const json = credentialJson({ id: "AQ", rawId: new Uint8Array([1]).buffer, type: "public-key", getClientExtensionResults: () => ({}), response: { clientDataJSON: new Uint8Array([2]).buffer, signature: new Uint8Array([3]).buffer, authenticatorData: new Uint8Array([4]).buffer, userHandle: null } });
  assert.deepEqual(json, { id: "AQ", rawId: "AQ", type: "public-key", authenticatorAttachment: undefined, clientExtensionResults: {}, response: { clientDataJSON: "Ag", authenticatorData: "BA", signature: "Aw" } });
  assert.deepEqual(credentialJson({ toJSON: () => ({ native: true }) }), { native: true });
});
