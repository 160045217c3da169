// The very file that is served: web/lib/log.js.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as logs from "../../web/lib/log.js";

const text = (seq, body = `m${seq}`, more = {}) => ({ seq, from: "assistant", at: seq * 1000, type: "text", text: { body }, ...more });
const range = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => text(from + i));
const seqs = (log) => log.messages.map((m) => m.seq);

test("the newest page knows whether there is more above", () => {
  assert.deepEqual(logs.fromLatest([], false), { first: 1, last: 0, messages: [], held: [] });
  const log = logs.fromLatest([text(9), text(8), text(9)], true);
  assert.deepEqual([log.first, log.last, seqs(log)], [8, 9, [8, 9]]);
  assert.equal(logs.hasOlder(log), true);
  assert.equal(logs.hasOlder(logs.fromLatest([text(1)], false)), false);
});

test("the next message is appended, nothing is missing", () => {
  const { log, missing } = logs.arrive(logs.fromLatest(range(1, 3), false), text(4));
  assert.deepEqual([seqs(log), log.last, missing], [[1, 2, 3, 4], 4, null]);
});

test("the same seq twice is shown once, and the newer version wins", () => {
  const old = logs.fromLatest(range(1, 3), false);
  const { log, missing } = logs.arrive(old, text(2, "changed"));
  assert.deepEqual([seqs(log), log.messages[1].text.body, missing], [[1, 2, 3], "changed", null]);
  assert.equal(old.messages[1].text.body, "m2", "the old log is not changed");
});

test("a hole is noticed, what is beyond it waits, and the fetch closes it in order", () => {
  let { log, missing } = logs.arrive(logs.fromLatest(range(1, 3), false), text(6));
  assert.deepEqual([seqs(log), missing], [[1, 2, 3], 3]);
  ({ log, missing } = logs.arrive(log, text(7)));
  assert.equal(missing, 3);
  log = logs.fill(log, 3, [text(4), text(5)], false);
  assert.deepEqual([seqs(log), log.last, log.held], [[1, 2, 3, 4, 5, 6, 7], 7, []]);
});

test("a fetch that brings what arrived meanwhile doubles nothing", () => {
  let { log } = logs.arrive(logs.fromLatest(range(1, 3), false), text(5));
  ({ log } = logs.arrive(log, text(4)));
  assert.deepEqual(seqs(log), [1, 2, 3, 4, 5]);
  log = logs.fill(log, 3, range(4, 6), false);
  assert.deepEqual(seqs(log), [1, 2, 3, 4, 5, 6]);
});

test("a half-filled hole stays a hole", () => {
  let { log } = logs.arrive(logs.fromLatest(range(1, 3), false), text(60));
  log = logs.fill(log, 3, range(4, 53), true);
  assert.deepEqual([log.last, log.held.length], [53, 1]);
  log = logs.fill(log, 53, range(54, 60), false);
  assert.deepEqual([log.last, log.held.length, log.messages.length], [60, 0, 60]);
});

test("a hole the exchange does not know of is given up, not asked for forever", () => {
  let { log } = logs.arrive(logs.fromLatest(range(1, 3), false), text(6));
  log = logs.fill(log, 3, [], false);
  assert.deepEqual([seqs(log), log.last], [[1, 2, 3, 6], 6]);
  assert.equal(logs.arrive(log, text(7)).missing, null);
});

test("an answer to an older question than what we have is ignored", () => {
  const log = logs.fromLatest(range(1, 3), false);
  assert.equal(logs.fill(log, 9, range(10, 12), false), log);
});

test("older pages go before; the beginning is the beginning", () => {
  let log = logs.fromLatest(range(51, 60), true);
  log = logs.prepend(log, range(41, 51), true);
  assert.deepEqual([log.first, seqs(log)[0], log.messages.length], [41, 41, 20]);
  log = logs.prepend(log, range(1, 40), false);
  assert.deepEqual([log.first, logs.hasOlder(log), log.messages.length], [1, false, 60]);
  assert.equal(logs.hasOlder(logs.prepend(logs.fromLatest(range(51, 60), true), [], true)), false, "an empty page ends it");
});

test("a message older than the log is not put at its edge", () => {
  const log = logs.fromLatest(range(51, 60), true);
  assert.equal(logs.arrive(log, text(20)).log, log);
});

test("what waits beyond a hole is bounded", () => {
  let log = logs.fromLatest(range(1, 1), false);
  for (let seq = 3; seq < 3 + logs.HELD_MAX + 50; seq += 1) ({ log } = logs.arrive(log, text(seq)));
  assert.equal(log.held.length, logs.HELD_MAX);
});

test("any order of arrival with fetches ends in the same log", () => {
  let state = 7;
  const chance = () => (state = (state * 1103515245 + 12345) % 2147483648) / 2147483648;
  for (let round = 0; round < 200; round += 1) {
    const all = range(1, 30);
    let log = logs.fromLatest(all.slice(0, 5), false);
    const events = all.slice(5).filter(() => chance() < 0.7).sort(() => chance() - 0.5);
    for (const message of events) {
      const arrived = logs.arrive(log, message);
      log = arrived.log;
      if (arrived.missing !== null && chance() < 0.6) {
        const known = Math.max(...events.slice(0, events.indexOf(message) + 1).map((m) => m.seq));
        log = logs.fill(log, arrived.missing, all.filter((m) => m.seq > arrived.missing && m.seq <= known), false);
      }
      assert.deepEqual(seqs(log), range(1, log.last).map((m) => m.seq), "no double, no hole");
    }
    log = logs.fill(log, log.last, all.filter((m) => m.seq > log.last), false);
    assert.deepEqual(seqs(log), all.map((m) => m.seq));
  }
});

test("a question's answer: what the exchange says, else a reply that is there and not failed", () => {
  const question = { ...text(1), type: "buttons", answered: null };
  const reply = { ...text(2), from: "person", type: "button_reply", reply: { id: "y", title: "Yes" }, context_seq: 1 };
  assert.equal(logs.answers([question, reply]).get(1), "y");
  assert.equal(logs.answers([question]).has(1), false);
  assert.equal(logs.answers([question, { ...reply, error: { code: 1, title: "x" } }]).has(1), false);
  assert.equal(logs.answers([question, { ...reply, seq: null, entry: { state: "failed" } }]).has(1), false);
  assert.equal(logs.answers([{ ...question, answered: "n" }, reply]).get(1), "n");
});

test("reactions: the last of each side stands, empty takes it back", () => {
  const react = (seq, from, emoji) => ({ seq, from, at: 0, type: "reaction", reaction: { seq: 1, emoji } });
  assert.deepEqual(logs.reactions([react(2, "person", "👍"), react(3, "assistant", "🙏"), react(4, "person", "❤️")]).get(1), { person: "❤️", assistant: "🙏" });
  assert.deepEqual(logs.reactions([react(2, "person", "👍"), react(3, "person", "")]).get(1), {});
});
