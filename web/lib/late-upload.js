// @ts-check
// Files on their way: checked against what may be sent, uploaded with their progress, then sent as
// messages. What is under way lives as long as the page; it is said when a file is lost with it.

import { kindOfType, MOST_BYTES, sizeWords, TYPES } from "./facts.js";
import { fileWord } from "./words.js";

/** @typedef {import('./context.js').Context} Context */
/** @typedef {import('./types').MediaKind} MediaKind */
/**
 * A file on its way. `done`: from 0 to 1. `why`: it did not arrive.
 * @typedef {{key: string, chat: string, name: string, done: number, why: string, again: () => void, stop: () => void}} Upload
 */

/**
 * What a file would be sent as, or why it cannot be. @param {{name: string, type: string, size: number}} file @param {boolean} [asDocument]
 * @returns {{kind: MediaKind, why: ""} | {kind: null, why: string}}
 */
export function judge(file, asDocument = false) {
  const own = kindOfType(file.type);
  const kind = asDocument && own ? "document" : own;
  if (!kind) return { kind: null, why: `${file.name}: files of type ${file.type || "unknown"} are not carried. ${NAMES}` };
  if (file.size === 0) return { kind: null, why: `${file.name} is empty.` };
  if (file.size > MOST_BYTES[kind]) return { kind: null, why: `${file.name} has ${sizeWords(file.size)}; ${fileWord({ kind }).toLowerCase()}s have at most ${sizeWords(MOST_BYTES[kind])}.` };
  return { kind, why: "" };
}

const NAMES = "Carried are JPEG and PNG pictures, MP4 and 3GPP films, AAC, AMR, MP3, MP4 and Ogg sound, PDF, text and Office documents.";

/** For `input accept`. @param {MediaKind[]} kinds */
export const accepts = (...kinds) => kinds.flatMap((kind) => TYPES[kind]).join(",");

/**
 * Uploads a file and sends it. @param {Context} cx @param {string} chat @param {File} file
 * @param {{kind: MediaKind, caption?: string, voice?: boolean, context_seq?: number | null}} as
 */
export function upload(cx, chat, file, as) {
  const key = cx.messenger.edges.uuid();
  const change = (/** @type {Partial<Upload>} */ news) => { cx.uploads.value = cx.uploads.value.map((u) => (u.key === key ? { ...u, ...news } : u)); };
  const gone = () => { cx.uploads.value = cx.uploads.value.filter((u) => u.key !== key); };
  let request = new XMLHttpRequest();
  const run = () => {
    request = new XMLHttpRequest();
    change({ why: "", done: 0 });
    request.upload.addEventListener("progress", (event) => { if (event.lengthComputable) change({ done: event.loaded / event.total }); });
    request.addEventListener("load", () => {
      const media = answered(request);
      if (typeof media === "string") return failed(media);
      gone();
      const { kind, caption, voice, context_seq } = as;
      const filename = kind === "document" ? file.name.slice(0, 240) : undefined;
      const sent = cx.messenger.sender.send(chat, { type: "media", media: { id: String(media.id), kind, caption: caption || undefined, filename, voice }, context_seq, show: { kind, source: { kept: media }, caption, filename, voice } });
      if (sent) cx.sends.value += 1;
    });
    request.addEventListener("error", () => failed("There is no connection."));
    request.open("POST", `/app/chats/${encodeURIComponent(chat)}/media?kind=${as.kind}`);
    request.setRequestHeader("Content-Type", file.type);
    request.setRequestHeader("Accept", "application/json");
    request.send(file);
  };
  const failed = (/** @type {string} */ why) => {
    change({ why });
    cx.messenger.alert.value = `${file.name} was not sent. ${why}`;
  };
  const stop = () => {
    request.abort();
    gone();
  };
  cx.uploads.value = [...cx.uploads.value, { key, chat, name: as.voice ? "Voice message" : file.name, done: 0, why: "", again: run, stop }];
  run();
}

/** The kept file, or why there is none. @param {XMLHttpRequest} request @returns {any} */
function answered(request) {
  let body = null;
  try {
    body = JSON.parse(request.responseText);
  } catch {
    // Said below.
  }
  if (request.status >= 200 && request.status < 300 && (body?.media?.id ?? body?.id)) return body.media ?? body;
  const { message, hint } = body?.error ?? {};
  return message ? `${message} ${hint ?? ""}`.trim() : "The exchange did not take it.";
}

