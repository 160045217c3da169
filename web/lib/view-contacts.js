// @ts-check
// The list of chats.

import { html } from "../vendor/preact.js";
import { inOrder } from "./chats.js";
import { whenLabel } from "./timeline.js";
import { badgeText, preview } from "./words.js";

/** @typedef {import('./types').Chat} Chat */
/** @typedef {import('./context.js').Context} Context */

/** @param {{cx: Context}} props */
export function Contacts({ cx }) {
  const chats = inOrder(cx.messenger.chats.value.values());
  return html`<nav class="contacts" aria-label="Chats" data-region="contacts" tabindex="-1">
    ${cx.messenger.opened.value === null ? html`<h1>Chats</h1>` : html`<h2>Chats</h2>`}
    ${chats.length === 0 && html`<p class="contacts-none">You have no assistant. That is fine: nothing answers you here unless you choose it.</p>`}
    <ul role="list">${chats.map((chat) => html`<${Contact} key=${chat.chat} cx=${cx} chat=${chat} />`)}</ul>
    <p class="contacts-foot"><a class="button quiet" href="/choose">Choose assistants</a></p>
  </nav>`;
}

/** @param {{cx: Context, chat: Chat}} props */
function Contact({ cx, chat }) {
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
    <span class="contact-name" dir="auto">${assistant.name}</span>
    ${last && html`<time class="contact-time meta" datetime=${new Date(last.at).toISOString()}>${whenLabel(last.at, cx.now.value, cx.place)}</time>`}
    <span class="contact-badge badge" data-kind=${assistant.automation}>${badgeText(assistant)}</span>
    <span class="contact-last" dir="auto">${chat.state === "withdrawn" ? "Stopped" : line}</span>
    ${unread > 0 && html`<span class="unread">${unread > 99 ? "99+" : unread}<span class="visually-hidden"> unread</span></span>`}
  </a></li>`;
}
