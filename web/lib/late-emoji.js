// @ts-check
// A small emoji picker: the characters by range and what Unicode calls an emoji; drawn by the
// device's own fonts, named by its own screen reader.

import { html, useEffect, useRef, useState } from "../vendor/preact.js";
import { Sheet } from "./view-parts.js";

/** Groups as ranges of code points, hexadecimal; what is no emoji inside them is left out. @type {Array<[string, string]>} */
const GROUPS = [
  ["Faces", "1F600-1F64F 1F910-1F917 1F920-1F92F 1F970-1F97A 1FAE0-1FAE9"],
  ["Hands and people", "1F440-1F450 1F44A-1F487 1F4AA 1F590-1F5A4 1F64B-1F64F 1F90C-1F91F 1F930-1F93E 1F9B4-1F9DF 1FAC0-1FAC5 1FAF0-1FAF8"],
  ["Hearts and signs", "2764 1F493-1F49F 1F4A0-1F4AF 1F90D-1F90F 1F5A4 2705 274C 274E 2753-2755 2757 2795-2797 1F500-1F53D 1F550-1F567"],
  ["Animals and plants", "1F400-1F43F 1F980-1F9AE 1F330-1F335 1F337-1F344 1F490 1FAB0-1FABD"],
  ["Food", "1F345-1F37F 1F950-1F96F 1F9C0-1F9CB 1FAD0-1FADB 2615"],
  ["Things to do", "1F380-1F393 1F3A0-1F3CA 1F3CF-1F3D3 1F3F8-1F3FA 26BD 26BE 1F947-1F94F 1F9E9"],
  ["Places and travel", "1F680-1F6C5 1F6EB 1F6EC 1F6F4-1F6FC 1F3E0-1F3F0 1F300-1F320 26C4 26C5 26EA 26F2 26F5 2B50 1F5FB-1F5FF"],
  ["Objects", "1F451-1F462 1F484-1F488 1F489-1F48F 1F4A1 1F4B0-1F4FC 1F507-1F50F 1F9E0-1F9FF 231A 231B 23F0 23F3"],
];

const IS_EMOJI = /^(?:\p{Emoji_Presentation}|\u2764)$/u;
const IS_PART = /^\p{Emoji_Modifier}$/u;

/** The emoji of a group. @param {string} ranges @returns {string[]} */
export function emojiOf(ranges) {
  return ranges.split(" ").flatMap((range) => {
    const [from, to = from] = range.split("-").map((hex) => Number.parseInt(hex, 16));
    const all = Array.from({ length: to - from + 1 }, (_, i) => String.fromCodePoint(from + i));
    return all.filter((one) => IS_EMOJI.test(one) && !IS_PART.test(one)).map((one) => (one === "\u2764" ? "\u2764\uFE0F" : one));
  });
}

/** The groups with their emoji, none twice. */
export const groups = () => {
  const seen = new Set();
  return GROUPS.map(([name, ranges]) => ({ name, emoji: emojiOf(ranges).filter((one) => !seen.has(one) && seen.add(one)) }));
};

/** @param {import('./late-answers.js').Props} props */
export function EmojiSheet({ cx, onClose }) {
  const [at, setAt] = useState(0);
  const [focus, setFocus] = useState(0);
  const grid = useRef(/** @type {HTMLElement | null} */ (null));
  const all = useRef(groups()).current;
  const { name, emoji } = all[at];
  useEffect(() => setFocus(0), [at]);
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    const columns = grid.current ? getComputedStyle(grid.current).gridTemplateColumns.split(" ").length : 8;
    /** @type {Record<string, number>} */
    const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns, Home: -emoji.length, End: emoji.length };
    const step = steps[event.key];
    if (!step) return;
    event.preventDefault();
    const next = Math.max(0, Math.min(emoji.length - 1, focus + step));
    setFocus(next);
    /** @type {HTMLElement | undefined} */ (grid.current?.children[next])?.focus();
  };
  return html`<${Sheet} title="Emoji" onClose=${onClose}>${(/** @type {() => void} */ close) => html`
    <label class="field" for="emoji-group">Group
      <select id="emoji-group" value=${at} onChange=${(/** @type {any} */ e) => setAt(Number(e.target.value))}>${all.map((group, i) => html`<option value=${i}>${group.name}</option>`)}</select></label>
    <div class="emoji-grid" role="group" aria-label=${name} ref=${grid} onKeyDown=${onKeyDown}>${emoji.map((one, i) => html`<button type="button" class="emoji" key=${one} tabindex=${i === focus ? 0 : -1}
      onFocus=${() => setFocus(i)} onClick=${() => {
        close();
        cx.insert(one);
      }}>${one}</button>`)}</div>
    <p class="meta">Arrow keys move between them.</p>`}<//>`;
}
