// @ts-check
// The exchange as the browser sees it: JSON calls and the stream of events. An answer is always a
// value, never an exception: status 0 means that none came.

import { backoffMs } from "./outbox.js";

/** @typedef {import('./types').Message} Message */

/** @typedef {{status: number, body: any, retryAfterS: number | null}} Answer */

/** A call without an answer for this long counts as lost. */
export const TIMEOUT_MS = 20_000;

/** @param {string} method @param {string} path @param {unknown} [body] @returns {Promise<Answer>} */
async function call(method, path, body) {
  try {
    const answer = await fetch(path, {
      method,
      headers: { Accept: "application/json", ...(body === undefined ? {} : { "Content-Type": "application/json" }) },
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: "same-origin",
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    // A redirect leads to the sign-in page: the session has ended.
    if (answer.type === "opaqueredirect") return { status: 401, body: null, retryAfterS: null };
    const after = Number(answer.headers.get("Retry-After") ?? Number.NaN);
    return { status: answer.status, body: await answer.json().catch(() => null), retryAfterS: Number.isFinite(after) ? after : null };
  } catch {
    return { status: 0, body: null, retryAfterS: null };
  }
}

const of = (/** @type {string} */ chat) => `/app/chats/${encodeURIComponent(chat)}`;

export const api = {
  chats: () => call("GET", "/app/chats"),
  latest: (/** @type {string} */ chat) => call("GET", `${of(chat)}/messages?limit=50`),
  after: (/** @type {string} */ chat, /** @type {number} */ seq) => call("GET", `${of(chat)}/messages?after=${seq}&limit=50`),
  before: (/** @type {string} */ chat, /** @type {number} */ seq) => call("GET", `${of(chat)}/messages?before=${seq}&limit=50`),
  send: (/** @type {string} */ chat, /** @type {unknown} */ body) => call("POST", `${of(chat)}/messages`, body),
  read: (/** @type {string} */ chat, /** @type {number} */ seq) => call("POST", `${of(chat)}/read`, { seq }),
  played: (/** @type {string} */ chat, /** @type {number} */ seq) => call("POST", `${of(chat)}/played`, { seq }),
  preferences: (/** @type {string} */ chat, /** @type {boolean} */ marketing) => call("POST", `${of(chat)}/preferences`, { marketing }),
  received: (/** @type {Record<string, number>} */ chats) => call("POST", "/app/received", { chats }),
};

/** @typedef {typeof api} Api */

/** Shown as lost only after this long: a short break is not worth a word. */
export const GRACE_MS = 1500;
/** A page hidden for this long may hold a dead connection (a sleeping phone): it opens a new one. */
export const SLEPT_MS = 60_000;

/**
 * @param {{chats: (d: any) => void, message: (d: any) => void, chat: (d: any) => void, typing: (d: any) => void,
 *   link: (state: "open" | "lost") => void, refused: () => void}} on
 * `refused`: the stream was answered with an error; the caller finds out why.
 */
export function listen(on) {
  /** @type {EventSource | null} */
  let source = null;
  let tries = 0;
  let hiddenAt = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let graceTimer;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let retryTimer;

  const lost = () => {
    graceTimer ??= setTimeout(() => on.link("lost"), GRACE_MS);
  };
  const up = () => {
    clearTimeout(graceTimer);
    graceTimer = undefined;
    tries = 0;
    on.link("open");
  };
  const open = () => {
    clearTimeout(retryTimer);
    source?.close();
    const opened = (source = new EventSource("/app/events"));
    opened.addEventListener("open", up);
    for (const kind of /** @type {const} */ (["chats", "message", "chat", "typing"])) {
      opened.addEventListener(kind, (event) => on[kind](JSON.parse(/** @type {MessageEvent} */ (event).data)));
    }
    opened.addEventListener("error", () => {
      if (opened !== source) return;
      lost();
      // The browser tries again by itself unless the answer was an error.
      if (opened.readyState !== EventSource.CLOSED) return;
      on.refused();
      tries += 1;
      retryTimer = setTimeout(open, backoffMs(tries, Math.random()));
    });
  };
  addEventListener("offline", lost);
  addEventListener("online", open);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") hiddenAt = Date.now();
    else if (hiddenAt && Date.now() - hiddenAt > SLEPT_MS) open();
  });
  open();
}
