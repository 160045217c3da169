// @ts-check
// Where the person writes: draft, reply, sending.

import { html, useEffect, useRef, useState } from "../vendor/preact.js";
import { icons } from "./icons.js";
import { windowLine } from "./timeline.js";
import { cut, wordsOf } from "./words.js";

/** @typedef {import('./types').Chat} Chat */
/** @typedef {import('./context.js').Context} Context */

/** A message's longest text, and from where on the rest is counted down. */
const TEXT_MAX = 4096;
const COUNT_FROM = 3800;

/** Phones: Enter makes a new line there, the button sends (there is no Shift+Enter). */
const isTouch = () => matchMedia("(hover: none) and (pointer: coarse)").matches;

/** @param {{cx: Context, chat: Chat}} props */
export function Composer({ cx, chat }) {
  if (chat.state !== "given") {
    return html`<p class="composer-note">You stopped this assistant. Nothing you write reaches it.
      <a href=${`/choose?assistant=${encodeURIComponent(chat.assistant.id)}`}>Choose again</a></p>`;
  }
  const line = windowLine(chat.window_until, cx.now.value, chat.assistant.name, cx.place);
  return html`${line && html`<p class="window-line meta">${line}</p>`}<${Writer} cx=${cx} chat=${chat} />`;
}

/** @param {{cx: Context, chat: Chat}} props */
function Writer({ cx, chat }) {
  const [text, setText] = useState(() => cx.draft(chat.chat));
  const box = useRef(/** @type {HTMLTextAreaElement | null} */ (null));
  const length = [...text].length;
  const isTooLong = length > TEXT_MAX;
  useEffect(() => grow(box.current), [text]);
  const change = (/** @type {string} */ next) => {
    setText(next);
    cx.keepDraft(chat.chat, next);
  };
  const send = (/** @type {Event} */ event) => {
    event.preventDefault();
    box.current?.focus();
    if (text.trim() === "") return;
    if (isTooLong) {
      cx.messenger.alert.value = `A message has at most ${TEXT_MAX} characters. This one has ${length}.`;
      return;
    }
    const request = { type: /** @type {const} */ ("text"), text: { body: text.trim() }, context_seq: cx.replyTo.value };
    if (!cx.messenger.sender.send(chat.chat, request)) return;
    cx.replyTo.value = null;
    cx.sends.value += 1;
    change("");
  };
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    // keyCode 229: an input method is composing, in browsers that say it late.
    const isComposing = event.isComposing || event.keyCode === 229;
    if (event.key === "Escape" && !isComposing) cx.replyTo.value = null;
    if (event.key === "Enter" && !event.shiftKey && !isComposing && !isTouch()) send(event);
  };
  return html`<form class="composer" onSubmit=${send} data-region="composer">
    ${cx.replyTo.value !== null && html`<${ReplyTo} cx=${cx} chat=${chat} seq=${cx.replyTo.value} />`}
    <label class="visually-hidden" for="composer-text">Message ${chat.assistant.name}</label>
    <textarea id="composer-text" name="text" rows="1" dir="auto" autocomplete="off" placeholder=${`Message ${chat.assistant.name}`}
      ref=${box} value=${text} aria-invalid=${isTooLong ? "true" : null} aria-describedby="composer-count"
      onInput=${(/** @type {any} */ e) => change(e.target.value)} onKeyDown=${onKeyDown}></textarea>
    <button class="send">${icons.send()}<span class="visually-hidden">Send</span></button>
    <p class="composer-count meta" id="composer-count">${length > COUNT_FROM && `${TEXT_MAX - length} characters left`}</p>
  </form>`;
}

/** @param {{cx: Context, chat: Chat, seq: number}} props */
function ReplyTo({ cx, chat, seq }) {
  const quoted = cx.messenger.logs.value.get(chat.chat)?.messages.find((m) => m.seq === seq);
  if (!quoted) return null;
  return html`<div class="reply-to"><p class="quote"><span class="quote-who" dir="auto">Reply to ${quoted.from === "person" ? "yourself" : chat.assistant.name}</span>
    <span class="quote-text" dir="auto">${cut(wordsOf(quoted), 160, "…")}</span></p>
    <button type="button" class="icon-button" onClick=${() => { cx.replyTo.value = null; }}>${icons.close()}<span class="visually-hidden">Do not reply to it</span></button></div>`;
}

/** As high as its text, where the style sheet cannot say so. @param {HTMLTextAreaElement | null} box */
function grow(box) {
  if (!box || CSS.supports("field-sizing", "content")) return;
  box.style.height = "auto";
  box.style.height = `${box.scrollHeight + 2}px`;
}
