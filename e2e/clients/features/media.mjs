// Pictures, documents and voice, both ways, byte for byte.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { pdf, png, sha256, voice } from "../lib/files.mjs";

/** @typedef {import('../lib/setting.mjs').Setting} Setting */

/** What the client sends, and what the person then holds. */
const FILES = {
  image: { bytes: png(16, [200, 40, 40]), mime: "image/png", name: "room.png" },
  document: { bytes: pdf("an invoice"), mime: "application/pdf", name: "účet 7.pdf" },
  voice: { bytes: voice(25), mime: "audio/ogg", name: "note.ogg" },
};

/** A file whose bytes are here. @param {any} message @param {string} kind */
const isFile = (message, kind) => message.type === "media" && message.kind === kind && message.source?.kept;

/** Uploads through the client. @param {Setting} it @param {keyof typeof FILES} kind @returns {Promise<string>} */
async function uploaded(it, kind) {
  const { bytes, mime, name } = FILES[kind];
  const { id } = await it.program.ask("upload", { bytes: bytes.toString("base64"), mime, name });
  assert.match(id, /^\d+$/u);
  return id;
}

/** The person opens a file and it is these bytes. @param {Setting} it @param {any} message @param {Buffer} bytes */
async function opens(it, message, bytes) {
  const held = await it.person.file(message);
  assert.equal(sha256(held), sha256(bytes));
}

/** @param {Setting} it */
async function imageOut(it) {
  const media = await uploaded(it, "image");
  await it.program.ask("send_image", { to: it.to, media, caption: "The sea ☎" });
  const shown = await it.person.sees("the picture", (m) => isFile(m, "image") && m.caption === "The sea ☎");
  await opens(it, shown, FILES.image.bytes);
}

/** @param {Setting} it */
async function documentOut(it) {
  const media = await uploaded(it, "document");
  await it.program.ask("send_document", { to: it.to, media, name: FILES.document.name });
  const shown = await it.person.sees("the document", (m) => isFile(m, "document") && m.filename === FILES.document.name);
  await opens(it, shown, FILES.document.bytes);
}

/** @param {Setting} it */
async function voiceOut(it) {
  const media = await uploaded(it, "voice");
  await it.program.ask("send_voice", { to: it.to, media });
  const shown = await it.person.sees("the voice note", (m) => isFile(m, "audio"));
  await opens(it, shown, FILES.voice.bytes);
}

/** @param {Setting} it */
async function imageByLink(it) {
  const bytes = png(8, [20, 120, 60]);
  const server = createServer((_, response) => response.writeHead(200, { "Content-Type": "image/png", "Content-Length": bytes.length }).end(bytes));
  await new Promise((resolve) => { server.listen(0, "127.0.0.1", () => resolve(undefined)); });
  try {
    const { port } = /** @type {any} */ (server.address());
    const before = (await it.person.messages()).length;
    await it.program.ask("send_image_link", { to: it.to, link: `http://127.0.0.1:${port}/green.png` });
    const shown = await it.person.sees("the linked picture", (m) => isFile(m, "image") && m.seq > before);
    await opens(it, shown, bytes);
  } finally {
    server.close();
  }
}

/** What cannot be fetched is a message that failed. @param {Setting} it */
async function failed(it) {
  const server = createServer((_, response) => response.writeHead(404).end());
  await new Promise((resolve) => { server.listen(0, "127.0.0.1", () => resolve(undefined)); });
  try {
    const { port } = /** @type {any} */ (server.address());
    const { id } = await it.program.ask("send_image_link", { to: it.to, link: `http://127.0.0.1:${port}/nobody.png` });
    const status = await it.program.got({ event: "status", status: "failed", id });
    assert.equal(status.code, 131_053);
  } finally {
    server.close();
  }
}

/** @param {Setting} it */
async function imageIn(it) {
  const bytes = png(12, [30, 60, 200]);
  await it.person.sendsPhoto(bytes, "image/png", "from the shore");
  const heard = await it.program.got({ event: "message", type: "image", caption: "from the shore" });
  assert.equal(heard.mime, "image/png");
  if (it.program.has("media_info")) {
    const info = await it.program.ask("media_info", { id: heard.media });
    if (info.size !== undefined) assert.equal(info.size, bytes.length);
    assert.equal(new URL(info.url).host, new URL(it.exchange.url).host);
  }
  assert.deepEqual(await it.program.ask("download", { id: heard.media }), { sha256: sha256(bytes), size: bytes.length });
}

/** @param {Setting} it */
async function deleted(it) {
  const id = await uploaded(it, "image");
  assert.deepEqual(await it.program.ask("delete_media", { id }), { success: true });
  await assert.rejects(it.program.ask("download", { id }));
}

/** @type {import('./conversation.mjs').Feature[]} */
export const MEDIA = [
  { key: "image-out", title: "picture uploaded and sent, the same bytes at the person's", verb: "send_image", run: imageOut },
  { key: "document-out", title: "document, the same", verb: "send_document", run: documentOut },
  { key: "voice-out", title: "sound, the same", verb: "send_voice", run: voiceOut },
  { key: "image-link", title: "picture sent by link, the same", verb: "send_image_link", run: imageByLink },
  { key: "status-failed", title: "status failed, for a link that leads nowhere", verb: "send_image_link", reads: true, run: failed },
  { key: "image-in", title: "photo of the person's, the same bytes at the client's", verb: "download", reads: true, run: imageIn },
  { key: "media-delete", title: "uploaded file deleted", verb: "delete_media", run: deleted },
];
