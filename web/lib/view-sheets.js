// @ts-check
// The sheets: a message's options, a list's rows, about the assistant, stopping, keys.

import { html, useState } from "../vendor/preact.js";
import { reactions } from "./log.js";
import { exactLabel, TICK_MEANING, TICK_WORD, tickOf, together } from "./timeline.js";
import { Contact, icons, Late, Sheet } from "./view-parts.js";
import { focusComposer } from "./view-thread.js";
import { kindWord, oneEmoji } from "./words.js";

/** @typedef {import('./types').Chat} Chat */
/** @typedef {import('./types').Shown} Shown */
/** @typedef {import('./context.js').Context} Context */

/** Times beyond this mean for good. */
const FOREVER = 8.64e15;

/** @type {Array<[string, string]>} */
const OFTEN = [["👍", "Thumbs up"], ["❤️", "Heart"], ["😂", "Laughing"], ["😮", "Surprised"], ["😢", "Sad"], ["🙏", "Thank you"]];

/** Sheets whose code comes when they are opened. @type {Record<string, {load: () => Promise<any>, name: string}>} */
const LATE = {
  place: { load: () => import("./late-answers.js"), name: "PlaceSheet" },
  contact: { load: () => import("./late-answers.js"), name: "ContactSheet" },
  address: { load: () => import("./late-answers.js"), name: "AddressSheet" },
  shop: { load: () => import("./late-shop.js"), name: "ShopSheet" },
  forward: { load: () => import("./late-answers.js"), name: "ForwardSheet" },
  attach: { load: () => import("./late-attach.js"), name: "AttachSheet" },
  file: { load: () => import("./late-attach.js"), name: "FileSheet" },
  voice: { load: () => import("./late-voice.js"), name: "VoiceSheet" },
  emoji: { load: () => import("./late-emoji.js"), name: "EmojiSheet" },
};

/** Kinds of messages that can be told on. */
const TOLD_ON = ["text", "media", "location", "contacts"];

/** @param {{cx: Context, chat: Chat}} props */
export function Sheets({ cx, chat }) {
  const open = cx.sheet.value;
  const onClose = () => { cx.sheet.value = null; };
  if (open === null) return null;
  if (open.kind === "stop") return html`<${StopSheet} key="stop" chat=${chat} onClose=${onClose} />`;
  if (open.kind === "keys") return html`<${KeysSheet} key="keys" onClose=${onClose} />`;
  if (open.kind === "about") return html`<${AboutSheet} key="about" cx=${cx} chat=${chat} onClose=${onClose} />`;
  if (open.kind === "picture") return html`<${Sheet} key="picture" kind="picture" title=${open.alt} onClose=${onClose}><img src=${open.url} alt=${open.alt} /><p><a href=${open.url} download>Download</a></p><//>`;
  const failed = () => {
    onClose();
    cx.messenger.alert.value = "This part of the page could not be loaded. Try again.";
  };
  const late = open.kind === "message" || open.kind === "list" ? undefined : LATE[open.kind];
  if (late) return html`<${Late} key=${`${open.kind}${"seq" in open ? open.seq : ""}`} ...${late} failed=${failed} cx=${cx} chat=${chat} open=${open} onClose=${onClose} />`;
  const log = cx.messenger.logs.value.get(chat.chat);
  const messages = together(log?.messages ?? [], cx.messenger.sender.entries.value.filter((e) => e.chat === chat.chat));
  if (open.kind !== "message" && open.kind !== "list") return null;
  const message = messages.find((m) => (open.kind === "message" ? m.key === open.key : m.seq === open.seq));
  if (!message) return null;
  if (open.kind === "list") return html`<${ListSheet} key=${`list${open.seq}`} cx=${cx} chat=${chat} message=${message} onClose=${onClose} />`;
  const mine = reactions(messages).get(message.seq ?? 0)?.person;
  return html`<${MessageSheet} key=${open.key} cx=${cx} chat=${chat} message=${message} mine=${mine} onClose=${onClose} />`;
}

/** @param {{cx: Context, chat: Chat, message: Shown, mine?: string, onClose: () => void}} props */
function MessageSheet({ cx, chat, message, mine, onClose }) {
  const tick = message.from === "person" ? tickOf(message, chat) : null;
  const canWrite = chat.state === "given" && message.seq !== null;
  const words = message.text?.body ?? message.body ?? message.caption ?? message.reply?.title ?? "";
  const isTold = message.seq !== null && TOLD_ON.includes(message.type) && (message.from === "person" || !message.error);
  return html`<${Sheet} title=${message.from === "person" ? "Your message" : `Message of ${chat.assistant.name}`} onClose=${onClose}>${(/** @type {() => void} */ close) => html`
    ${canWrite && html`<${React} mine=${mine} onReact=${(/** @type {string} */ emoji) => {
      cx.messenger.sender.send(chat.chat, { type: "reaction", reaction: { seq: message.seq ?? 0, emoji } });
      close();
    }} />`}
    <div class="sheet-actions">
      ${canWrite && html`<button type="button" class="button quiet" onClick=${() => {
        cx.replyTo.value = message.seq;
        close();
        focusComposer();
      }}>${icons.reply()}Reply</button>`}
      ${isTold && html`<button type="button" class="button quiet" onClick=${() => { cx.sheet.value = { kind: "forward", seq: message.seq ?? 0 }; }}>${icons.forward()}Forward</button>`}
      ${words && html`<${Copy} text=${words} />`}
    </div>
    <dl class="facts">
      <div><dt>${message.from === "person" ? "Written" : "Sent"}</dt><dd>${exactLabel(message.at, cx.place)}</dd></div>
      ${tick && html`<div><dt>State</dt><dd>${tick === "failed" ? "Not sent" : TICK_WORD[tick]}. ${TICK_MEANING[tick]}</dd></div>`}
      ${message.error && html`<div><dt>Cause</dt><dd dir="auto">${[message.error.title, message.error.details].filter(Boolean).join(". ")}</dd></div>`}
    </dl>`}<//>`;
}

/** @param {{mine?: string, onReact: (emoji: string) => void}} props */
function React({ mine, onReact }) {
  const [typed, setTyped] = useState("");
  const [isWrong, setWrong] = useState(false);
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    const emoji = oneEmoji(typed);
    if (emoji) onReact(emoji);
    else setWrong(true);
  };
  return html`<div class="react" role="group" aria-label="React">
    <div class="emoji-row">${OFTEN.map(([emoji, name]) => html`<button type="button" class="emoji" aria-pressed=${mine === emoji ? "true" : "false"}
      onClick=${() => onReact(mine === emoji ? "" : emoji)}><span aria-hidden="true">${emoji}</span><span class="visually-hidden">${name}</span></button>`)}</div>
    <form class="emoji-form" onSubmit=${submit}>
      <label class="field" for="emoji-any">Any other emoji
        ${isWrong && html`<span class="error-text" id="emoji-error" role="alert">Type exactly one emoji.</span>`}
        <input id="emoji-any" value=${typed} autocomplete="off" aria-invalid=${isWrong ? "true" : null} aria-describedby=${isWrong ? "emoji-error" : null}
          onInput=${(/** @type {any} */ e) => setTyped(e.target.value)} /></label>
      <button class="button quiet">React</button>
    </form>
    ${mine && html`<button type="button" class="link-button" onClick=${() => onReact("")}>Take ${mine} back</button>`}
  </div>`;
}

/** @param {{text: string}} props */
function Copy({ text }) {
  const [said, setSaid] = useState("");
  const copy = () => navigator.clipboard.writeText(text).then(() => setSaid("Copied"), () => setSaid("Copying is not allowed here"));
  if (!navigator.clipboard) return null;
  return html`<button type="button" class="button quiet" onClick=${copy}>Copy text</button><span class="meta" role="status">${said}</span>`;
}

/** @param {{cx: Context, chat: Chat, message: Shown, onClose: () => void}} props */
function ListSheet({ cx, chat, message, onClose }) {
  const [chosen, setChosen] = useState("");
  const [isWrong, setWrong] = useState(false);
  const send = (/** @type {Event} */ event, /** @type {() => void} */ close) => {
    event.preventDefault();
    const row = message.sections?.flatMap((/** @type {any} */ s) => s.rows).find((/** @type {any} */ r) => r.id === chosen);
    if (!row) return setWrong(true);
    if (cx.messenger.sender.send(chat.chat, { type: "list_reply", reply: row, context_seq: message.seq ?? 0 })) cx.sends.value += 1;
    close();
  };
  return html`<${Sheet} title=${message.button ?? "Choose"} onClose=${onClose}>${(/** @type {() => void} */ close) => html`
    <form class="rows-form" onSubmit=${(/** @type {Event} */ e) => send(e, close)}>
      ${(message.sections ?? []).map((/** @type {any} */ section) => html`<fieldset><legend dir="auto" class=${section.title ? "" : "visually-hidden"}>${section.title || message.button}</legend>
        ${section.rows.map((/** @type {any} */ row) => html`<label class="row"><input type="radio" name="row" value=${row.id} checked=${chosen === row.id} onChange=${() => { setChosen(row.id); setWrong(false); }} />
          <span dir="auto">${row.title}${row.description && html`<span class="meta" dir="auto">${row.description}</span>`}</span></label>`)}</fieldset>`)}
      ${isWrong && html`<p class="error-text" role="alert">Choose one row, or close.</p>`}
      <div class="actions"><button class="button">Send</button></div>
    </form>`}<//>`;
}

/** @param {{cx: Context, chat: Chat, onClose: () => void}} props */
function AboutSheet({ cx, chat, onClose }) {
  const { assistant } = chat;
  return html`<${Sheet} title=${assistant.name} onClose=${onClose}>
    <dl class="facts">
      <div><dt>What it is</dt><dd>${kindWord(assistant)}, not a person</dd></div>
      <div><dt>Run by</dt><dd dir="auto">${assistant.provider}</dd></div>
      <div><dt>A human</dt><dd dir="auto">${assistant.human_contact ? html`<${Contact} contact=${assistant.human_contact} />` : "It names none"}</dd></div>
      <div><dt>Who reads</dt><dd>${assistant.provider} reads what you write here. This chat is not end-to-end encrypted.</dd></div>
      ${chat.window_until !== null && html`<div><dt>May write to you</dt><dd>${chat.window_until > cx.now.value ? `until ${exactLabel(chat.window_until, cx.place)}` : "again once you write"}</dd></div>`}
      ${chat.blocked && html`<div><dt>Takes your messages</dt><dd>No, it has blocked them</dd></div>`}
      ${chat.calls_until != null && html`<div><dt>May call you</dt><dd>${chat.calls_until > FOREVER ? "always" : `until ${exactLabel(chat.calls_until, cx.place)}`}, you allowed it. Calls are not carried here.</dd></div>`}
      <div><dt>Promotional messages</dt><dd>${chat.marketing === false ? "stopped" : "allowed"}. <button type="button" class="link-button" onClick=${() => void cx.messenger.prefers(chat.chat, chat.marketing === false)}>${chat.marketing === false ? "Allow them" : "Stop them"}</button></dd></div>
    </dl>
    <div class="sheet-actions">
      <a class="button quiet" href="/choose">Change assistants</a>
      ${chat.state === "given" && html`<button type="button" class="button quiet" onClick=${() => { cx.sheet.value = { kind: "stop" }; }}>Stop ${assistant.name}</button>`}
      <button type="button" class="button quiet" onClick=${() => { cx.sheet.value = { kind: "keys" }; }}>Keyboard</button>
    </div><//>`;
}

/** @param {{chat: Chat, onClose: () => void}} props */
function StopSheet({ chat, onClose }) {
  const { name } = chat.assistant;
  return html`<${Sheet} title=${`Stop ${name}?`} onClose=${onClose}>${(/** @type {() => void} */ close) => html`
    <p>From now on ${name} gets nothing you write, and cannot write to you. You can read this chat here, and choose ${name} again at any time.</p>
    <form class="actions" method="post" action=${`/chats/${chat.chat}/stop`}>
      <button class="button">Stop ${name}</button>
      <button type="button" class="button" onClick=${close}>Keep ${name}</button>
    </form>`}<//>`;
}

/** @param {{onClose: () => void}} props */
function KeysSheet({ onClose }) {
  const keys = [["Enter", "Send"], ["Shift + Enter", "New line"], ["F6, Shift + F6", "Next part of the page, previous part"], ["↑ ↓ Home End", "From message to message, in the list"],
    ["Enter", "Options of a message, in the list"], ["R", "Reply to a message, in the list"], ["/", "Back to writing, from the list"], ["Esc", "Close a sheet, drop a reply"], ["?", "These keys, in the list"]];
  return html`<${Sheet} title="Keyboard" onClose=${onClose}><dl class="facts">${keys.map(([key, does]) => html`<div><dt><kbd>${key}</kbd></dt><dd>${does}</dd></div>`)}</dl><//>`;
}
