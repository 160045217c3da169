// @ts-check
// What can be sent beside words: the menu, and a file with its caption before it goes.

import { html, useEffect, useState } from "../vendor/preact.js";
import { sizeWords } from "./facts.js";
import { accepts, judge, upload } from "./late-upload.js";
import { icons, Sheet } from "./view-parts.js";

/** @typedef {import('./late-answers.js').Props} Props */

/** A picker for files: its own input, as a button. @param {{label: string, accept: string, icon: () => any, onFiles: (files: File[]) => void, capture?: string}} props */
function Pick({ label, accept, icon, onFiles }) {
  const id = `pick-${label.split(" ")[0].toLowerCase()}`;
  return html`<li><label class="menu-item" for=${id}>${icon()}<span>${label}</span></label>
    <input class="visually-hidden" id=${id} type="file" accept=${accept} multiple onChange=${(/** @type {any} */ e) => { if (e.target.files.length) onFiles([...e.target.files]); }} /></li>`;
}

/** @param {Props} props */
export function AttachSheet({ cx, onClose }) {
  const open = (/** @type {any} */ sheet) => () => { cx.sheet.value = sheet; };
  const files = (/** @type {boolean} */ asDocument) => (/** @type {File[]} */ chosen) => { cx.sheet.value = { kind: "file", files: chosen, asDocument }; };
  return html`<${Sheet} title="Send" onClose=${onClose}><ul class="menu" role="list">
    <${Pick} label="Photo or video" accept=${accepts("image", "video")} icon=${icons.picture} onFiles=${files(false)} />
    <${Pick} label="Document" accept=${accepts("document", "image", "video", "audio")} icon=${icons.document} onFiles=${files(true)} />
    <${Pick} label="Sound file" accept=${accepts("audio")} icon=${icons.voice} onFiles=${files(false)} />
    <li><button type="button" class="menu-item" onClick=${open({ kind: "voice" })}>${icons.voice()}<span>Record a voice message</span></button></li>
    <li><button type="button" class="menu-item" onClick=${open({ kind: "place", seq: null })}>${icons.place()}<span>Location</span></button></li>
    <li><button type="button" class="menu-item" onClick=${open({ kind: "contact", seq: null })}>${icons.person()}<span>Contact</span></button></li>
    <li><button type="button" class="menu-item" onClick=${open({ kind: "emoji" })}>${icons.smile()}<span>Emoji</span></button></li>
  </ul><//>`;
}

/** @param {Props} props */
export function FileSheet({ cx, chat, open, onClose }) {
  const [captions, setCaptions] = useState(/** @type {Record<number, string>} */ ({}));
  const judged = /** @type {File[]} */ (open.files).map((file) => ({ file, ...judge(file, open.asDocument) }));
  const good = judged.filter((one) => one.kind !== null);
  const submit = (/** @type {Event} */ event, /** @type {() => void} */ close) => {
    event.preventDefault();
    const context_seq = cx.replyTo.value;
    judged.forEach(({ file, kind }, i) => {
      if (kind) upload(cx, chat.chat, file, { kind, caption: captions[i]?.trim(), context_seq: i === 0 ? context_seq : null });
    });
    cx.replyTo.value = null;
    close();
  };
  return html`<${Sheet} title=${judged.length === 1 ? "Send a file" : `Send ${judged.length} files`} onClose=${onClose}>${(/** @type {() => void} */ close) => html`
    <form class="stack" onSubmit=${(/** @type {Event} */ e) => submit(e, close)}>
      ${judged.map(({ file, kind, why }, i) => html`<div class="file-row">
        ${kind === "image" || kind === "sticker" ? html`<${Preview} file=${file} />` : html`<span class="document-mark" aria-hidden="true">${icons[kind === "audio" ? "voice" : "document"]()}</span>`}
        <div><p class="file-name"><bdi>${file.name}</bdi> <span class="meta">${sizeWords(file.size)}</span></p>
          ${kind === null && html`<p class="error-text">${why}</p>`}
          ${kind !== null && kind !== "audio" && kind !== "sticker" && html`<label class="field" for=${`caption-${i}`}>Caption (optional)
            <input id=${`caption-${i}`} dir="auto" maxlength="1024" autocomplete="off" value=${captions[i] ?? ""} onInput=${(/** @type {any} */ e) => setCaptions({ ...captions, [i]: e.target.value })} /></label>`}</div></div>`)}
      <div class="actions">${good.length > 0 && html`<button class="button">Send</button>`}<button type="button" class="button quiet" onClick=${close}>Cancel</button></div>
    </form>`}<//>`;
}

/** @param {{file: File}} props */
function Preview({ file }) {
  const [url, setUrl] = useState("");
  useEffect(() => {
    const made = URL.createObjectURL(file);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [file]);
  return url && html`<img class="file-preview" src=${url} alt="" />`;
}
