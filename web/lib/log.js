// @ts-check
// What is held of each chat: its messages and its positions. No DOM, no clock, no network.
//
// Guarantee: `messages` holds each seq at most once, ascending, and everything the exchange has
// between `first` and `last`. What arrives beyond a hole waits in `held` until the hole is filled.

import { placeOfReply } from "./facts.js";

/** @typedef {import('./types').Message} Message */
/** @typedef {import('./types').Log} Log */
/** @typedef {import('./types').Chat} Chat */

/** Messages waiting beyond a hole; past this the newest page is fetched anew. */
export const HELD_MAX = 200;

/** A log from the newest page. @param {Message[]} page @param {boolean} more older ones exist @returns {Log} */
export function fromLatest(page, more) {
  const messages = ascending(page);
  const last = messages.at(-1)?.seq ?? 0;
  return { first: more ? (messages[0]?.seq ?? 1) : 1, last, messages, held: [] };
}

/**
 * One message arrived. `missing` is the seq after which messages must be fetched, or null.
 * @param {Log} log @param {Message} message @returns {{log: Log, missing: number | null}}
 */
export function arrive(log, message) {
  if (message.seq < log.first) return { log, missing: null };
  if (message.seq <= log.last) return { log: { ...log, messages: place(log.messages, message) }, missing: null };
  if (message.seq > log.last + 1) {
    const held = place(log.held, message).slice(-HELD_MAX);
    return { log: { ...log, held }, missing: log.last };
  }
  return { log: absorb({ ...log, last: message.seq, messages: [...log.messages, message] }), missing: null };
}

/**
 * The exchange's answer to "what came after `after`?". It is the truth up to its last message:
 * a seq it leaves out does not exist any more. An empty answer gives up on the hole.
 * @param {Log} log @param {number} after @param {Message[]} page @param {boolean} more @returns {Log}
 */
export function fill(log, after, page, more) {
  if (after > log.last) return log;
  let messages = log.messages;
  for (const message of ascending(page)) messages = place(messages, message);
  let last = Math.max(log.last, page.reduce((high, m) => Math.max(high, m.seq), 0));
  if (!more) last = Math.max(last, ...log.held.filter((m) => m.seq > last).slice(0, 1).map((m) => m.seq - 1));
  return absorb({ ...log, messages, last });
}

/** Older messages, from "what came before `first`?". @param {Log} log @param {Message[]} page @param {boolean} more @returns {Log} */
export function prepend(log, page, more) {
  const older = ascending(page).filter((m) => m.seq < log.first);
  const first = more && older.length > 0 ? older[0].seq : 1;
  return { ...log, first, messages: [...older, ...log.messages] };
}

/** Messages that only keep their seq: a reaction stands on its target, what was withheld failed before it could be shown, what is pending is not here yet. */
const SILENT = ["reaction", "withheld", "welcome", "pending"];

/** Whether a message is shown as a row. @param {{type: string}} message */
export const isRow = (message) => !SILENT.includes(message.type);

/** Whether older messages can be fetched. @param {Log} log */
export const hasOlder = (log) => log.first > 1;

/** What answers which question, where there is nothing to choose from. @type {Record<string, {of: string[], word: (m: any) => string | null}>} */
const ANSWERS = {
  location: { of: ["location_request"], word: () => "sent" },
  contacts: { of: ["contact_request", "template"], word: (m) => (m.requested ? "sent" : null) },
  form_reply: { of: ["flow", "address_request"], word: () => "sent" },
  address_reply: { of: ["address_request"], word: () => "sent" },
  call_permission_reply: { of: ["call_permission_request", "template"], word: (m) => (!m.accepted ? "no" : m.permanent || (m.until_ms === null && m.seq) ? "always" : "once") },
};

/**
 * Which option each question was answered with: what the exchange says, or a reply that is there.
 * @param {Array<any>} messages in order
 * @returns {Map<number, string>}
 */
export function answers(messages) {
  /** @type {Map<number, string>} */
  const found = new Map();
  const bySeq = new Map(messages.map((m) => [m.seq, m]));
  for (const m of messages) {
    if (m.answered && m.seq !== null) found.set(m.seq, m.answered);
    if (!m.context_seq || !isSent(m)) continue;
    const question = bySeq.get(m.context_seq);
    const answer = answerOf(m, question);
    if (answer !== null && !found.has(m.context_seq)) found.set(m.context_seq, answer);
  }
  return found;
}

/** @param {any} m @param {any} question @returns {string | null} */
function answerOf(m, question) {
  if (m.type === "button_reply" || m.type === "list_reply") return m.reply?.id ?? null;
  // Not yet accepted, it holds the place itself.
  if (m.type === "template_reply") return !m.seq ? m.reply.id : question?.type === "template" ? placeOfReply(question, m.reply) : null;
  const kind = ANSWERS[m.type];
  return kind && question && kind.of.includes(question.type) ? kind.word(m) : null;
}

/**
 * The reactions now standing, by message: one per side, the last one counts, "" takes it back.
 * @param {Array<{type: string, from: string, reaction?: {seq: number, emoji: string}, error?: unknown, entry?: {state: string}}>} messages in order
 * @returns {Map<number, {person?: string, assistant?: string}>}
 */
export function reactions(messages) {
  /** @type {Map<number, {person?: string, assistant?: string}>} */
  const found = new Map();
  for (const m of messages) {
    if (m.type !== "reaction" || !m.reaction || !isSent(m)) continue;
    const side = m.from === "person" ? "person" : "assistant";
    const standing = { ...found.get(m.reaction.seq) };
    if (m.reaction.emoji) standing[side] = m.reaction.emoji;
    else delete standing[side];
    found.set(m.reaction.seq, standing);
  }
  return found;
}

/** Whether a message counts: sent or on its way, not failed. @param {{error?: unknown, entry?: {state: string}}} message */
const isSent = (message) => !message.error && message.entry?.state !== "failed";

/** @param {Message[]} messages */
function ascending(messages) {
  return [...new Map(messages.map((m) => [m.seq, m])).values()].sort((a, b) => a.seq - b.seq);
}

/** Puts a message in its place; the newer version of the same seq wins. @param {Message[]} messages @param {Message} message */
function place(messages, message) {
  let at = messages.length;
  while (at > 0 && messages[at - 1].seq > message.seq) at -= 1;
  const same = at > 0 && messages[at - 1].seq === message.seq;
  return [...messages.slice(0, same ? at - 1 : at), message, ...messages.slice(at)];
}

/** Takes over what was held and now follows without a hole. @param {Log} log @returns {Log} */
function absorb(log) {
  const messages = [...log.messages];
  let { last } = log;
  const held = [];
  for (const message of log.held) {
    if (message.seq <= last) continue;
    if (message.seq === last + 1) {
      messages.push(message);
      last = message.seq;
    } else held.push(message);
  }
  return { ...log, messages, last, held };
}

/**
 * A newer account of a chat. Positions only go forward; when ours is ahead in what the person has
 * read (we said so and the exchange has not heard yet), ours stands, with its unread count.
 * @param {Chat | undefined} old @param {Partial<Chat> & {chat: string}} news @returns {Chat}
 */
export function mergeChat(old, news) {
  if (!old) return /** @type {Chat} */ ({ last: null, window_until: null, ...news });
  const merged = { ...old, ...news };
  for (const position of /** @type {const} */ (["last_seq", "delivered_seq", "read_seq", "seen_seq"])) {
    merged[position] = Math.max(old[position], news[position] ?? 0);
  }
  if (news.seen_seq !== undefined && old.seen_seq > news.seen_seq) merged.unread = old.unread;
  const isOlder = (news.last?.seq ?? 0) < (old.last?.seq ?? 0);
  if (isOlder) merged.last = old.last;
  return merged;
}

/** A chat after a message. The same message again changes nothing but its text. @param {Chat} chat @param {Message} message @returns {Chat} */
export function withMessage(chat, message) {
  if (message.seq <= chat.last_seq) {
    // Counted already, by news of the chat that overtook it; it may still be the newest one shown.
    const isNewest = isRow(message) && message.seq >= (chat.last?.seq ?? 0);
    return isNewest ? { ...chat, last: message } : chat;
  }
  const isUnread = isRow(message) && message.from === "assistant" && message.seq > chat.seen_seq;
  return {
    ...chat,
    last_seq: message.seq,
    last: isRow(message) ? message : chat.last,
    unread: chat.unread + (isUnread ? 1 : 0),
  };
}

/** The person has read up to `seq`. `unread`: how many later ones are known. @param {Chat} chat @param {number} seq @param {number} unread @returns {Chat} */
export const withSeen = (chat, seq, unread) => (seq > chat.seen_seq ? { ...chat, seen_seq: seq, unread } : chat);

/** Newest first; chats without a message last, by name. @param {Iterable<Chat>} chats @returns {Chat[]} */
export function inOrder(chats) {
  return [...chats].sort((a, b) => (b.last?.at ?? 0) - (a.last?.at ?? 0) || a.assistant.name.localeCompare(b.assistant.name));
}

/** @param {Iterable<Chat>} chats */
export const totalUnread = (chats) => [...chats].reduce((sum, chat) => sum + chat.unread, 0);
