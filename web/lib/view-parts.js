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
  add: () => icon("M12 5v14M5 12h14"),
  less: () => icon("M5 12h14"),
  cart: () => icon("M3 5h2.5l2 10h10l2-7.5H6.5M9 19.5v.01M16 19.5v.01"),
  copy: () => icon("M9 9h10v10H9zM5 15V5h10"),
  document: () => icon("M6 3.5h8l4 4v13H6zM14 3.5v4h4M9 12h6M9 16h6"),
  forward: () => icon("M14 6l6 6-6 6M20 12h-9c-4 0-7 2-7 6"),
  out: () => icon("M13 5h6v6M19 5l-8 8M17 14v5H5V7h5"),
  person: () => icon("M12 4.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7M5 20c0-4 3-6 7-6s7 2 7 6"),
  phone: () => icon("M6 4h3l1.5 4-2 1.5a11 11 0 0 0 6 6l1.5-2 4 1.5v3c0 1-1 2-2 2C11 20 4 13 4 6c0-1 1-2 2-2"),
  picture: () => icon("M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15.5 9v.01"),
  place: () => icon("M12 21c4-5 6.5-8 6.5-11a6.5 6.5 0 0 0-13 0c0 3 2.5 6 6.5 11M12 10v.01"),
  smile: () => icon("M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16M8.5 14c1.8 2.4 5.2 2.4 7 0M9 9.5v.01M15 9.5v.01"),
  voice: () => icon("M12 4a2.5 2.5 0 0 0-2.5 2.5v5a2.5 2.5 0 0 0 5 0v-5A2.5 2.5 0 0 0 12 4M6 11.5a6 6 0 0 0 12 0M12 17.5V21"),
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
  const isGone = useRef(false);
  useEffect(() => {
    const element = dialog.current;
    if (element && !element.open) element.showModal();
    return () => {
      isGone.current = true;
      element?.close();
    };
  }, []);
  // A sheet that another one has replaced is closed too, and must not close that one.
  const closed = () => { if (!isGone.current) onClose(); };
  const close = () => dialog.current?.close();
  const onClick = (/** @type {MouseEvent} */ event) => {
    if (event.target === dialog.current) close();
  };
  return html`<dialog ref=${dialog} class="sheet" data-kind=${kind} aria-labelledby=${id} onClose=${closed} onClick=${onClick}>
    <div class="sheet-body">
      <div class="sheet-head"><h2 id=${id}><bdi>${title}</bdi></h2>
        <button type="button" class="icon-button" onClick=${close}>${icons.close()}<span class="visually-hidden">Close</span></button></div>
      ${typeof children === "function" ? children(close) : children}
    </div>
  </dialog>`;
}

/**
 * A part of the page whose code comes only when it is needed.
 * @param {{load: () => Promise<any>, name: string, failed: () => void, [more: string]: any}} props
 */
export function Late({ load, name, failed, ...props }) {
  const [view, setView] = useState(/** @type {any} */ (null));
  useEffect(() => {
    let isHere = true;
    load().then((module) => { if (isHere) setView(() => module[name]); }, () => { if (isHere) failed(); });
    return () => { isHere = false; };
  }, []);
  return view && html`<${view} ...${props} />`;
}

/** @param {{contact: string}} props */
export function Contact({ contact }) {
  const href = contactHref(contact);
  return href ? html`<a href=${href} rel="noopener noreferrer" target="_blank">${contact}</a>` : contact;
}
