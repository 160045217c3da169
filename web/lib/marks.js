// @ts-check
// WhatsApp's marks in a text, as a tree; the view builds elements from it, never from HTML.
// *bold* _italic_ ~struck~ `code` ```block``` "* "/"- " lists, "1. " lists, "> " quotes, links.

/** @typedef {import('./types').Inline} Inline */
/** @typedef {import('./types').Block} Block */

/** @type {Record<string, "b" | "i" | "s">} */
const MARKS = { "*": "b", _: "i", "~": "s" };
const WORD = /[\p{L}\p{N}]/u;
const SPACE = /\s/u;
const LINK = /(?:https?:\/\/|www\.)[^\s<>"`]+/iuy;
const BULLET = /^\s{0,3}[*\-•]\s+(\S.*)$/u;
const NUMBER = /^\s{0,3}(\d{1,3})[.)]\s+(\S.*)$/u;
const QUOTE = /^>\s?(.*)$/u;

/** @param {string} text @returns {Block[]} */
export function parse(text) {
  /** @type {Block[]} */
  const blocks = [];
  let rest = text.replaceAll("\r\n", "\n");
  for (let from = 0; ; ) {
    const open = rest.indexOf("```", from);
    const close = open < 0 ? -1 : rest.indexOf("```", open + 3);
    if (close < 0) break;
    const inner = rest.slice(open + 3, close);
    const after = close + 3;
    const alone = (open === 0 || rest[open - 1] === "\n") && (after === rest.length || rest[after] === "\n");
    if (inner.trim() === "" || (!alone && !inner.includes("\n"))) {
      from = after;
      continue;
    }
    blocks.push(...lines(rest.slice(0, open)), { t: "pre", text: inner.replace(/^\n|\n$/gu, "") });
    rest = rest.slice(after);
    from = 0;
  }
  blocks.push(...lines(rest));
  return blocks;
}

/** Paragraphs, lists and quotes. @param {string} text @param {number} [depth] @returns {Block[]} */
function lines(text, depth = 0) {
  /** @type {Block[]} */
  const blocks = [];
  /** @type {string[]} */
  let paragraph = [];
  /** @type {string[]} */
  let quoted = [];
  const flush = () => {
    if (paragraph.length) blocks.push({ t: "p", c: inline(paragraph.join("\n")) });
    if (quoted.length) blocks.push({ t: "quote", c: lines(quoted.join("\n"), depth + 1) });
    paragraph = [];
    quoted = [];
  };
  for (const line of text.split("\n")) {
    const quote = depth < 2 ? QUOTE.exec(line) : null;
    if (quote) {
      if (paragraph.length) flush();
      quoted.push(quote[1]);
      continue;
    }
    if (quoted.length) flush();
    const item = listItem(line);
    if (item) {
      flush();
      addItem(blocks, item);
    } else if (line.trim() === "") flush();
    else paragraph.push(line);
    if (line.trim() === "" && blocks.length) ended.add(blocks[blocks.length - 1]);
  }
  flush();
  return blocks;
}

/** Lists an empty line has ended. @type {WeakSet<Block>} */
const ended = new WeakSet();

/** @param {string} line @returns {{t: "ul" | "ol", start: number, text: string} | null} */
function listItem(line) {
  const bullet = BULLET.exec(line);
  if (bullet) return { t: "ul", start: 1, text: bullet[1] };
  const number = NUMBER.exec(line);
  return number ? { t: "ol", start: Number(number[1]), text: number[2] } : null;
}

/** @param {Block[]} blocks @param {{t: "ul" | "ol", start: number, text: string}} item */
function addItem(blocks, item) {
  const last = blocks.at(-1);
  // Numbers go on over an empty line when they count on; bullets do not.
  const goesOn = last && last.t === item.t && (!ended.has(last) || (last.t === "ol" && last.start + last.items.length === item.start));
  if (goesOn && (last.t === "ul" || last.t === "ol")) last.items.push(inline(item.text));
  else if (item.t === "ul") blocks.push({ t: "ul", items: [inline(item.text)] });
  else blocks.push({ t: "ol", start: item.start, items: [inline(item.text)] });
}

/**
 * Marks within lines. A mark opens after a non-word and before a non-space, and closes after a
 * non-space and before a non-word, on the same line; `within` are marks already open.
 * @param {string} text @param {string} [within] @returns {Inline[]}
 */
export function inline(text, within = "") {
  /** @type {Inline[]} */
  const out = [];
  /** @type {Record<string, number>} up to where a mark is known to have no end */
  const barren = {};
  let plain = 0;
  let at = 0;
  const take = (/** @type {Inline} */ node, /** @type {number} */ end) => {
    if (at > plain) out.push(text.slice(plain, at));
    out.push(node);
    at = plain = end;
  };
  while (at < text.length) {
    const found = code(text, at, barren) ?? link(text, at) ?? marked(text, at, within, barren);
    if (found) take(found.node, found.end);
    else at += 1;
  }
  if (text.length > plain) out.push(text.slice(plain));
  return out;
}

/** @param {string} text @param {number} at @param {Record<string, number>} barren @returns {{node: Inline, end: number} | null} */
function code(text, at, barren) {
  if (text[at] !== "`") return null;
  const fence = text.startsWith("```", at) ? "```" : "`";
  if ((barren[fence] ?? -1) > at) return null;
  const open = at + fence.length;
  const close = text.indexOf(fence, open);
  const end = lineEnd(text, at);
  if (close < 0 || close > end) barren[fence] = end;
  const inner = text.slice(open, close);
  if (close < 0 || close > end || inner.trim() === "") return null;
  return { node: { t: "code", text: inner }, end: close + fence.length };
}

/** @param {string} text @param {number} at @returns {{node: Inline, end: number} | null} */
function link(text, at) {
  if (!/[hw]/iu.test(text[at]) || (at > 0 && WORD.test(text[at - 1]))) return null;
  LINK.lastIndex = at;
  const shown = LINK.exec(text)?.[0] && trimLink(text.slice(at, LINK.lastIndex));
  if (!shown) return null;
  try {
    const url = new URL(/^www\./iu.test(shown) ? `https://${shown}` : shown);
    if (!/^https?:$/u.test(url.protocol)) return null;
    return { node: { t: "link", href: url.href, text: shown }, end: at + shown.length };
  } catch {
    return null;
  }
}

/** The full stop after an address is not part of it; a bracket is, if it was opened inside. @param {string} shown */
function trimLink(shown) {
  for (;;) {
    const end = shown.at(-1) ?? "";
    const unopened = end === ")" && shown.split(")").length > shown.split("(").length;
    if (!unopened && !/[.,;:!?'"*_~\]}…]/u.test(end)) return shown;
    shown = shown.slice(0, -1);
  }
}

/** @param {string} text @param {number} at @param {string} within @param {Record<string, number>} barren @returns {{node: Inline, end: number} | null} */
function marked(text, at, within, barren) {
  const mark = text[at];
  const kind = MARKS[mark];
  if (!kind || within.includes(mark) || (barren[mark] ?? -1) > at) return null;
  if (at > 0 && WORD.test(text[at - 1])) return null;
  if (at + 1 >= text.length || SPACE.test(text[at + 1]) || text[at + 1] === mark) return null;
  const end = lineEnd(text, at);
  for (let close = text.indexOf(mark, at + 2); close > 0 && close < end; close = text.indexOf(mark, close + 1)) {
    if (SPACE.test(text[close - 1]) || (close + 1 < text.length && WORD.test(text[close + 1]))) continue;
    return { node: { t: kind, c: inline(text.slice(at + 1, close), within + mark) }, end: close + 1 };
  }
  barren[mark] = end;
  return null;
}

/** @param {string} text @param {number} at */
function lineEnd(text, at) {
  const end = text.indexOf("\n", at);
  return end < 0 ? text.length : end;
}

/** The words alone, for previews and for being read aloud. @param {string} text */
export function plain(text) {
  return parse(text).map(blockText).join(" ").replace(/\s+/gu, " ").trim();
}

/** @param {Block} block @returns {string} */
function blockText(block) {
  if (block.t === "pre") return block.text;
  if (block.t === "p") return inlineText(block.c);
  if (block.t === "quote") return block.c.map(blockText).join(" ");
  return block.items.map(inlineText).join(", ");
}

/** @param {Inline[]} nodes @returns {string} */
function inlineText(nodes) {
  return nodes.map((n) => (typeof n === "string" ? n : "c" in n ? inlineText(n.c) : n.text)).join("");
}

/**
 * The first `limit` characters or so, cut between words, marks kept whole. Null when the text is
 * not longer than a little over the limit ("Read more" for three words is a nuisance).
 * @param {Block[]} blocks @param {number} limit @returns {Block[] | null}
 */
export function clip(blocks, limit) {
  const whole = blocks.reduce((sum, b) => sum + blockText(b).length, 0);
  if (whole <= limit * 1.2) return null;
  const left = { n: limit };
  /** @type {Block[]} */
  const kept = [];
  for (const block of blocks) {
    if (left.n <= 0) break;
    kept.push(clipBlock(block, left));
  }
  return kept;
}

/** @param {Block} block @param {{n: number}} left @returns {Block} */
function clipBlock(block, left) {
  if (block.t === "pre") return { t: "pre", text: clipText(block.text, left) };
  if (block.t === "p") return { t: "p", c: clipInline(block.c, left) };
  if (block.t === "quote") {
    const c = [];
    for (const inner of block.c) if (left.n > 0) c.push(clipBlock(inner, left));
    return { t: "quote", c };
  }
  const items = [];
  for (const item of block.items) if (left.n > 0) items.push(clipInline(item, left));
  return { ...block, items };
}

/** @param {Inline[]} nodes @param {{n: number}} left @returns {Inline[]} */
function clipInline(nodes, left) {
  /** @type {Inline[]} */
  const kept = [];
  for (const node of nodes) {
    if (left.n <= 0) break;
    if (typeof node === "string") kept.push(clipText(node, left));
    else if ("c" in node) kept.push({ ...node, c: clipInline(node.c, left) });
    else {
      left.n -= node.text.length;
      kept.push(node);
    }
  }
  return kept;
}

/** @param {string} text @param {{n: number}} left */
function clipText(text, left) {
  const room = left.n;
  left.n -= text.length;
  if (text.length <= room) return text;
  const cut = text.slice(0, room);
  const space = cut.search(/\s\S*$/u);
  const end = space > room - 40 && space > 0 ? space : room;
  // Never half of a surrogate pair.
  return `${/[\uD800-\uDBFF]$/u.test(text.slice(0, end)) ? text.slice(0, end - 1) : text.slice(0, end)}…`;
}
