// @ts-check
// What the person sent and the exchange has not accepted yet. Kept in localStorage, one key per
// message, so that it survives a reload and two open pages never overwrite each other.
//
// Guarantee: a message keeps its client_id for as long as it is tried, so that it is accepted once.

import { PREFIX, keys } from "./local.js";

/** @typedef {import('./types').Entry} Entry */
/** @typedef {import('./types').Request} Request */
/** @typedef {import('./types').Message} Message */
/** @typedef {import('./types').Store} Store */

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

/** What goes over the wire: titles are for showing only. @param {Entry} entry */
export function body(entry) {
  const { request } = entry;
  const wire = { client_id: entry.client_id, ...request };
  if ("reply" in request) return { ...wire, reply: { id: request.reply.id } };
  if (request.type === "text" && !request.context_seq) return { client_id: entry.client_id, type: request.type, text: request.text };
  return wire;
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
