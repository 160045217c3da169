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

/** @typedef {{type: string, text?: {body: string}, body?: string, reply?: {title: string}, reaction?: {emoji: string}, notice?: {text: string}}} Sayable */

/** The message as plain words on one line. @param {Sayable} message @returns {string} */
export function wordsOf(message) {
  if (message.text) return plain(message.text.body);
  if (message.reply) return message.reply.title;
  if (message.notice) return plain(message.notice.text);
  if (message.reaction) return message.reaction.emoji ? `Reacted ${message.reaction.emoji}` : "Took a reaction back";
  if (message.body) return plain(message.body);
  return "A message this page cannot show";
}

/** Line in the list of chats. @param {Sayable & {from: string}} message */
export function preview(message) {
  const words = cut(wordsOf(message), 120, "…");
  return message.from === "person" ? `You: ${words}` : words;
}

/** What is said once when a message arrives: "Birch: Hello. Choices: Yes, No". @param {string} name @param {any} message */
export function spoken(name, message) {
  const said = cut(wordsOf(message), SPOKEN_MAX, "… message continues");
  const options = message.buttons?.map((/** @type {{title: string}} */ b) => b.title).join(", ") ?? message.button;
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
