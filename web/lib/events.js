// @ts-check
// The stream of events, opened anew for as long as the page lives.

import { backoffMs } from "./outbox.js";

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
