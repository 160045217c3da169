// The messenger's state against a make-believe exchange; time and chance are ours.
import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryStore } from "../../web/lib/local.js";
import { Messenger } from "../../web/lib/messenger.js";
import { ENTRIES_MAX, STALE_MS, backoffMs, body, load, outcome, put } from "../../web/lib/outbox.js";

const birch = { id: "1", name: "Birch", provider: "Birch Labs", automation: "ai", human_contact: null };
const A = "aaaaaaaaaaaa";

/** An exchange that can be made to fail by setting `mode`. */
function world({ store = memoryStore(), seed = 0 } = {}) {
  const w = { mode: "up", calls: [], messages: [], state: "given", seen: 0, clock: 1_000_000, timers: [], ids: 0, store };
  const push = (from, text, more = {}) => {
    const m = { seq: w.messages.length + 1, from, at: w.clock, type: "text", text: { body: text }, context_seq: null, error: null, client_id: null, ...more };
    w.messages.push(m);
    return m;
  };
  w.push = push;
  for (let i = 0; i < seed; i += 1) push("assistant", `old ${i + 1}`);
  w.chat = () => ({ chat: A, assistant: birch, state: w.state, last_seq: w.messages.length, delivered_seq: 0, read_seq: 0, seen_seq: w.seen, unread: w.messages.filter((m) => m.from === "assistant" && m.seq > w.seen).length, last: w.messages.at(-1) ?? null, window_until: null });
  const answer = (status, json, retryAfterS = null) => ({ status, body: json, retryAfterS });
  const down = () => answer(0, null);
  const page = (list, fromEnd) => answer(200, { messages: fromEnd ? list.slice(-50) : list.slice(0, 50), more: list.length > 50 });
  const call = (name, run) => async (...args) => {
    w.calls.push([name, ...args]);
    await null;
    return w.mode === "down" ? down() : run(...args);
  };
  const api = {
    chats: call("chats", () => answer(200, { chats: [w.chat()] })),
    latest: call("latest", () => page(w.messages, true)),
    after: call("after", (_, seq) => page(w.messages.filter((m) => m.seq > seq), false)),
    before: call("before", (_, seq) => page(w.messages.filter((m) => m.seq < seq), true)),
    read: call("read", (_, seq) => { w.seen = Math.max(w.seen, seq); return answer(200, {}); }),
    received: call("received", () => answer(200, {})),
    send: call("send", (_, request) => {
      if (w.mode === "busy") return answer(503, { error: { message: "busy" } }, 7);
      if (w.mode === "signed-out") return answer(401, null);
      if (w.state !== "given") return answer(409, { error: { message: "You stopped Birch." } });
      const stored = w.messages.find((m) => m.client_id === request.client_id) ?? push("person", request.text?.body ?? "", request);
      return w.mode === "answer-lost" ? down() : answer(200, { message: stored });
    }),
  };
  w.messenger = new Messenger({ api, store, now: () => w.clock, chance: () => 0.5, uuid: () => `c${(w.ids += 1)}-${store.length}`, later: (run, ms) => w.timers.push({ at: w.clock + ms, run }), lock: (_, run) => run() });
  w.settle = async () => { for (let i = 0; i < 200; i += 1) await null; };
  /** Moves the clock; what was due runs. */
  w.pass = async (ms) => {
    await w.settle();
    w.clock += ms;
    const due = w.timers.filter((t) => t.at <= w.clock).sort((a, b) => a.at - b.at);
    w.timers = w.timers.filter((t) => t.at > w.clock);
    for (const timer of due) timer.run();
    await w.settle();
  };
  w.log = () => w.messenger.logs.value.get(A);
  w.shown = () => w.log().messages.map((m) => m.text.body);
  w.of = (name) => w.calls.filter((c) => c[0] === name);
  w.begin = async () => {
    await w.messenger.refresh();
    await w.messenger.open(A);
    await w.pass(2000);
    w.calls.length = 0;
    return w;
  };
  return w;
}

const say = (text) => ({ type: "text", text: { body: text } });

test("opening fetches the newest page and says it is received", async () => {
  const w = world({ seed: 60 });
  await w.messenger.refresh();
  await w.messenger.open(A);
  await w.pass(2000);
  assert.equal(w.log().messages.length, 50);
  assert.deepEqual(w.of("received").at(-1), ["received", { [A]: 60 }]);
  assert.equal(w.messenger.unreadAfter.value, 0);
  await w.messenger.older(A);
  assert.equal(w.log().messages.length, 60);
  assert.equal(w.log().first, 1);
});

test("an event after a hole fetches exactly what is missing", async () => {
  const w = await world({ seed: 3 }).begin();
  w.push("assistant", "missed");
  w.messenger.onMessage({ chat: A, message: w.push("assistant", "heard") });
  await w.settle();
  assert.deepEqual(w.shown().slice(-2), ["missed", "heard"]);
  assert.deepEqual(w.of("after"), [["after", A, 3]]);
});

test("a new connection's snapshot fills what was missed meanwhile; the same message shows once", async () => {
  const w = await world({ seed: 3 }).begin();
  for (let i = 0; i < 120; i += 1) w.push("assistant", `n${i}`);
  w.messenger.onChats({ chats: [w.chat()] });
  w.messenger.onMessage({ chat: A, message: w.messages.at(-1) });
  await w.settle();
  assert.equal(w.log().messages.length, 123);
  assert.equal(new Set(w.log().messages.map((m) => m.seq)).size, 123);
  assert.equal(w.of("after").length, 3);
});

test("after a very long absence the newest page is shown, not a thousand requests", async () => {
  const w = await world({ seed: 3 }).begin();
  for (let i = 0; i < 900; i += 1) w.push("assistant", `n${i}`);
  w.messenger.onChats({ chats: [w.chat()] });
  for (let i = 0; i < 20; i += 1) await w.settle();
  assert.equal(w.log().last, 903);
  assert.equal(w.of("after").length, 10);
  assert.equal(w.log().first, 854);
});

test("a fill that finds no connection is made up for by the next snapshot", async () => {
  const w = await world({ seed: 3 }).begin();
  w.mode = "down";
  w.push("assistant", "missed");
  w.messenger.onMessage({ chat: A, message: w.push("assistant", "heard") });
  await w.settle();
  assert.deepEqual(w.shown().slice(-1), ["old 3"]);
  w.mode = "up";
  w.messenger.onChats({ chats: [w.chat()] });
  await w.settle();
  assert.deepEqual(w.shown().slice(-2), ["missed", "heard"]);
});

test("an incoming message is announced once, and its receipt sent", async () => {
  const w = await world({ seed: 1 }).begin();
  const m = w.push("assistant", "*Hello*");
  w.messenger.onMessage({ chat: A, message: m });
  w.messenger.onMessage({ chat: A, message: m });
  await w.pass(400);
  assert.equal(w.messenger.status.value, "Birch: Hello");
  assert.deepEqual(w.of("received"), [["received", { [A]: 2 }]]);
  w.messenger.onMessage({ chat: A, message: w.push("person", "mine") });
  await w.pass(400);
  assert.equal(w.messenger.status.value, "Birch: Hello", "one's own message is not read back");
  w.messenger.onMessage({ chat: A, message: w.push("assistant", "Hello") });
  await w.pass(400);
  assert.notEqual(w.messenger.status.value, "Birch: Hello", "the same words again are a change");
});

test("a receipt that was lost is sent again on the next connection", async () => {
  const w = await world({ seed: 1 }).begin();
  w.mode = "down";
  w.messenger.onMessage({ chat: A, message: w.push("assistant", "x") });
  await w.pass(400);
  w.mode = "up";
  w.calls.length = 0;
  w.messenger.onChats({ chats: [w.chat()] });
  await w.settle();
  assert.deepEqual(w.of("received"), [["received", { [A]: 2 }]]);
});

test("reading goes forward only, and is repeated when it was lost", async () => {
  const w = await world({ seed: 5 }).begin();
  w.mode = "down";
  w.messenger.seen(A, 4);
  w.messenger.seen(A, 2);
  await w.settle();
  assert.deepEqual(w.of("read"), [["read", A, 4]]);
  assert.equal(w.messenger.chats.value.get(A).unread, 1);
  w.mode = "up";
  w.messenger.onChats({ chats: [w.chat()] });
  await w.settle();
  assert.equal(w.seen, 4);
  assert.equal(w.messenger.chats.value.get(A).unread, 1);
});

test("typing stops by itself, or when the message is there", async () => {
  const w = await world({ seed: 1 }).begin();
  w.messenger.onTyping({ chat: A, until: w.clock + 25_000 });
  assert.equal(w.messenger.typing.value.has(A), true);
  await w.pass(20_000);
  assert.equal(w.messenger.typing.value.has(A), true);
  await w.pass(6_000);
  assert.equal(w.messenger.typing.value.has(A), false);
  w.messenger.onTyping({ chat: A, until: w.clock + 25_000 });
  w.messenger.onMessage({ chat: A, message: w.push("assistant", "done") });
  assert.equal(w.messenger.typing.value.has(A), false);
});

test("sending: shown at once, accepted, gone from the outbox", async () => {
  const w = await world().begin();
  w.messenger.sender.send(A, say("hi"));
  assert.equal(w.messenger.sender.entries.value.length, 1);
  await w.settle();
  assert.deepEqual([w.shown(), w.messenger.sender.entries.value, w.store.length], [["hi"], [], 0]);
});

test("the answer was lost but the message was stored: the same client_id, one message", async () => {
  const w = await world().begin();
  w.mode = "answer-lost";
  w.messenger.sender.send(A, say("hi"));
  await w.settle();
  assert.equal(w.messages.length, 1);
  w.mode = "up";
  await w.pass(2000);
  assert.equal(w.messages.length, 1);
  assert.equal(new Set(w.of("send").map((c) => c[2].client_id)).size, 1);
  assert.deepEqual([w.shown(), w.store.length], [["hi"], 0]);
});

test("the event comes before the answer: still one", async () => {
  const w = await world().begin();
  w.mode = "answer-lost";
  w.messenger.sender.send(A, say("hi"));
  await w.settle();
  w.messenger.onMessage({ chat: A, message: w.messages[0] });
  assert.equal(w.messenger.sender.entries.value.length, 0);
  w.mode = "up";
  await w.pass(60_000);
  assert.deepEqual([w.messages.length, w.shown()], [1, ["hi"]]);
});

test("without a connection messages wait in order, over a reload, and go when it is back", async () => {
  const w = await world().begin();
  w.mode = "down";
  for (const text of ["1", "2", "3"]) { w.clock += 1; w.messenger.sender.send(A, say(text)); }
  await w.pass(120_000);
  assert.equal(w.messages.length, 0);
  const reloaded = await world({ store: w.store }).begin();
  assert.deepEqual(reloaded.messages.map((m) => m.text.body), ["1", "2", "3"]);
  assert.equal(w.store.length, 0);
});

test("503 waits as long as it says", async () => {
  const w = await world().begin();
  w.mode = "busy";
  w.messenger.sender.send(A, say("hi"));
  await w.pass(6_900);
  assert.equal(w.of("send").length, 1);
  w.mode = "up";
  await w.pass(200);
  assert.deepEqual([w.of("send").length, w.shown()], [2, ["hi"]]);
});

test("409 is not sent, with its cause; trying again keeps the client_id", async () => {
  const w = await world().begin();
  w.state = "withdrawn";
  w.messenger.sender.send(A, say("hi"));
  await w.settle();
  const [entry] = w.messenger.sender.entries.value;
  assert.deepEqual([entry.state, entry.why, w.messenger.alert.value], ["failed", "You stopped Birch.", "Not sent. You stopped Birch."]);
  await w.pass(60_000);
  assert.equal(w.of("send").length, 1, "not by itself");
  w.state = "given";
  w.messenger.sender.retry(entry.client_id);
  await w.settle();
  assert.equal(w.messages[0].client_id, entry.client_id);
});

test("a refused reaction leaves nothing behind but its cause", async () => {
  const w = await world({ seed: 1 }).begin();
  w.state = "withdrawn";
  w.messenger.sender.send(A, { type: "reaction", reaction: { seq: 1, emoji: "👍" } });
  await w.settle();
  assert.equal(w.messenger.sender.entries.value.length, 0);
  assert.match(w.messenger.alert.value, /^Not sent/);
});

test("a session that ended keeps what was written", async () => {
  const w = await world().begin();
  w.mode = "signed-out";
  w.messenger.sender.send(A, say("hi"));
  await w.settle();
  assert.equal(w.messenger.link.value, "signed-out");
  assert.equal(w.messenger.sender.entries.value[0].state, "waiting");
});

test("what another person left in this browser is dropped, never sent", async () => {
  const store = memoryStore();
  put(store, { client_id: "x", chat: "bbbbbbbbbbbb", at: 1_000_000, state: "waiting", request: say("not mine") });
  const w = await world({ store }).begin();
  assert.deepEqual([store.length, w.messages.length], [0, 0]);
});

test("the outbox is bounded, and says so", async () => {
  const w = await world().begin();
  w.mode = "down";
  for (let i = 0; i < ENTRIES_MAX; i += 1) assert.equal(w.messenger.sender.send(A, say(`${i}`)), true);
  assert.equal(w.messenger.sender.send(A, say("one more")), false);
  assert.match(w.messenger.alert.value, /Too many/);
});

test("a day-old message is for the person to send again", async () => {
  const store = memoryStore();
  put(store, { client_id: "x", chat: A, at: 1_000_000 - STALE_MS - 1, state: "waiting", request: say("old") });
  const w = await world({ store }).begin();
  assert.deepEqual([w.messages.length, w.messenger.sender.entries.value[0].state], [0, "failed"]);
});

test("a full browser store: nothing is lost silently", () => {
  const store = { ...memoryStore(), setItem: () => { throw new Error("full"); } };
  assert.equal(put(store, { client_id: "x", chat: A, at: 0, state: "waiting", request: say("x") }), false);
});

test("broken entries are dropped", () => {
  const store = memoryStore();
  store.setItem("strowger:outbox:1", "{");
  store.setItem("strowger:outbox:2", "{}");
  assert.deepEqual([load(store), store.length], [[], 0]);
});

test("over the wire goes what the contract says, titles do not", () => {
  const entry = (request) => ({ client_id: "c", chat: A, at: 0, state: "waiting", request });
  assert.deepEqual(body(entry({ ...say("x"), context_seq: null })), { client_id: "c", type: "text", text: { body: "x" } });
  assert.deepEqual(body(entry({ ...say("x"), context_seq: 3 })), { client_id: "c", type: "text", text: { body: "x" }, context_seq: 3 });
  assert.deepEqual(body(entry({ type: "list_reply", reply: { id: "r", title: "Row", description: "d" }, context_seq: 4 })), { client_id: "c", type: "list_reply", reply: { id: "r" }, context_seq: 4 });
});

test("every status means something", () => {
  const message = { seq: 1 };
  assert.equal(outcome(200, { message }, null).is, "accepted");
  assert.equal(outcome(401, null, null).is, "signed-out");
  for (const status of [0, 408, 425, 429, 500, 502, 503, 200]) assert.equal(outcome(status, null, null).is, "wait", `${status}`);
  for (const status of [400, 403, 404, 409, 413]) assert.equal(outcome(status, null, null).is, "failed", `${status}`);
  assert.equal(outcome(503, null, 9).afterMs, 9000);
  assert.deepEqual([backoffMs(1, 0), backoffMs(1, 1), backoffMs(99, 1)], [500, 1000, 30_000]);
});
