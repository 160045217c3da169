// @ts-check
// What the person sent and the exchange has not accepted yet. Kept in localStorage, one key per
// message, so that it survives a reload and two open pages never overwrite each other; sent one per
// chat at a time, until each is accepted or refused.
//
// Guarantee: a message keeps its client_id for as long as it is tried, so that it is accepted once.

import { signal } from "../vendor/preact.js";
import { PREFIX, keys } from "./local.js";

/** @typedef {import('./types').Entry} Entry */
/** @typedef {import('./types').Request} Request */
/** @typedef {import('./types').Message} Message */
/** @typedef {import('./types').Store} Store */
/** @typedef {import('./messenger.js').Messenger} Messenger */

/** Unsent messages kept at most; each is at most 4096 characters of text. */
export const ENTRIES_MAX = 50;
/** Not tried any more by itself after this long: a day-old sentence may be out of place. */
export const STALE_MS = 24 * 3_600_000;

const BOX = `${PREFIX}outbox:`;

/** Everything unsent, oldest first; what cannot be read is dropped. @param {Store} store @returns {Entry[]} */
export function load(store) {
  /** @type {Entry[]} */
  const entries = [];
  for (const key of keys(store, BOX)) {
    try {
      const entry = JSON.parse(store.getItem(key) ?? "");
      if (typeof entry.client_id !== "string" || typeof entry.chat !== "string" || !entry.request?.type) throw new Error(key);
      entries.push(entry);
    } catch {
      store.removeItem(key);
    }
  }
  return entries.sort((a, b) => a.at - b.at || (a.client_id < b.client_id ? -1 : 1));
}

/** Whether there is room for one more. @param {Store} store */
export const hasRoom = (store) => keys(store, BOX).length < ENTRIES_MAX;

/** Writes an entry; false when the browser's store is full. @param {Store} store @param {Entry} entry */
export function put(store, entry) {
  try {
    store.setItem(BOX + entry.client_id, JSON.stringify(entry));
    return true;
  } catch {
    return false;
  }
}

/** @param {Store} store @param {string} clientId */
export const remove = (store, clientId) => store.removeItem(BOX + clientId);

/** Whether a storage event's key is the outbox's. @param {string | null} key */
export const isOutboxKey = (key) => key === null || key.startsWith(BOX);

/** The entry to send now in a chat: the oldest that waits, one at a time, so order holds. @param {Entry[]} entries @param {string} chat */
export const nextOf = (entries, chat) => entries.find((e) => e.chat === chat && e.state === "waiting") ?? null;

/** Entries that waited too long become "not sent", for the person to decide. @param {Entry[]} entries @param {number} now */
export function stale(entries, now) {
  return entries
    .filter((e) => e.state === "waiting" && now - e.at > STALE_MS)
    .map((e) => ({ ...e, state: /** @type {const} */ ("failed"), why: "There was no connection for a day." }));
}

/** What goes over the wire: titles and `show` are for showing only. @param {Entry} entry */
export function body(entry) {
  const { show, ...request } = entry.request;
  const wire = { client_id: entry.client_id, ...request };
  if (!request.context_seq) delete wire.context_seq;
  if ("reply" in request) return { ...wire, reply: { id: request.reply.id } };
  return wire;
}

/** A message that did not reach the assistant, to be sent anew; null: it cannot be. @param {any} message @returns {import('./types').Request | null} */
export function requestAgain(message) {
  const context_seq = message.context_seq ?? null;
  if (message.type === "text") return { type: "text", text: message.text, context_seq };
  if ((message.type === "button_reply" || message.type === "list_reply") && context_seq) return { type: message.type, reply: message.reply, context_seq };
  if (message.type === "location") return { type: "location", latitude: message.latitude, longitude: message.longitude, name: message.name, address: message.address, context_seq };
  if (message.type === "contacts") return { type: "contacts", cards: message.cards, requested: message.requested, context_seq };
  if (message.type === "order" && context_seq) return { type: "order", items: message.items.map((/** @type {any} */ i) => ({ retailer_id: i.retailer_id, quantity: i.quantity })), note: message.note ?? undefined, context_seq };
  return null;
}

/**
 * What an answer means for an entry. `status` 0: no answer came (it may have been stored: the
 * same client_id makes trying again safe).
 * @param {number} status @param {any} answer @param {number | null} retryAfterS
 * @returns {{is: "accepted", message: Message} | {is: "wait", afterMs: number | null} | {is: "failed", why: string} | {is: "signed-out"}}
 */
export function outcome(status, answer, retryAfterS) {
  if (status >= 200 && status < 300 && answer?.message) return { is: "accepted", message: answer.message };
  if (status === 401) return { is: "signed-out" };
  const mayPass = status === 0 || status === 408 || status === 425 || status === 429 || status >= 500 || (status >= 200 && status < 300);
  if (mayPass) return { is: "wait", afterMs: retryAfterS === null ? null : retryAfterS * 1000 };
  const said = typeof answer?.error?.message === "string" ? answer.error.message : "";
  if (status === 409) return { is: "failed", why: said || "You stopped this assistant." };
  return { is: "failed", why: said || "The exchange refused it." };
}

/** Wait before try `tries` (1, 2, …): 1 s doubling to 30 s, half of it chance. @param {number} tries @param {number} chance from 0 to 1 */
export function backoffMs(tries, chance) {
  const whole = Math.min(30_000, 1000 * 2 ** Math.min(tries - 1, 10));
  return Math.round(whole / 2 + (whole / 2) * chance);
}

export class Sender {
  /** @param {import('./messenger.js').Edges} edges @param {Messenger} messenger */
  constructor(edges, messenger) {
    this.edges = edges;
    this.messenger = messenger;
    /** @type {import('../vendor/preact.js').Signal<Entry[]>} */
    this.entries = signal(load(edges.store));
    /** Chats being sent to. @type {Set<string>} */
    this.busy = new Set();
    /** Tries without an answer, per chat. @type {Map<string, number>} */
    this.tries = new Map();
  }

  /** Shown at once, sent as soon as it can be. @param {string} chat @param {Request} request @returns {boolean} whether it was taken */
  send(chat, request) {
    const { store, now, uuid } = this.edges;
    /** @type {Entry} */
    const entry = { client_id: uuid(), chat, at: now(), state: "waiting", request };
    if (!hasRoom(store) || !put(store, entry)) {
      this.messenger.alert.value = "Too many messages are waiting to be sent. Send or discard some first.";
      return false;
    }
    this.reload();
    void this.flush(chat);
    return true;
  }

  /** Tries a failed entry again under the same client_id. @param {string} clientId */
  retry(clientId) {
    const entry = this.entries.value.find((e) => e.client_id === clientId);
    if (!entry) return;
    this.put({ ...entry, state: "waiting", why: undefined, at: this.edges.now() });
    this.tries.delete(entry.chat);
    void this.flush(entry.chat);
  }

  /** @param {string} clientId */
  discard(clientId) {
    remove(this.edges.store, clientId);
    this.reload();
  }

  /** The exchange has it. @param {string} clientId */
  accepted(clientId) {
    if (this.entries.value.some((e) => e.client_id === clientId)) this.discard(clientId);
  }

  /** The exchange answers again: other people's leftovers go, stale ones stop, the rest is sent. */
  onChats() {
    const { store, now } = this.edges;
    for (const entry of this.entries.value) if (!this.messenger.chats.value.has(entry.chat)) remove(store, entry.client_id);
    for (const entry of stale(this.entries.value, now())) put(store, entry);
    this.reload();
    this.tries.clear();
    for (const chat of new Set(this.entries.value.map((e) => e.chat))) void this.flush(chat);
  }

  /** Another page of ours changed the outbox, or we did. */
  reload() {
    this.entries.value = load(this.edges.store);
  }

  /** @param {string} chat */
  async flush(chat) {
    if (this.busy.has(chat)) return;
    this.busy.add(chat);
    /** @type {"on" | "idle" | "later"} */
    let next = "on";
    try {
      while (next === "on") next = await this.edges.lock(`strowger:outbox:${chat}`, () => this.step(chat));
    } finally {
      this.busy.delete(chat);
    }
    // Something may have been put in after the last look and before the lock was given back.
    if (next === "idle" && nextOf(this.entries.value, chat)) void this.flush(chat);
  }

  /** Sends the next entry. @param {string} chat @returns {Promise<"on" | "idle" | "later">} */
  async step(chat) {
    this.reload();
    const entry = nextOf(this.entries.value, chat);
    if (!entry) return "idle";
    const answer = await this.edges.api.send(chat, body(entry));
    const means = outcome(answer.status, answer.body, answer.retryAfterS);
    if (means.is === "accepted") {
      this.tries.delete(chat);
      this.messenger.take(chat, means.message);
      this.accepted(entry.client_id);
      return "on";
    }
    if (means.is === "failed") {
      this.refused(entry, means.why);
      return "on";
    }
    if (means.is === "signed-out") {
      this.messenger.link.value = "signed-out";
      return "later";
    }
    const tries = (this.tries.get(chat) ?? 0) + 1;
    this.tries.set(chat, tries);
    this.edges.later(() => void this.flush(chat), means.afterMs ?? backoffMs(tries, this.edges.chance()));
    return "later";
  }

  /** @param {Entry} entry @param {string} why */
  refused(entry, why) {
    this.messenger.alert.value = `Not sent. ${why}`;
    // A reaction has no row to stand in as failed.
    if (entry.request.type === "reaction") this.discard(entry.client_id);
    else if (this.entries.value.some((e) => e.client_id === entry.client_id)) this.put({ ...entry, state: "failed", why });
  }

  /** @param {Entry} entry */
  put(entry) {
    put(this.edges.store, entry);
    this.reload();
  }
}
