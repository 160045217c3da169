// @ts-check
// One message: bubble, quote, reactions, ticks. What it says is in view-content.js, what can be
// chosen below it in view-choices.js.

import { html } from "../vendor/preact.js";
import { TICK_WORD, tickOf, timeLabel } from "./timeline.js";
import { requestAgain } from "./outbox.js";
import { Choices } from "./view-choices.js";
import { Body } from "./view-content.js";
import { icons } from "./view-parts.js";
import { cut, kindWord, speaker, wordsOf } from "./words.js";

/** @typedef {import('./types').Chat} Chat */
/** @typedef {import('./types').Shown} Shown */
/** @typedef {import('./context.js').Context} Context */
/**
 * What a message's row needs of its chat. `find`: a message by seq, if it is loaded.
 * @typedef {{cx: Context, chat: Chat, answered: Map<number, string>, reacted: Map<number, {person?: string, assistant?: string}>,
 *   find: (seq: number) => Shown | undefined, jump: (seq: number) => void, send: (request: import('./types').Request) => void}} Around
 */

/** @param {{message: Shown, first: boolean, around: Around}} props */
export function MessageRow({ message, first, around }) {
  const { cx, chat } = around;
  const { assistant } = chat;
  const tick = message.from === "person" ? tickOf(message, chat) : null;
  const open = () => { cx.sheet.value = { kind: "message", seq: message.seq, key: message.key }; };
  const name = message.from === "person" ? "your message" : `the message of ${assistant.name}`;
  return html`<li class="message" data-from=${message.from} data-first=${first} data-seq=${message.seq} data-tick=${tick}
      id=${message.seq ? `m${message.seq}` : undefined} tabindex="-1">
    <div class="bubble">
      <span class="visually-hidden">${speaker(message.from, assistant)} </span>
      ${Boolean(message.forwards) && html`<p class="forwarded meta">${icons.forward()}${(message.forwards ?? 0) > 5 ? "Forwarded many times" : "Forwarded"}</p>`}
      ${message.context_seq && html`<${Quote} seq=${message.context_seq} around=${around} />`}
      <${Body} message=${message} around=${around} />
      <span class="stamp"><time datetime=${new Date(message.at).toISOString()}>${timeLabel(message.at, cx.place)}</time>
        ${tick && html`<span class="tick" data-tick=${tick}>${icons[tick]()}<span class="visually-hidden">${tick === "failed" ? "Not sent" : TICK_WORD[tick]}</span></span>`}</span>
    </div>
    ${message.seq && html`<button type="button" class="icon-button message-more" onClick=${open}>${icons.more()}<span class="visually-hidden">Options for ${name}, ${timeLabel(message.at, cx.place)}</span></button>`}
    <${Choices} message=${message} around=${around} />
    <${Reactions} message=${message} around=${around} />
    ${tick === "failed" && html`<${Failed} message=${message} around=${around} />`}
  </li>`;
}

/** @param {{seq: number, around: Around}} props */
function Quote({ seq, around }) {
  const quoted = around.find(seq);
  const who = quoted?.from === "person" ? "You" : around.chat.assistant.name;
  return html`<button type="button" class="quote" onClick=${() => around.jump(seq)}>
    <span class="visually-hidden">In reply to </span>
    <span class="quote-who" dir="auto">${quoted ? who : "An earlier message"}</span>
    <span class="quote-text" dir="auto">${quoted ? cut(wordsOf(quoted), 160, "…") : "Show it"}</span>
  </button>`;
}

/** @param {{message: Shown, around: Around}} props */
function Reactions({ message, around }) {
  const { cx, chat, reacted } = around;
  const standing = message.seq ? reacted.get(message.seq) : undefined;
  if (!standing || (!standing.person && !standing.assistant)) return null;
  const takeBack = () => cx.messenger.sender.send(chat.chat, { type: "reaction", reaction: { seq: message.seq ?? 0, emoji: "" } });
  return html`<p class="reactions">
    ${standing.assistant && html`<span class="reaction"><span class="visually-hidden">${chat.assistant.name} reacted </span>${standing.assistant}</span>`}
    ${standing.person && (chat.state === "given"
      ? html`<button type="button" class="reaction" data-mine="true" onClick=${takeBack}><span class="visually-hidden">You reacted </span>${standing.person}<span class="visually-hidden">. Take it back</span></button>`
      : html`<span class="reaction"><span class="visually-hidden">You reacted </span>${standing.person}</span>`)}
  </p>`;
}

/** Not sent: the cause, then trying again. @param {{message: Shown, around: Around}} props */
function Failed({ message, around }) {
  const { cx, chat } = around;
  const { sender } = cx.messenger;
  const { entry } = message;
  const why = entry ? entry.why : [message.error?.title, message.error?.details].filter(Boolean).join(". ");
  const request = entry ? entry.request : requestAgain(message);
  const again = () => {
    cx.sends.value += 1;
    if (entry) return sender.retry(entry.client_id);
    // The exchange has taken and refused this one: trying again is a new message.
    if (request) sender.send(chat.chat, request);
  };
  return html`<p class="failed">${why && html`<span dir="auto">${why}</span> `}
    ${chat.state === "given" && request && html`<button type="button" class="link-button" onClick=${again}>${TICK_WORD.failed}</button>`}
    ${entry && html`<button type="button" class="link-button" onClick=${() => sender.discard(entry.client_id)}>Discard</button>`}</p>`;
}

/** Three dots where the next message will stand. @param {{chat: Chat}} props */
export function TypingRow({ chat }) {
  return html`<li class="message typing" data-from="assistant" data-first="true"><div class="bubble">
    <span class="visually-hidden">${chat.assistant.name}, ${kindWord(chat.assistant)}, is writing</span>
    <span class="dots" aria-hidden="true"><i></i><i></i><i></i></span></div></li>`;
}
