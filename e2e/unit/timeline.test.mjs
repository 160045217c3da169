import assert from "node:assert/strict";
import { test } from "node:test";
import { dayLabel, dayNumber, pickLocale, TICK_WORD, tickOf, timeLabel, timeline, together, whenLabel, windowLine } from "../../web/lib/timeline.js";

const place = { locale: "en-GB", timeZone: "Europe/Brussels" };
const at = (text) => Date.parse(text);
let seq = 0;
const message = (from, when, more = {}) => ({ seq: (seq += 1), key: `k${seq}`, from, at: at(when), type: "text", text: { body: "x" }, ...more });
const kinds = (rows) => rows.map((r) => (r.kind === "message" ? (r.first ? "first" : "more") : r.kind));

test("days: today, yesterday, weekday, date – by the calendar of the place", () => {
  const now = at("2026-11-23T23:30:00Z"); // 24 November, 00:30 in Brussels
  assert.equal(dayLabel(at("2026-11-23T23:05:00Z"), now, place), "Today");
  assert.equal(dayLabel(at("2026-11-23T22:59:00Z"), now, place), "Yesterday");
  assert.equal(dayLabel(at("2026-11-18T12:00:00Z"), now, place), "Wednesday");
  assert.equal(dayLabel(at("2026-11-17T12:00:00Z"), now, place), "17 November 2026");
  assert.equal(dayLabel(at("2026-11-25T12:00:00Z"), now, place), "25 November 2026", "a clock that is wrong is not called today");
});

test("a day with 23 or 25 hours is still one day", () => {
  assert.equal(dayNumber(at("2026-10-26T00:30:00+01:00"), place) - dayNumber(at("2026-10-25T00:30:00+02:00"), place), 1);
  assert.equal(dayNumber(at("2026-03-29T23:30:00+02:00"), place) - dayNumber(at("2026-03-29T00:30:00+01:00"), place), 0);
});

test("times and the list's short times", () => {
  const now = at("2026-11-23T20:00:00Z");
  assert.equal(timeLabel(at("2026-11-23T17:20:00Z"), place), "18:20");
  assert.equal(whenLabel(at("2026-11-23T17:20:00Z"), now, place), "18:20");
  assert.equal(whenLabel(at("2026-11-22T17:20:00Z"), now, place), "Yesterday");
  assert.equal(whenLabel(at("2026-11-20T17:20:00Z"), now, place), "Fri");
  assert.match(whenLabel(at("2026-10-20T17:20:00Z"), now, place), /20\/10\/26/);
});

test("groups: same author within five minutes; a notice, a day or another author begins anew", () => {
  const rows = timeline([
    message("assistant", "2026-11-23T10:00:00Z"), message("assistant", "2026-11-23T10:04:00Z"),
    message("assistant", "2026-11-23T10:10:00Z"), message("person", "2026-11-23T10:10:10Z"),
    message("person", "2026-11-23T10:10:20Z"), message("exchange", "2026-11-23T10:10:30Z", { type: "notice" }),
    message("person", "2026-11-23T10:10:40Z"), message("person", "2026-11-24T10:10:40Z"),
  ], place);
  assert.deepEqual(kinds(rows), ["day", "first", "more", "first", "first", "more", "note", "first", "day", "first"]);
});

test("a reaction is no row and breaks no group", () => {
  const rows = timeline([message("person", "2026-11-23T10:00:00Z"), message("assistant", "2026-11-23T10:00:10Z", { type: "reaction" }), message("person", "2026-11-23T10:00:20Z")], place);
  assert.deepEqual(kinds(rows), ["day", "first", "more"]);
});

test("what was withheld keeps its seq and is never shown", () => {
  const rows = timeline([message("assistant", "2026-11-23T10:00:00Z"), message("assistant", "2026-11-23T10:00:10Z", { type: "withheld", text: undefined })], place, 0);
  assert.deepEqual(kinds(rows), ["day", "unread", "first"]);
  assert.equal(rows[1].count, 1);
});

test("the mark for new messages stands once, before the first new one of the assistant", () => {
  const list = [message("assistant", "2026-11-23T10:00:00Z"), message("person", "2026-11-23T10:00:01Z"), message("assistant", "2026-11-23T10:00:02Z"), message("assistant", "2026-11-23T10:00:03Z")];
  const rows = timeline(list, place, list[0].seq);
  assert.deepEqual(kinds(rows), ["day", "first", "first", "unread", "first", "more"]);
  assert.equal(rows[3].count, 2);
  assert.equal(new Set(rows.map((r) => r.key)).size, rows.length, "keys are unique");
});

test("an entry the chat already has is not shown twice, and keeps its key", () => {
  const entry = { client_id: "c1", chat: "x", at: 5, state: "waiting", request: { type: "text", text: { body: "hi" } } };
  const accepted = { seq: 4, from: "person", at: 6, type: "text", text: { body: "hi" }, client_id: "c1" };
  const before = together([], [entry]);
  const after = together([accepted], [entry]);
  assert.equal(before.length, 1);
  assert.equal(after.length, 1);
  assert.equal(before[0].key, after[0].key);
  assert.equal(after[0].seq, 4);
});

test("ticks", () => {
  const chat = { delivered_seq: 5, read_seq: 3 };
  const of = (seq, more = {}) => tickOf({ seq, ...more }, chat);
  assert.deepEqual([of(3), of(4), of(5), of(6)], ["read", "delivered", "delivered", "sent"]);
  assert.equal(of(2, { error: { code: 1, title: "x" } }), "failed");
  assert.equal(of(null, { entry: { state: "waiting" } }), "waiting");
  assert.equal(of(null, { entry: { state: "failed" } }), "failed");
  assert.equal(tickOf({ seq: 4 }, { delivered_seq: 0, read_seq: 4 }), "read", "read includes delivered");
  assert.equal(TICK_WORD.failed, "Not sent. Try again");
});

test("the window is mentioned only when it matters", () => {
  const now = at("2026-11-23T10:00:00Z");
  assert.equal(windowLine(null, now, "Birch", place), null);
  assert.equal(windowLine(now + 3 * 3_600_000, now, "Birch", place), null);
  assert.match(windowLine(now + 3_600_000, now, "Birch", place), /until 12:00/);
  assert.match(windowLine(now, now, "Birch", place), /once you write/);
});

test("the person's own region when they read the page's language", () => {
  assert.equal(pickLocale("en", ["de-DE", "en-US"]), "en-US");
  assert.equal(pickLocale("en", ["de-DE"]), "en-GB");
  assert.equal(pickLocale("de", ["de-AT"]), "de-AT");
});
