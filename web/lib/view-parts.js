// @ts-check
// Parts of the page used in several places: icons, a text with marks, a sheet, a way to reach a human.

import { html, useEffect, useId, useMemo, useRef, useState } from "../vendor/preact.js";
import { clip, parse } from "./marks.js";
import { contactHref } from "./words.js";

/** @typedef {import('./types').Inline} Inline */
/** @typedef {import('./types').Block} Block */

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

/** Characters after which a text is folded. */
const FOLD_AT = 700;

/** @param {Inline[]} nodes @returns {any[]} */
function inlines(nodes) {
  return nodes.map((node) => {
    if (typeof node === "string") return node;
    if (node.t === "link") return html`<a href=${node.href} rel="noopener noreferrer" target="_blank">${node.text}</a>`;
    if (node.t === "code") return html`<code>${node.text}</code>`;
    if (node.t === "b") return html`<strong>${inlines(node.c)}</strong>`;
    if (node.t === "i") return html`<em>${inlines(node.c)}</em>`;
    return html`<s>${inlines(node.c)}</s>`;
  });
}

/** @param {Block} block @returns {any} */
function blockView(block) {
  if (block.t === "pre") return html`<pre tabindex="0" dir="ltr"><code>${block.text}</code></pre>`;
  if (block.t === "quote") return html`<blockquote dir="auto">${block.c.map(blockView)}</blockquote>`;
  if (block.t === "ul") return html`<ul>${block.items.map((i) => html`<li dir="auto">${inlines(i)}</li>`)}</ul>`;
  if (block.t === "ol") return html`<ol start=${block.start}>${block.items.map((i) => html`<li dir="auto">${inlines(i)}</li>`)}</ol>`;
  return html`<p dir="auto">${inlines(block.c)}</p>`;
}

/** @param {{text: string, of?: string}} props `of`: whose text, for the button's hidden words */
export function Text({ text, of }) {
  const [isOpen, setOpen] = useState(false);
  const { whole, short } = useMemo(() => {
    const blocks = parse(text);
    return { whole: blocks, short: clip(blocks, FOLD_AT) };
  }, [text]);
  return html`<div class="text" dir="auto">
    ${(short && !isOpen ? short : whole).map(blockView)}
    ${short && html`<button type="button" class="link-button" aria-expanded=${isOpen ? "true" : "false"} onClick=${() => setOpen(!isOpen)}>
      ${isOpen ? "Read less" : "Read more"}${of && html`<span class="visually-hidden"> of ${of}</span>`}</button>`}
  </div>`;
}

/** @param {{title: string, onClose: () => void, children?: any, kind?: string}} props */
export function Sheet({ title, onClose, children, kind }) {
  const id = useId();
  const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null));
  useEffect(() => {
    const element = dialog.current;
    if (element && !element.open) element.showModal();
    return () => element?.close();
  }, []);
  const close = () => dialog.current?.close();
  const onClick = (/** @type {MouseEvent} */ event) => {
    if (event.target === dialog.current) close();
  };
  return html`<dialog ref=${dialog} class="sheet" data-kind=${kind} aria-labelledby=${id} onClose=${onClose} onClick=${onClick}>
    <div class="sheet-body">
      <div class="sheet-head"><h2 id=${id}><bdi>${title}</bdi></h2>
        <button type="button" class="icon-button" onClick=${close}>${icons.close()}<span class="visually-hidden">Close</span></button></div>
      ${typeof children === "function" ? children(close) : children}
    </div>
  </dialog>`;
}

/** @param {{contact: string}} props */
export function Contact({ contact }) {
  const href = contactHref(contact);
  return href ? html`<a href=${href} rel="noopener noreferrer" target="_blank">${contact}</a>` : contact;
}
