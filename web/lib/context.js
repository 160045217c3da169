// @ts-check
// What every part of the page needs: the messenger, the place (language, time zone), a clock that
// ticks each minute, and the ways to move.

import { signal } from "../vendor/preact.js";
import { draft, keepDraft } from "./local.js";
import { pickLocale } from "./timeline.js";

/** @typedef {import('./messenger.js').Messenger} Messenger */
/** @typedef {import('./types').Store} Store */
/** @typedef {{kind: "message", seq: number | null, key: string} | {kind: "list", seq: number} | {kind: "stop"} | {kind: "keys"} | {kind: "about"} | {kind: "picture", url: string, alt: string}
 *   | {kind: "place" | "contact" | "address" | "shop", seq: number | null} | {kind: "forward", seq: number} | {kind: "file", files: File[], asDocument?: boolean} | {kind: "attach" | "voice" | "emoji"} | null} SheetState */

/** @param {Messenger} messenger @param {Store} store */
export function makeContext(messenger, store) {
  const now = signal(Date.now());
  setInterval(() => { now.value = Date.now(); }, 30_000);
  return {
    messenger,
    now,
    place: { locale: pickLocale(document.documentElement.lang, navigator.languages) },
    /** The sheet that is open. */
    sheet: signal(/** @type {SheetState} */ (null)),
    /** The message being replied to, by seq. */
    replyTo: signal(/** @type {number | null} */ (null)),
    /** Counts the person's own sends: the list scrolls down for each. */
    sends: signal(0),
    /** Files on their way to the exchange. */
    uploads: signal(/** @type {import('./late-upload.js').Upload[]} */ ([])),
    /** Puts text where the person writes. @type {(text: string) => void} */
    insert: (_) => {},
    draft: (/** @type {string} */ chat) => draft(store, chat),
    keepDraft: (/** @type {string} */ chat, /** @type {string} */ text) => keepDraft(store, chat, text),
    /** How often the person went from chat to chat on this page. */
    moves: 0,
    /** Opens a chat by its address. @type {(chat: string | null) => void} */
    go(chat) {
      this.moves += 1;
      history.pushState(null, "", chat === null ? "/chats" : `/chats/${chat}`);
      dispatchEvent(new PopStateEvent("popstate"));
    },
  };
}

/** @typedef {ReturnType<typeof makeContext>} Context */
