// @ts-check
// The messages of the open chat: scrolling, older pages, marking read, the keyboard. The list is
// not a live region; what arrives is said once by the status line.

import { html, useEffect, useLayoutEffect, useMemo, useRef, useState } from "../vendor/preact.js";
import { answers, hasOlder, isRow, reactions } from "./log.js";
import { dayLabel, timeline, together } from "./timeline.js";
import { MessageRow, TypingRow } from "./view-message.js";
import { icons, Text } from "./view-parts.js";
import { fileWord } from "./words.js";

/** @typedef {import('./types').Chat} Chat */
/** @typedef {import('./types').TimelineRow} TimelineRow */
/** @typedef {import('./view-message.js').Around} Around */
/** @typedef {import('./context.js').Context} Context */

/** Within this many pixels of the end counts as at the end. */
const END_PX = 48;
/** Older messages are fetched this far before the top is reached. */
const OLDER_PX = 240;
/** Pages fetched to find a quoted message. */
const JUMP_PAGES_MAX = 20;

/** @param {{cx: Context, chat: Chat}} props */
export function Thread({ cx, chat }) {
  const { messenger } = cx;
  const log = messenger.logs.value.get(chat.chat);
  const entries = messenger.sender.entries.value;
  const messages = useMemo(() => (log ? together(log.messages, entries.filter((e) => e.chat === chat.chat)) : []), [log, entries]);
  const rows = useMemo(() => timeline(messages, cx.place, messenger.unreadAfter.value), [messages, messenger.unreadAfter.value]);
  const list = useRef(/** @type {HTMLElement | null} */ (null));
  const isTyping = messenger.typing.value.has(chat.chat) && chat.state === "given";
  const scroll = useScroll(cx, chat, list, isTyping);

  const older = async () => {
    if (scroll.isLoading.current) return;
    scroll.isLoading.current = true;
    await messenger.older(chat.chat);
    scroll.isLoading.current = false;
  };
  const jump = async (/** @type {number} */ seq) => {
    for (let page = 0; page < JUMP_PAGES_MAX && (messenger.logs.value.get(chat.chat)?.first ?? 1) > seq; page += 1) {
      if (!(await messenger.older(chat.chat))) return;
    }
    requestAnimationFrame(() => focusRow(list.current?.querySelector(`#m${seq}`), "center"));
  };
  /** @type {Around} */
  const around = {
    cx, chat, jump,
    answered: answers(messages),
    reacted: reactions(messages),
    find: (seq) => messages.find((m) => m.seq === seq),
    send: (request) => { if (messenger.sender.send(chat.chat, request)) cx.sends.value += 1; },
  };
  const onScroll = () => {
    scroll.onScroll();
    if (list.current && list.current.scrollTop < OLDER_PX && log && hasOlder(log)) void older();
  };
  return html`<div class="thread">
    <ol class="messages" role="list" aria-label="Messages" tabindex="0" ref=${list} data-region="messages"
        onScroll=${onScroll} onKeyDown=${(/** @type {KeyboardEvent} */ e) => onKey(e, cx, list.current)}>
      ${!log && html`<li class="note"><p>Loading…</p></li>`}
      ${log && hasOlder(log) && html`<li class="older"><button type="button" class="button quiet small" onClick=${older}>Load earlier messages</button></li>`}
      ${rows.map((row) => html`<${Row} key=${row.key} row=${row} around=${around} />`)}
      ${isTyping && html`<${TypingRow} chat=${chat} />`}
    </ol>
    ${scroll.below > 0 && html`<button type="button" class="pill" onClick=${scroll.toEnd}>${icons.down()}${scroll.below} new ${scroll.below === 1 ? "message" : "messages"}</button>`}
  </div>`;
}

/** @param {{row: TimelineRow, around: Around}} props */
function Row({ row, around }) {
  const { cx } = around;
  if (row.kind === "day") return html`<li class="day"><span>${dayLabel(row.at, cx.now.value, cx.place)}</span></li>`;
  if (row.kind === "unread") return html`<li class="day" data-kind="unread"><span>${row.count === 1 ? "New message" : `${row.count} new messages`}</span></li>`;
  if (row.kind === "message") return html`<${MessageRow} message=${row.message} first=${row.first} around=${around} />`;
  const { message } = row;
  if (message.type === "pending") {
    const what = fileWord(message).toLowerCase();
    return html`<li class="note" data-kind="quiet" tabindex="-1" data-seq=${message.seq} id=${`m${message.seq}`}><p>${message.error ? `A ${what} could not be fetched from where ${around.chat.assistant.name} keeps it.` : `A ${what} is being fetched from where ${around.chat.assistant.name} keeps it.`}</p></li>`;
  }
  return html`<li class="note" tabindex="-1" data-seq=${message.seq} id=${message.seq ? `m${message.seq}` : undefined}>
    <span class="visually-hidden">Strowger: </span><${Text} text=${message.notice?.text ?? ""} of="the notice" /></li>`;
}

/**
 * Keeps the view at the end only if it was there, keeps its place when older messages come, counts
 * what is below, and says what was seen.
 * @param {Context} cx @param {Chat} chat @param {{current: HTMLElement | null}} list @param {boolean} isTyping
 */
function useScroll(cx, chat, list, isTyping) {
  const { messenger } = cx;
  const log = messenger.logs.value.get(chat.chat);
  const isLoading = useRef(false);
  const kept = useRef({ isAtEnd: true, first: 0, height: 0, sends: cx.sends.value, endSeq: 0, isPlaced: false });
  const [, redraw] = useState(0);

  const look = () => {
    const element = list.current;
    if (!element || !log) return;
    const state = kept.current;
    const wasAtEnd = state.isAtEnd;
    state.isAtEnd = element.scrollHeight - element.scrollTop - element.clientHeight < END_PX;
    if (state.isAtEnd) state.endSeq = Math.max(state.endSeq, messenger.logs.value.get(chat.chat)?.last ?? 0);
    if (wasAtEnd !== state.isAtEnd) redraw((n) => n + 1);
    if (document.visibilityState === "visible") messenger.seen(chat.chat, state.isAtEnd ? state.endSeq : lastVisible(element));
  };
  useLayoutEffect(() => {
    const element = list.current;
    const state = kept.current;
    if (!element || !log) return;
    const mark = element.querySelector(".day[data-kind=unread]");
    if (!state.isPlaced) {
      state.isPlaced = true;
      state.endSeq = log.last;
      element.scrollTop = mark ? mark.getBoundingClientRect().top - element.getBoundingClientRect().top + element.scrollTop - 16 : element.scrollHeight;
      state.isAtEnd = element.scrollHeight - element.scrollTop - element.clientHeight < END_PX;
    } else if (log.first < state.first) element.scrollTop += element.scrollHeight - state.height;
    else if (state.isAtEnd || cx.sends.value !== state.sends) element.scrollTop = element.scrollHeight;
    Object.assign(state, { first: log.first, height: element.scrollHeight, sends: cx.sends.value });
  }, [log, messenger.sender.entries.value, cx.sends.value, isTyping]);
  useEffect(look, [log]);
  useEffect(() => {
    const element = list.current;
    if (!element) return;
    // A grown composer or an opened keyboard makes the list smaller: stay at the end.
    const stay = new ResizeObserver(() => {
      if (kept.current.isAtEnd) element.scrollTop = element.scrollHeight;
    });
    stay.observe(element);
    document.addEventListener("visibilitychange", look);
    return () => {
      stay.disconnect();
      document.removeEventListener("visibilitychange", look);
    };
  }, [log]);

  const { isAtEnd, endSeq } = kept.current;
  const isBelow = (/** @type {{from: string, type: string, seq: number}} */ m) => m.seq > endSeq && m.from !== "person" && isRow(m);
  return {
    isLoading,
    onScroll: look,
    below: isAtEnd || !log ? 0 : log.messages.filter(isBelow).length,
    toEnd: () => {
      if (list.current) list.current.scrollTop = list.current.scrollHeight;
      list.current?.focus({ preventScroll: true });
    },
  };
}

/** The last message whose beginning can be seen. @param {HTMLElement} list */
function lastVisible(list) {
  const end = list.getBoundingClientRect().bottom;
  const rows = [...list.querySelectorAll("[data-seq]")];
  for (let i = rows.length - 1; i >= 0; i -= 1) {
    if (rows[i].getBoundingClientRect().top + 24 < end) return Number(/** @type {HTMLElement} */ (rows[i]).dataset.seq);
  }
  return 0;
}

/** @param {Element | null | undefined} row @param {ScrollLogicalPosition} block */
function focusRow(row, block) {
  if (!(row instanceof HTMLElement)) return;
  row.scrollIntoView({ block });
  row.focus({ preventScroll: true });
}

/** Keys while the list, or a message in it, has focus; not inside a message's own buttons. @param {KeyboardEvent} event @param {Context} cx @param {HTMLElement | null} list */
function onKey(event, cx, list) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || !list) return;
  const target = /** @type {HTMLElement} */ (event.target);
  const rows = /** @type {HTMLElement[]} */ ([...list.querySelectorAll("li[tabindex]")]);
  const at = rows.indexOf(target);
  if (target !== list && at < 0) {
    if (event.key === "Escape") focusRow(target.closest("li"), "nearest");
    return;
  }
  const row = rows[at];
  /** @type {Record<string, () => void>} */
  const keys = {
    ArrowUp: () => focusRow(rows[at < 0 ? rows.length - 1 : Math.max(at - 1, 0)], "nearest"),
    ArrowDown: () => focusRow(rows[at < 0 ? rows.length - 1 : Math.min(at + 1, rows.length - 1)], "nearest"),
    Home: () => focusRow(rows[0], "nearest"),
    End: () => focusRow(rows.at(-1), "nearest"),
    Enter: () => /** @type {HTMLElement | null | undefined} */ (row?.querySelector(".message-more"))?.click(),
    "/": () => focusComposer(),
    Escape: () => focusComposer(),
    "?": () => { cx.sheet.value = { kind: "keys" }; },
    r: () => {
      if (!row?.classList.contains("message") || !row.dataset.seq) return;
      cx.replyTo.value = Number(row.dataset.seq);
      focusComposer();
    },
  };
  const act = keys[event.key] ?? keys[event.key.toLowerCase()];
  if (!act) return;
  event.preventDefault();
  act();
}

/** Focus to where one writes, if one can. */
export function focusComposer() {
  const box = document.querySelector("textarea[name=text]");
  if (box instanceof HTMLElement) box.focus();
}
