// @ts-check
// The messenger. The server has rendered the chats and messages already; once the first answers
// are here, the same markup is drawn anew, alive.

import { effect, html, render } from "./vendor/preact.js";
import { api, listen } from "./lib/api.js";
import { makeContext } from "./lib/context.js";
import { browserStore } from "./lib/local.js";
import { Messenger } from "./lib/messenger.js";
import { isOutboxKey } from "./lib/outbox.js";
import { App, cycleRegions } from "./lib/view-app.js";

/** Without the first answers, tried again after this long. */
const RETRY_MS = 3000;

/** Lets one page at a time send, where the browser can. @type {import('./lib/messenger.js').Edges["lock"]} */
const lock = (name, run) => (navigator.locks ? /** @type {any} */ (navigator.locks.request(name, run)) : run());

/** Unique enough where the page is not in a secure context. */
const uuid = () => crypto.randomUUID?.() ?? [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");

/** The chat in the address, or null. */
const chatInAddress = () => /^\/chats\/([^/]+)(?:\/say)?\/?$/u.exec(location.pathname)?.[1] ?? null;

/** What was typed into the server's own form before this page came alive. @param {HTMLElement} root @param {import('./lib/context.js').Context} cx */
function keepTyped(root, cx) {
  const box = root.querySelector("form.composer textarea");
  const chat = cx.messenger.opened.value;
  if (box instanceof HTMLTextAreaElement && chat !== null && box.value !== "") cx.keepDraft(chat, box.value);
}

/** @param {HTMLElement} root */
async function start(root) {
  const store = browserStore();
  const messenger = new Messenger({ api, store, lock, uuid, now: Date.now, chance: Math.random, later: (run, ms) => setTimeout(run, ms) });
  const cx = makeContext(messenger, store);

  if (!(await messenger.refresh())) {
    if (messenger.link.value === "signed-out") return location.assign("/");
    setTimeout(() => void start(root), RETRY_MS);
    return;
  }
  await messenger.open(chatInAddress());
  keepTyped(root, cx);
  root.replaceChildren();
  render(html`<${App} cx=${cx} />`, root);

  effect(() => { root.dataset.chat = messenger.opened.value ?? ""; });
  addEventListener("popstate", () => {
    cx.sheet.value = null;
    void messenger.open(chatInAddress());
  });
  addEventListener("storage", (event) => {
    if (isOutboxKey(event.key)) messenger.sender.reload();
  });
  document.addEventListener("keydown", cycleRegions);
  listen({
    chats: (data) => messenger.onChats(data),
    message: (data) => messenger.onMessage(data),
    chat: (data) => messenger.onChat(data),
    typing: (data) => messenger.onTyping(data),
    link: (state) => { if (state === "open" || messenger.link.value !== "signed-out") messenger.link.value = state; },
    refused: () => void messenger.refresh(),
  });
}

const root = document.getElementById("messenger");
if (root) void start(root);
