// @ts-check
// The messenger's state and what changes it; no DOM. Views read the signals and call the verbs.

import { batch, signal } from "../vendor/preact.js";
import * as logs from "./log.js";
import { Sender } from "./outbox.js";
import { spoken } from "./words.js";

/** @typedef {import('./types').Chat} Chat */
/** @typedef {import('./types').Log} Log */
/** @typedef {import('./types').Message} Message */
/** @typedef {import('./types').Store} Store */
/** @typedef {import('./api.js').Api} Api */
/** @typedef {"connecting" | "open" | "lost" | "signed-out"} Link */

/** Pages of 50 fetched to fill a hole; beyond it only the newest page is kept. */
const FILL_PAGES_MAX = 10;
/** Chats with unread messages that are fetched without being opened. */
const AHEAD_MAX = 20;
/** Receipts and words to say are gathered for this long. */
const GATHER_MS = 300;
/** A message event may be right behind the chat event that counts it. */
const BEHIND_MS = 1000;

/**
 * Edges the messenger needs: the exchange, a store, time, chance, a way to wait, a lock.
 * @typedef {{api: Api, store: Store, now: () => number, chance: () => number, uuid: () => string,
 *   later: (run: () => void, ms: number) => unknown,
 *   lock: <T>(name: string, run: () => Promise<T>) => Promise<T>}} Edges
 */

export class Messenger {
  /** @param {Edges} edges */
  constructor(edges) {
    this.edges = edges;
    /** @type {import('../vendor/preact.js').Signal<Map<string, Chat>>} */
    this.chats = signal(new Map());
    /** @type {import('../vendor/preact.js').Signal<Map<string, Log>>} */
    this.logs = signal(new Map());
    /** The open chat, or null. @type {import('../vendor/preact.js').Signal<string | null>} */
    this.opened = signal(/** @type {string | null} */ (null));
    /** Up to where the open chat had been read when it was opened; null: all. */
    this.unreadAfter = signal(/** @type {number | null} */ (null));
    /** Until when each assistant shows that it is writing. @type {import('../vendor/preact.js').Signal<Map<string, number>>} */
    this.typing = signal(new Map());
    this.link = signal(/** @type {Link} */ ("connecting"));
    /** Said once by screen readers. */
    this.status = signal("");
    this.alert = signal("");
    this.sender = new Sender(edges, this);
    /** @type {Map<string, Promise<void>>} */
    this.filling = new Map();
    /** @type {Record<string, number>} */
    this.receipts = {};
    /** @type {Map<string, number>} */
    this.reads = new Map();
    /** @type {string[]} */
    this.unsaid = [];
  }

  // What the exchange tells.

  /** The whole list, first thing on every connection. @param {{chats: Chat[]}} snapshot */
  onChats(snapshot) {
    const old = this.chats.value;
    this.chats.value = new Map(snapshot.chats.map((news) => [news.chat, logs.mergeChat(old.get(news.chat), news)]));
    let ahead = 0;
    for (const chat of this.chats.value.values()) {
      const isBehind = (this.logs.value.get(chat.chat)?.last ?? -1) < chat.last_seq;
      const isWanted = this.logs.value.has(chat.chat) || chat.chat === this.opened.value || (chat.unread > 0 && (ahead += 1) <= AHEAD_MAX);
      if (isBehind && isWanted) void this.fill(chat.chat);
    }
    for (const [chat, seq] of this.reads) void this.tellRead(chat, seq);
    this.tellReceived();
    this.sender.onChats();
  }

  /** @param {{chat: string, message: Message}} event */
  onMessage({ chat: id, message }) {
    const chat = this.chats.value.get(id);
    if (!chat) return void this.refresh();
    // A message whose file had to be fetched takes a place that was known before.
    const before = this.logs.value.get(id)?.messages.find((m) => m.seq === message.seq);
    const isNew = message.seq > chat.last_seq || before?.type === "pending";
    batch(() => {
      this.take(id, message);
      if (message.client_id) this.sender.accepted(message.client_id);
    });
    if (message.from === "person") return;
    this.onTyping({ chat: id, until: 0 });
    if (isNew && logs.isRow(message)) this.say(id === this.opened.value ? spoken(chat.assistant.name, message) : `New message from ${chat.assistant.name}`);
    this.receipts[id] = Math.max(this.receipts[id] ?? 0, message.seq);
    this.edges.later(() => this.tellReceived(), GATHER_MS);
  }

  /** @param {Partial<Chat> & {chat: string}} news */
  onChat(news) {
    const old = this.chats.value.get(news.chat);
    if (!old) return void this.refresh();
    this.setChat(logs.mergeChat(old, news));
    const isBehind = () => (this.logs.value.get(news.chat)?.last ?? Infinity) < (this.chats.value.get(news.chat)?.last_seq ?? 0);
    if (isBehind()) this.edges.later(() => void (isBehind() && this.fill(news.chat)), BEHIND_MS);
  }

  /** Stops by itself at `until`. @param {{chat: string, until: number}} event */
  onTyping({ chat, until }) {
    const left = until - this.edges.now();
    if (left <= 0 && !this.typing.value.has(chat)) return;
    const typing = new Map(this.typing.value);
    if (left > 0) {
      typing.set(chat, until);
      this.edges.later(() => this.onTyping({ chat, until: this.typing.value.get(chat) ?? 0 }), Math.min(left, 60_000) + 20);
    } else typing.delete(chat);
    this.typing.value = typing;
  }

  // What the person does.

  /** Opens a chat (null: none) and fetches its newest messages. @param {string | null} id */
  async open(id) {
    const chat = id === null ? undefined : this.chats.value.get(id);
    batch(() => {
      this.opened.value = id;
      this.unreadAfter.value = chat && chat.unread > 0 ? chat.seen_seq : null;
      this.alert.value = "";
    });
    if (id !== null && !this.logs.value.has(id)) await this.fill(id);
  }

  /** One older page. @param {string} id @returns {Promise<boolean>} whether it came */
  async older(id) {
    const log = this.logs.value.get(id);
    if (!log || !logs.hasOlder(log)) return true;
    const answer = await this.edges.api.before(id, log.first);
    const now = this.logs.value.get(id);
    if (answer.status !== 200 || !now) return this.failed(answer.status, "Earlier messages could not be loaded.");
    if (now.first === log.first) this.setLog(id, logs.prepend(now, answer.body.messages, answer.body.more));
    return true;
  }

  /** The person has seen everything up to `seq`. @param {string} id @param {number} seq */
  seen(id, seq) {
    const chat = this.chats.value.get(id);
    if (!chat || seq <= chat.seen_seq) return;
    const later = this.logs.value.get(id)?.messages.filter((m) => m.seq > seq && m.from === "assistant" && logs.isRow(m)) ?? [];
    this.setChat(logs.withSeen(chat, seq, later.length));
    void this.tellRead(id, seq);
  }

  /** Whether the person takes promotional messages from there. @param {string} id @param {boolean} marketing */
  async prefers(id, marketing) {
    const answer = await this.edges.api.preferences(id, marketing);
    const chat = this.chats.value.get(id);
    if (answer.status !== 200 || !chat) return this.failed(answer.status, "That could not be changed.");
    this.setChat({ ...chat, marketing });
    return true;
  }

  // Between the two.

  /** The list of chats anew. @returns {Promise<boolean>} */
  async refresh() {
    const answer = await this.edges.api.chats();
    if (answer.status !== 200) return this.failed(answer.status, "");
    this.onChats(answer.body);
    return true;
  }

  /** Fetches what is missing at the end of a chat; one fetch per chat at a time. @param {string} id @returns {Promise<void>} */
  fill(id) {
    const running = this.filling.get(id);
    if (running) return running;
    const run = this.fillNow(id).finally(() => this.filling.delete(id));
    this.filling.set(id, run);
    return run;
  }

  /** @param {string} id */
  async fillNow(id) {
    const { api } = this.edges;
    for (let page = 0; page < FILL_PAGES_MAX; page += 1) {
      const log = this.logs.value.get(id);
      const answer = await (log ? api.after(id, log.last) : api.latest(id));
      if (answer.status !== 200) return void this.failed(answer.status, "Messages could not be loaded.");
      const { messages, more } = answer.body;
      this.fetched(id, messages);
      if (!log) return this.setLog(id, logs.fromLatest(messages, more));
      this.setLog(id, logs.fill(this.logs.value.get(id) ?? log, log.last, messages, more));
      if (!more) return;
    }
    const latest = await api.latest(id);
    if (latest.status === 200) this.setLog(id, logs.fromLatest(latest.body.messages, latest.body.more));
  }

  /** Fetched messages: they are received, and what the outbox had of them is accepted. @param {string} id @param {Message[]} messages */
  fetched(id, messages) {
    const last = messages.at(-1)?.seq ?? 0;
    for (const message of messages) if (message.client_id) this.sender.accepted(message.client_id);
    if (!messages.some((m) => m.from !== "person")) return;
    this.receipts[id] = Math.max(this.receipts[id] ?? 0, last);
    this.edges.later(() => this.tellReceived(), GATHER_MS);
  }

  /** A message into its chat, from the stream or as an answer. @param {string} id @param {Message} message */
  take(id, message) {
    const log = this.logs.value.get(id);
    const chat = this.chats.value.get(id);
    if (chat) this.setChat(logs.withMessage(chat, message));
    if (!log) return;
    const { log: next, missing } = logs.arrive(log, message);
    this.setLog(id, next);
    if (missing !== null) void this.fill(id);
  }

  tellReceived() {
    const chats = this.receipts;
    if (Object.keys(chats).length === 0) return;
    this.receipts = {};
    void this.edges.api.received(chats).then((answer) => {
      if (answer.status === 200) return;
      for (const [id, seq] of Object.entries(chats)) this.receipts[id] = Math.max(this.receipts[id] ?? 0, seq);
    });
  }

  /** @param {string} id @param {number} seq */
  async tellRead(id, seq) {
    this.reads.set(id, Math.max(seq, this.reads.get(id) ?? 0));
    const answer = await this.edges.api.read(id, seq);
    const isDone = answer.status === 200 || (answer.status >= 400 && answer.status < 500);
    if (isDone && (this.reads.get(id) ?? 0) <= seq) this.reads.delete(id);
  }

  /** Says a line once, to screen readers. @param {string} line */
  say(line) {
    this.unsaid.push(line);
    if (this.unsaid.length > 1) return;
    this.edges.later(() => {
      const text = this.unsaid.length > 3 ? `${this.unsaid.length} new messages` : this.unsaid.join(". ");
      this.unsaid = [];
      // The same words twice would not be a change, and would not be said.
      this.status.value = text === this.status.value ? `${text}\u00A0` : text;
    }, GATHER_MS);
  }

  /** @param {number} status @param {string} text @returns {false} */
  failed(status, text) {
    if (status === 401) this.link.value = "signed-out";
    else if (status !== 0 && text) this.alert.value = text;
    return false;
  }

  /** @param {Chat} chat */
  setChat(chat) {
    this.chats.value = new Map(this.chats.value).set(chat.chat, chat);
  }

  /** @param {string} id @param {Log} log */
  setLog(id, log) {
    this.logs.value = new Map(this.logs.value).set(id, log);
  }
}
