// @ts-check
// What is known about each chat, kept true as events arrive out of step with answers.

/** @typedef {import('./types').Chat} Chat */
/** @typedef {import('./types').Message} Message */

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
  const isRow = message.type !== "reaction";
  if (message.seq <= chat.last_seq) return message.seq === chat.last?.seq ? { ...chat, last: message } : chat;
  const isUnread = isRow && message.from === "assistant" && message.seq > chat.seen_seq;
  return {
    ...chat,
    last_seq: message.seq,
    last: isRow ? message : chat.last,
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
