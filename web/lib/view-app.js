// @ts-check
// The whole messenger: banner, status line, alerts, the list of chats, the open chat and where the
// person writes.

import { html, useEffect, useRef, useState } from "../vendor/preact.js";
import { inOrder, totalUnread } from "./log.js";
import { whenLabel, windowLine } from "./timeline.js";
import { Contact, icons } from "./view-parts.js";
import { Sheets } from "./view-sheets.js";
import { focusComposer, Thread } from "./view-thread.js";
import { badgeText, cut, preview, wordsOf } from "./words.js";

/** @typedef {import('./types').Chat} Chat */
/** @typedef {import('./context.js').Context} Context */

/** @param {{cx: Context}} props */
export function App({ cx }) {
  const { messenger } = cx;
  const id = messenger.opened.value;
  const chat = id === null ? undefined : messenger.chats.value.get(id);
  const unread = totalUnread(messenger.chats.value.values());
  useEffect(() => {
    document.title = `${unread > 0 ? `(${unread}) ` : ""}${chat ? chat.assistant.name : "Chats"} – Strowger`;
  }, [unread, chat?.assistant.name]);
  return html`
    <p class="banner" role="status">${bannerText(messenger.link.value)}</p>
    <p class="visually-hidden" role="status">${messenger.status.value}</p>
    <div class="alert" role="alert">${messenger.alert.value && html`<p dir="auto">${messenger.alert.value}</p>
      <button type="button" class="icon-button" onClick=${() => { messenger.alert.value = ""; }}>${icons.close()}<span class="visually-hidden">Dismiss</span></button>`}</div>
    <${Contacts} cx=${cx} />
    ${chat ? html`<${OpenChat} key=${chat.chat} cx=${cx} chat=${chat} />` : html`<${NoChat} cx=${cx} isWrong=${id !== null} />`}
    ${chat && html`<${Sheets} cx=${cx} chat=${chat} />`}`;
}

/** @param {import('./messenger.js').Link} link */
function bannerText(link) {
  if (link === "lost") return "Connection lost. Trying again. What you write is kept here and sent later.";
  if (link === "signed-out") return html`You are signed out. <a href="/">Sign in</a> to go on; what you wrote is kept.`;
  return "";
}

/** @param {{cx: Context, isWrong: boolean}} props */
function NoChat({ cx, isWrong }) {
  const hasNone = cx.messenger.chats.value.size === 0;
  return html`<section class="chat chat-empty" aria-label="No chat open"><div>
    <p>${isWrong ? "There is no such chat." : hasNone ? "No assistant, no chats. You can leave it so, or choose." : "Choose a chat."}</p>
    ${hasNone && html`<p><a class="button quiet" href="/choose">Choose assistants</a></p>`}</div></section>`;
}

/** @param {{cx: Context, chat: Chat}} props */
function OpenChat({ cx, chat }) {
  const { assistant } = chat;
  const back = (/** @type {MouseEvent} */ event) => {
    event.preventDefault();
    cx.go(null);
  };
  useEffect(() => {
    cx.replyTo.value = null;
    // With a keyboard one wants to write; on a phone the on-screen keyboard would cover the chat,
    // so there focus only follows when the person went from one chat to another.
    if (matchMedia("(hover: hover)").matches) focusComposer();
    else if (document.activeElement === document.body && cx.moves > 0) /** @type {HTMLElement | null} */ (document.querySelector(".chat-who h1"))?.focus({ preventScroll: true });
  }, []);
  const [isOver, setOver] = useState(false);
  const holdsFiles = (/** @type {DragEvent} */ event) => chat.state === "given" && Boolean(event.dataTransfer?.types.includes("Files"));
  const onDragOver = (/** @type {DragEvent} */ event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    setOver(true);
  };
  const onDrop = (/** @type {DragEvent} */ event) => {
    setOver(false);
    const files = [...(event.dataTransfer?.files ?? [])];
    if (!holdsFiles(event) || files.length === 0) return;
    event.preventDefault();
    cx.sheet.value = { kind: "file", files };
  };
  return html`<section class="chat" aria-label=${`Chat with ${assistant.name}`} data-over=${isOver} onDragOver=${onDragOver} onDragLeave=${() => setOver(false)} onDrop=${onDrop}>
    <header class="chat-head" data-region="head" tabindex="-1">
      <a class="icon-button back" href="/chats" onClick=${back}>${icons.back()}<span class="visually-hidden">All chats</span></a>
      <span class="avatar" aria-hidden="true">${[...assistant.name][0]}</span>
      <div class="chat-who"><h1 tabindex="-1"><bdi>${assistant.name}</bdi></h1>
        <span class="badge" data-kind=${assistant.automation}>${badgeText(assistant)}</span>
        ${assistant.human_contact && html`<span class="chat-human meta">A human: <${Contact} contact=${assistant.human_contact} /></span>`}</div>
      <div class="chat-tools">
        <a class="button quiet small" href="/choose">Change</a>
        ${chat.state === "given" && html`<button type="button" class="button quiet small" aria-haspopup="dialog" onClick=${() => { cx.sheet.value = { kind: "stop" }; }}>Stop</button>`}
        <button type="button" class="icon-button" aria-haspopup="dialog" onClick=${() => { cx.sheet.value = { kind: "about" }; }}>${icons.more()}<span class="visually-hidden">About ${assistant.name}</span></button>
      </div>
    </header>
    <${Thread} cx=${cx} chat=${chat} />
    <${Composer} cx=${cx} chat=${chat} />
  </section>`;
}

/** F6 and Shift+F6 go round the regions of the page. @param {KeyboardEvent} event */
export function cycleRegions(event) {
  if (event.key !== "F6" || event.altKey || event.metaKey || document.querySelector("dialog[open]")) return;
  const regions = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("[data-region]")].filter((r) => r.checkVisibility?.() ?? true));
  if (regions.length === 0) return;
  event.preventDefault();
  const at = regions.findIndex((r) => r.contains(document.activeElement));
  const from = at < 0 && event.shiftKey ? 0 : at;
  const next = regions[(from + (event.shiftKey ? -1 : 1) + regions.length) % regions.length];
  if (next.dataset.region === "composer") focusComposer();
  else next.focus();
}

/** @param {{cx: Context}} props */
export function Contacts({ cx }) {
  const chats = inOrder(cx.messenger.chats.value.values());
  return html`<nav class="contacts" aria-label="Chats" data-region="contacts" tabindex="-1">
    ${cx.messenger.opened.value === null ? html`<h1>Chats</h1>` : html`<h2>Chats</h2>`}
    ${chats.length === 0 && html`<p class="contacts-none">You have no assistant. That is fine: nothing answers you here unless you choose it.</p>`}
    <ul role="list">${chats.map((chat) => html`<${ChatLink} key=${chat.chat} cx=${cx} chat=${chat} />`)}</ul>
    <p class="contacts-foot"><a class="button quiet" href="/choose">Choose assistants</a></p>
  </nav>`;
}

/** @param {{cx: Context, chat: Chat}} props */
function ChatLink({ cx, chat }) {
  const { assistant, last, unread } = chat;
  const isOpen = cx.messenger.opened.value === chat.chat;
  const isTyping = cx.messenger.typing.value.has(chat.chat);
  const draft = isOpen ? "" : cx.draft(chat.chat);
  const line = isTyping ? "writing…" : draft ? `Draft: ${draft}` : last ? preview(last) : "No messages yet";
  const onClick = (/** @type {MouseEvent} */ event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    cx.go(chat.chat);
  };
  return html`<li><a class="contact" href=${`/chats/${chat.chat}`} aria-current=${isOpen ? "page" : null} data-state=${chat.state} onClick=${onClick}>
    <span class="avatar" aria-hidden="true">${[...assistant.name][0]}</span>
    <span class="contact-name"><bdi>${assistant.name}</bdi></span>
    ${last && html`<time class="contact-time meta" datetime=${new Date(last.at).toISOString()}>${whenLabel(last.at, cx.now.value, cx.place)}</time>`}
    <span class="contact-badge badge" data-kind=${assistant.automation}>${badgeText(assistant)}</span>
    <span class="contact-last"><bdi>${chat.state === "withdrawn" ? "Stopped" : line}</bdi></span>
    ${unread > 0 && html`<span class="unread">${unread > 99 ? "99+" : unread}<span class="visually-hidden"> unread</span></span>`}
  </a></li>`;
}

/** A message's longest text, and from where on the rest is counted down. */
const TEXT_MAX = 4096;
const COUNT_FROM = 3800;

/** Phones: Enter makes a new line there, the button sends (there is no Shift+Enter). */
const isTouch = () => matchMedia("(hover: none) and (pointer: coarse)").matches;

/** @param {{cx: Context, chat: Chat}} props */
export function Composer({ cx, chat }) {
  if (chat.state !== "given") {
    return html`<p class="composer-note">You stopped this assistant. Nothing you write reaches it.${" "}<a href=${`/choose?assistant=${encodeURIComponent(chat.assistant.id)}`}>Choose again</a></p>`;
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
  cx.insert = (/** @type {string} */ more) => {
    const element = box.current;
    const [from, to] = [element?.selectionStart ?? text.length, element?.selectionEnd ?? text.length];
    change(text.slice(0, from) + more + text.slice(to));
    requestAnimationFrame(() => {
      element?.focus();
      element?.setSelectionRange(from + more.length, from + more.length);
    });
  };
  const onPaste = (/** @type {ClipboardEvent} */ event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    cx.sheet.value = { kind: "file", files };
  };
  const say = (/** @type {string} */ body) => {
    if (cx.messenger.sender.send(chat.chat, { type: "text", text: { body } })) cx.sends.value += 1;
  };
  const fill = (/** @type {string} */ name) => {
    change(`/${name} `);
    box.current?.focus();
  };
  return html`<${Offers} cx=${cx} chat=${chat} text=${text} say=${say} fill=${fill} /><${Uploads} cx=${cx} chat=${chat} /><form class="composer" onSubmit=${send} data-region="composer">
    ${cx.replyTo.value !== null && html`<${ReplyTo} cx=${cx} chat=${chat} seq=${cx.replyTo.value} />`}
    <button type="button" class="icon-button composer-add" aria-haspopup="dialog" onClick=${() => { cx.sheet.value = { kind: "attach" }; }}>${icons.add()}<span class="visually-hidden">Send a file, a place or a contact</span></button>
    <label class="visually-hidden" for="composer-text">Message ${chat.assistant.name}</label>
    <textarea id="composer-text" name="text" rows="1" dir="auto" autocomplete="off" placeholder=${`Message ${chat.assistant.name}`}
      ref=${box} value=${text} aria-invalid=${isTooLong ? "true" : null} aria-describedby="composer-count"
      onInput=${(/** @type {any} */ e) => change(e.target.value)} onKeyDown=${onKeyDown} onPaste=${onPaste}></textarea>
    <button type="button" class="icon-button composer-emoji" aria-haspopup="dialog" onClick=${() => { cx.sheet.value = { kind: "emoji" }; }}>${icons.smile()}<span class="visually-hidden">Emoji</span></button>
    <button class="send">${icons.send()}<span class="visually-hidden">Send</span></button>
    <p class="composer-count meta" id="composer-count">${length > COUNT_FROM && `${TEXT_MAX - length} characters left`}</p>
  </form>`;
}

/**
 * What the assistant offers: questions as long as the person has not written, commands behind "/".
 * @param {{cx: Context, chat: Chat, text: string, say: (body: string) => void, fill: (name: string) => void}} props
 */
function Offers({ cx, chat, text, say, fill }) {
  const { prompts, commands } = chat.assistant.offers ?? { prompts: [], commands: [] };
  const log = cx.messenger.logs.value.get(chat.chat);
  const isNew = log !== undefined && !log.messages.some((m) => m.from === "person") && !cx.messenger.sender.entries.value.some((e) => e.chat === chat.chat);
  const fitting = text.startsWith("/") && !text.includes(" ") ? commands.filter((c) => c.name.startsWith(text.slice(1))) : [];
  if (fitting.length > 0) {
    return html`<ul class="offers" role="list" aria-label="Commands">${fitting.map((c) => html`<li key=${c.name}><button type="button" class="button quiet small" onClick=${() => fill(c.name)}><span>/${c.name} <span class="meta">${c.description}</span></span></button></li>`)}</ul>`;
  }
  if (!isNew || prompts.length === 0) return null;
  return html`<ul class="offers" role="list" aria-label="You could ask">${prompts.map((p) => html`<li key=${p}><button type="button" class="button quiet small" dir="auto" onClick=${() => say(p)}>${p}</button></li>`)}</ul>`;
}

/** Files on their way from this chat. @param {{cx: Context, chat: Chat}} props */
function Uploads({ cx, chat }) {
  const own = cx.uploads.value.filter((u) => u.chat === chat.chat);
  if (own.length === 0) return null;
  return html`<ul class="uploads" role="list" aria-label="Files on their way">${own.map((u) => html`<li key=${u.key}><span class="upload-name"><bdi>${u.name}</bdi>${u.why && html`<span class="error-text">${u.why}</span>`}</span>
    ${u.why ? html`<button type="button" class="link-button" onClick=${u.again}>Try again<span class="visually-hidden"> to send ${u.name}</span></button>` : html`<progress max="1" value=${u.done} aria-label=${`Sending ${u.name}`}></progress>`}
    <button type="button" class="icon-button" onClick=${u.stop}>${icons.close()}<span class="visually-hidden">Do not send ${u.name}</span></button></li>`)}</ul>`;
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
