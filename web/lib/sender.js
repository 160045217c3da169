// @ts-check
// Sends what is in the outbox, one message per chat at a time, until each is accepted or refused.

import { signal } from "../vendor/preact.js";
import * as outbox from "./outbox.js";

/** @typedef {import('./types').Entry} Entry */
/** @typedef {import('./types').Request} Request */
/** @typedef {import('./types').Message} Message */
/** @typedef {import('./messenger.js').Messenger} Messenger */

export class Sender {
  /** @param {import('./messenger.js').Edges} edges @param {Messenger} messenger */
  constructor(edges, messenger) {
    this.edges = edges;
    this.messenger = messenger;
    /** @type {import('../vendor/preact.js').Signal<Entry[]>} */
    this.entries = signal(outbox.load(edges.store));
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
    if (!outbox.hasRoom(store) || !outbox.put(store, entry)) {
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
    outbox.remove(this.edges.store, clientId);
    this.reload();
  }

  /** The exchange has it. @param {string} clientId */
  accepted(clientId) {
    if (this.entries.value.some((e) => e.client_id === clientId)) this.discard(clientId);
  }

  /** The exchange answers again: other people's leftovers go, stale ones stop, the rest is sent. */
  onChats() {
    const { store, now } = this.edges;
    for (const entry of this.entries.value) if (!this.messenger.chats.value.has(entry.chat)) outbox.remove(store, entry.client_id);
    for (const entry of outbox.stale(this.entries.value, now())) outbox.put(store, entry);
    this.reload();
    this.tries.clear();
    for (const chat of new Set(this.entries.value.map((e) => e.chat))) void this.flush(chat);
  }

  /** Another page of ours changed the outbox, or we did. */
  reload() {
    this.entries.value = outbox.load(this.edges.store);
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
    if (next === "idle" && outbox.nextOf(this.entries.value, chat)) void this.flush(chat);
  }

  /** Sends the next entry. @param {string} chat @returns {Promise<"on" | "idle" | "later">} */
  async step(chat) {
    this.reload();
    const entry = outbox.nextOf(this.entries.value, chat);
    if (!entry) return "idle";
    const answer = await this.edges.api.send(chat, outbox.body(entry));
    const outcome = outbox.outcome(answer.status, answer.body, answer.retryAfterS);
    if (outcome.is === "accepted") {
      this.tries.delete(chat);
      this.messenger.take(chat, outcome.message);
      this.accepted(entry.client_id);
      return "on";
    }
    if (outcome.is === "failed") {
      this.refused(entry, outcome.why);
      return "on";
    }
    if (outcome.is === "signed-out") {
      this.messenger.link.value = "signed-out";
      return "later";
    }
    const tries = (this.tries.get(chat) ?? 0) + 1;
    this.tries.set(chat, tries);
    this.edges.later(() => void this.flush(chat), outcome.afterMs ?? outbox.backoffMs(tries, this.edges.chance()));
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
    outbox.put(this.edges.store, entry);
    this.reload();
  }
}
