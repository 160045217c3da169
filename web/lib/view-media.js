// @ts-check
// Files: pictures, films, sound, voice notes, documents, stickers. Nothing is loaded from
// elsewhere: what is not kept by the exchange is said to be missing.

import { html } from "../vendor/preact.js";
import { fileUrl, sizeWords, typeWord } from "./facts.js";
import { plain } from "./marks.js";
import { icons } from "./view-parts.js";
import { fileWord } from "./words.js";

/** @typedef {import('./context.js').Context} Context */
/** @typedef {{kind: import('./types').MediaKind, source?: import('./types').Source, caption?: string | null, filename?: string | null, voice?: boolean, animated?: boolean}} File */

/** @param {{cx: Context, chat: string, file: File, onPlay?: () => void}} props */
export function FileView({ cx, chat, file, onPlay }) {
  const url = fileUrl(chat, file.source);
  if (!url) return html`<p class="file-gone meta">${fileWord(file)}: not here.</p>`;
  if (file.kind === "image" || file.kind === "sticker") return html`<${Picture} cx=${cx} url=${url} file=${file} />`;
  const name = file.caption ? plain(file.caption) : fileWord(file);
  if (file.kind === "video") return html`<video class="film" controls preload="metadata" src=${url} aria-label=${name}></video>`;
  if (file.kind === "audio") {
    return html`<div class="sound" data-voice=${Boolean(file.voice)}>${file.voice && html`<span class="sound-mark" aria-hidden="true">${icons.voice()}</span>`}
      <audio controls preload="metadata" src=${url} aria-label=${fileWord(file)} onPlay=${onPlay}></audio></div>`;
  }
  return html`<${DocumentLink} url=${url} file=${file} />`;
}

/** @param {{cx: Context, url: string, file: File}} props */
function Picture({ cx, url, file }) {
  const kept = file.source?.kept;
  const alt = file.caption ? plain(file.caption) : fileWord(file);
  const open = (/** @type {MouseEvent} */ event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    cx.sheet.value = { kind: "picture", url, alt };
  };
  if (file.kind === "sticker") return html`<img class="sticker" src=${url} alt=${alt} width="160" height="160" loading="lazy" />`;
  return html`<a class="picture" href=${url} target="_blank" rel="noopener" aria-haspopup="dialog" onClick=${open}>
    <img src=${url} alt=${alt} width=${kept?.width} height=${kept?.height} data-sized=${Boolean(kept?.width && kept.height)} /></a>`;
}

/** @param {{url: string, file: File}} props */
function DocumentLink({ url, file }) {
  const kept = file.source?.kept;
  const name = file.filename || "Document";
  return html`<a class="document" href=${url} download=${name}><span class="document-mark" aria-hidden="true">${icons.document()}</span>
    <span class="document-name"><bdi>${name}</bdi><span class="meta">${kept && `${typeWord(kept.mime)}, ${sizeWords(kept.size_bytes)}`}</span></span>
    <span class="document-get">${icons.down()}<span class="visually-hidden">Download</span></span></a>`;
}
