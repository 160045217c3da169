// @ts-check
// How far a message of the person's got, and the word that says so.

/** @typedef {import('./types').Tick} Tick */
/** @typedef {import('./types').Shown} Shown */

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
