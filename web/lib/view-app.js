// @ts-check
// The whole messenger: banner, status line, alerts, contacts, the open chat.

import { html, useEffect } from "../vendor/preact.js";
import { totalUnread } from "./chats.js";
import { icons } from "./icons.js";
import { Composer } from "./view-composer.js";
import { Contacts } from "./view-contacts.js";
import { Contact, Sheets } from "./view-sheets.js";
import { focusComposer, Thread } from "./view-thread.js";
import { badgeText } from "./words.js";

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
  return html`<section class="chat" aria-label=${`Chat with ${assistant.name}`}>
    <header class="chat-head" data-region="head" tabindex="-1">
      <a class="icon-button back" href="/chats" onClick=${back}>${icons.back()}<span class="visually-hidden">All chats</span></a>
      <span class="avatar" aria-hidden="true">${[...assistant.name][0]}</span>
      <div class="chat-who"><h1 dir="auto" tabindex="-1">${assistant.name}</h1>
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
