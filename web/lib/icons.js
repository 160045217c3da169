// @ts-check
// Icons as vnodes. All are decoration: the word stands beside them, hidden or not.

import { html } from "../vendor/preact.js";

/** @param {string} path @param {number} [width] */
const icon = (path, width = 24) => html`<svg class="icon" viewBox=${`0 0 ${width} 24`} aria-hidden="true" focusable="false"><path d=${path} /></svg>`;

/** @type {Record<string, () => import('../vendor/preact.js').VNode>} */
export const icons = {
  waiting: () => icon("M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16M12 8v4.5l3 1.8"),
  sent: () => icon("M5 12.5l4.5 4.5L19 7"),
  delivered: () => icon("M3 12.5l4.5 4.5L17 7M13 16l1.5 1.5L25 7", 28),
  read: () => icon("M3 12.5l4.5 4.5L17 7M13 16l1.5 1.5L25 7", 28),
  failed: () => icon("M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16M12 8v5M12 16v.2"),
  send: () => icon("M12 19V5M6 11l6-6 6 6"),
  back: () => icon("M15 5l-7 7 7 7"),
  close: () => icon("M6 6l12 12M18 6L6 18"),
  more: () => icon("M12 6v.01M12 12v.01M12 18v.01"),
  reply: () => icon("M10 6L4 12l6 6M4 12h9c4 0 7 2 7 6"),
  list: () => icon("M9 7h11M9 12h11M9 17h11M4.5 7v.01M4.5 12v.01M4.5 17v.01"),
  down: () => icon("M12 5v14M6 13l6 6 6-6"),
  check: () => icon("M5 12.5l4.5 4.5L19 7"),
};
