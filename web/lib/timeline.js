// @ts-check
// From messages to rows: days, groups, the mark "new messages", ticks. Times are unix milliseconds;
// now, language and time zone are arguments.

import { isRow } from "./log.js";

/** @typedef {import('./types').Message} Message */
/** @typedef {import('./types').Entry} Entry */
/** @typedef {import('./types').Shown} Shown */
/** @typedef {import('./types').TimelineRow} TimelineRow */
/** @typedef {import('./types').Tick} Tick */

/** @typedef {{locale: string, timeZone?: string}} Place */

/** Messages of one author nearer than this stand in one group. */
export const GROUP_MS = 5 * 60_000;
const DAY_MS = 86_400_000;

/** @type {Map<string, Intl.DateTimeFormat>} */
const formats = new Map();

/** Formats are costly to make, so each is made once. @param {Place} place @param {Intl.DateTimeFormatOptions} options */
function format(place, options) {
  const key = JSON.stringify([place.locale, place.timeZone, options]);
  let made = formats.get(key);
  if (!made) formats.set(key, (made = new Intl.DateTimeFormat(place.locale, { ...options, timeZone: place.timeZone })));
  return made;
}

/** The calendar day, as a number of days: differences are days apart. @param {number} at @param {Place} place */
export function dayNumber(at, place) {
  const parts = format({ ...place, locale: "en-u-ca-gregory-nu-latn" }, { year: "numeric", month: "numeric", day: "numeric" }).formatToParts(at);
  const part = (/** @type {string} */ type) => Number(parts.find((p) => p.type === type)?.value);
  return Math.round(Date.UTC(part("year"), part("month") - 1, part("day")) / DAY_MS);
}

/** "Today", "Yesterday", the weekday within a week, then the date. @param {number} at @param {number} now @param {Place} place */
export function dayLabel(at, now, place) {
  const apart = dayNumber(now, place) - dayNumber(at, place);
  if (apart === 0) return "Today";
  if (apart === 1) return "Yesterday";
  if (apart > 1 && apart < 7) return format(place, { weekday: "long" }).format(at);
  return format(place, { day: "numeric", month: "long", year: "numeric" }).format(at);
}

/** "18:20". @param {number} at @param {Place} place */
export const timeLabel = (at, place) => format(place, { hour: "2-digit", minute: "2-digit" }).format(at);

/** Time with seconds and date, for a message's own sheet. @param {number} at @param {Place} place */
export const exactLabel = (at, place) => format(place, { dateStyle: "medium", timeStyle: "medium" }).format(at);

/** For the list of chats: the time today, else the day, short. @param {number} at @param {number} now @param {Place} place */
export function whenLabel(at, now, place) {
  const apart = dayNumber(now, place) - dayNumber(at, place);
  if (apart <= 0) return timeLabel(at, place);
  if (apart === 1) return "Yesterday";
  if (apart < 7) return format(place, { weekday: "short" }).format(at);
  return format(place, { day: "numeric", month: "numeric", year: "2-digit" }).format(at);
}

/** The page's language with the person's own region, if they read that language. @param {string} pageLang @param {readonly string[]} languages */
export function pickLocale(pageLang, languages) {
  const base = (pageLang || "en").split("-")[0].toLowerCase();
  return languages.find((l) => l.toLowerCase().split("-")[0] === base) ?? (base === "en" ? "en-GB" : base);
}

/** A message of the chat as shown. @param {Message} message @returns {Shown} */
export const shown = (message) => ({ ...message, key: message.client_id || `m${message.seq}` });

/** An entry of the outbox as shown. @param {Entry} entry @returns {Shown} */
export function shownEntry(entry) {
  return { ...entry.request, ...entry.request.show, seq: null, from: "person", at: entry.at, client_id: entry.client_id, key: entry.client_id, entry };
}

/**
 * Messages of the chat, then what waits in the outbox (unless the chat already has it).
 * @param {Message[]} messages @param {Entry[]} entries of this chat @returns {Shown[]}
 */
export function together(messages, entries) {
  const known = new Set(messages.map((m) => m.client_id).filter(Boolean));
  return [...messages.map(shown), ...entries.filter((e) => !known.has(e.client_id)).map(shownEntry)];
}

/**
 * Rows to draw. `unreadAfter`: the seq up to which the person had read
 * when the chat was opened; the mark stands before the first later message of the assistant.
 * @param {Shown[]} messages @param {Place} place @param {number | null} [unreadAfter] @returns {TimelineRow[]}
 */
export function timeline(messages, place, unreadAfter = null) {
  /** @type {TimelineRow[]} */
  const rows = [];
  let previous = /** @type {{from: string, at: number, day: number} | null} */ (null);
  const isNew = (/** @type {Shown} */ m) => m.from === "assistant" && isRow(m) && unreadAfter !== null && (m.seq ?? 0) > unreadAfter;
  const fresh = messages.filter(isNew);
  for (const message of messages) {
    if (!isRow(message) && message.type !== "pending") continue;
    const day = dayNumber(message.at, place);
    if (day !== previous?.day) {
      rows.push({ kind: "day", key: `d${day}-${message.key}`, at: message.at });
      previous = null;
    }
    if (message === fresh[0]) {
      rows.push({ kind: "unread", key: "unread", count: fresh.length });
      previous = null;
    }
    if (message.from === "exchange" || message.type === "notice" || message.type === "pending") {
      rows.push({ kind: "note", key: message.key, message });
      previous = { from: "exchange", at: message.at, day };
      continue;
    }
    const first = previous?.from !== message.from || message.at - previous.at > GROUP_MS;
    rows.push({ kind: "message", key: message.key, message, first });
    previous = { from: message.from, at: message.at, day };
  }
  return rows;
}

/**
 * The line above the composer about how long the assistant may write, or null when it would be
 * noise: it is said in the last two hours and once the time is over.
 * @param {number | null} until @param {number} now @param {string} name @param {Place} place
 */
export function windowLine(until, now, name, place) {
  if (until === null) return null;
  if (until <= now) return `${name} can write to you again once you write.`;
  if (until - now > 2 * 3_600_000) return null;
  return `${name} can write to you until ${timeLabel(until, place)}. Write, and the time starts anew.`;
}

/** @type {Record<Tick, string>} */
export const TICK_WORD = {
  waiting: "Waiting",
  sent: "Sent",
  delivered: "Delivered",
  read: "Read",
  failed: "Not sent. Try again",
};

/** What each state means, for the message's own sheet. @type {Record<Tick, string>} */
export const TICK_MEANING = {
  waiting: "The exchange does not have it yet. It is kept in this browser and sent as soon as there is a connection.",
  sent: "The exchange has it, on disk. The assistant's service has not answered for it yet.",
  delivered: "The assistant's service has confirmed that it received it.",
  read: "The assistant has marked it as read.",
  failed: "It did not reach the assistant.",
};

/**
 * @param {Pick<Shown, "seq" | "error" | "entry">} message one of the person's
 * @param {{delivered_seq: number, read_seq: number}} chat
 * @returns {Tick}
 */
export function tickOf(message, chat) {
  if (message.entry) return message.entry.state === "failed" ? "failed" : "waiting";
  if (message.error) return "failed";
  const seq = message.seq ?? Infinity;
  if (seq <= chat.read_seq) return "read";
  return seq <= chat.delivered_seq ? "delivered" : "sent";
}
