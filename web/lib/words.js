// @ts-check
// Messages as words: previews, what is read aloud, who says it.

import { plain } from "./marks.js";

/** @typedef {import('./types').Assistant} Assistant */

/** Read aloud at most; the rest is in the list. */
export const SPOKEN_MAX = 300;

/** "AI assistant". @param {Pick<Assistant, "automation">} assistant */
export const kindWord = (assistant) => (assistant.automation === "automated" ? "Automated assistant, no AI" : "AI assistant");

/** "AI assistant · run by Birch Labs". @param {Assistant} assistant */
export const badgeText = (assistant) => `${kindWord(assistant)} · run by ${assistant.provider}`;

/** Hidden words before each message. @param {string} from @param {Assistant} assistant */
export function speaker(from, assistant) {
  if (from === "person") return "You:";
  if (from === "exchange") return "Strowger:";
  return `${assistant.name}, ${assistant.automation === "automated" ? "automated assistant" : "AI assistant"}:`;
}

/** @typedef {any} Sayable a message, an entry of the outbox, or part of one */

/** @type {Record<string, string>} */
const FILE_WORD = { image: "Photo", video: "Video", audio: "Audio", document: "Document", sticker: "Sticker" };

/** What a file is called. @param {{kind?: string | null, voice?: boolean}} message */
export const fileWord = (message) => (message.voice ? "Voice message" : FILE_WORD[message.kind ?? ""] ?? "File");

const joined = (/** @type {string} */ what, /** @type {string | null | undefined} */ more) => (more ? `${what}: ${more}` : what);

/** Words of what has no body. @type {Record<string, (m: any) => string>} */
const WORDS = {
  media: (m) => joined(fileWord(m), m.caption ? plain(m.caption) : m.filename),
  pending: (m) => `${fileWord(m)}, still on its way`,
  location: (m) => joined("Location", m.name ?? m.address),
  contacts: (m) => (m.cards?.length > 1 ? `${m.cards.length} contacts` : joined("Contact", m.cards?.[0]?.name?.formatted_name)),
  product_item: (m) => joined("Product", m.product?.name ?? m.product?.retailer_id),
  call_permission_request: () => "Asks whether you may be called",
  call_permission_reply: (m) => (m.accepted ? "Calls allowed" : "Calls not allowed"),
  form_reply: (m) => (m.form === "address" ? "Address sent" : "Form sent"),
  address_reply: () => "Address sent",
  order: (m) => (m.items?.length === 1 ? "Order of one product" : `Order of ${m.items?.length ?? 0} products`),
  forward: () => "Forwarded message",
  unsupported: (m) => `Not carried here: ${m.what}`,
};

/** The message as plain words on one line. @param {Sayable} message @returns {string} */
export function wordsOf(message) {
  if (message.text?.body) return plain(message.text.body);
  if (message.reply) return message.reply.title;
  if (message.notice) return plain(message.notice.text);
  if (message.reaction) return message.reaction.emoji ? `Reacted ${message.reaction.emoji}` : "Took a reaction back";
  if (message.type !== "product_item" && message.body) return plain(message.body);
  return WORDS[message.type]?.(message) ?? "A message this page cannot show";
}

/** What can be chosen below a message, as it is said after its words. @param {any} message @returns {string} */
function choicesOf(message) {
  const label = (/** @type {any} */ b) => b.title ?? b.label ?? b.text ?? b.flow?.label;
  const own = Array.isArray(message.buttons) ? message.buttons.map(label) : [];
  const single = [message.button, message.type === "cta_url" ? message.label : null, message.type === "flow" ? message.flow?.label : null];
  return [...own, ...single].filter(Boolean).join(", ");
}

/** Line in the list of chats. @param {Sayable & {from: string}} message */
export function preview(message) {
  const words = cut(wordsOf(message), 120, "…");
  return message.from === "person" ? `You: ${words}` : words;
}

/** What is said once when a message arrives: "Birch: Hello. Choices: Yes, No". @param {string} name @param {any} message */
export function spoken(name, message) {
  const said = cut(wordsOf(message), SPOKEN_MAX, "… message continues");
  const options = choicesOf(message);
  return `${name}: ${said}${options ? `. Choices: ${options}` : ""}`;
}

/** Cuts at a character, never inside one. @param {string} text @param {number} limit @param {string} tail */
export function cut(text, limit, tail) {
  if (text.length <= limit) return text;
  const characters = [...text];
  return characters.length <= limit ? text : characters.slice(0, limit).join("").trimEnd() + tail;
}

/** The one emoji in a text, or null: a reaction is exactly one. @param {string} text */
export function oneEmoji(text) {
  const trimmed = text.trim();
  if (trimmed === "" || trimmed.length > 40) return null;
  const parts = [...new Intl.Segmenter("en", { granularity: "grapheme" }).segment(trimmed)];
  const is = /\p{Extended_Pictographic}|\p{Regional_Indicator}{2}|[0-9#*]\uFE0F?\u20E3/u.test(trimmed);
  return parts.length === 1 && is ? trimmed : null;
}

/** A contact as a link where it is an address of some kind, else null. @param {string} contact */
export function contactHref(contact) {
  const text = contact.trim();
  if (/^https?:\/\/[^\s]+$/iu.test(text)) return text;
  if (/^[^\s@<>"']+@[^\s@<>"']+\.[^\s@<>"']+$/u.test(text)) return `mailto:${text}`;
  if (/^\+?[\d][\d\s()./-]{4,24}$/u.test(text)) return `tel:${text.replace(/[^\d+]/gu, "")}`;
  return null;
}
