// @ts-check
// A text with marks, as elements. Never from HTML: what an assistant wrote is only ever text.

import { html, useMemo, useState } from "../vendor/preact.js";
import { clip, parse } from "./marks.js";

/** @typedef {import('./types').Inline} Inline */
/** @typedef {import('./types').Block} Block */

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
