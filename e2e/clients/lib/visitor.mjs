// A person without a browser: the same forms and the same JSON as the messenger's pages.

import assert from "node:assert/strict";
import { until } from "../../lib/wait.mjs";

/** How long a client may take to answer what a person did. */
const ANSWER_MS = 10_000;

export class Visitor {
  /** @param {string} base */
  constructor(base) {
    this.base = base;
    this.cookie = "";
    this.chat = "";
    this.sent = 0;
    /** @type {{event: string, data: any}[]} */
    this.live = [];
    this.ended = new AbortController();
  }

  /** Signs in, and agrees to this assistant's notice. @param {string} base @param {string} assistant @param {string} name */
  static async meets(base, assistant, name) {
    const visitor = new Visitor(base);
    const signedIn = await visitor.call("/sign-in/local", { method: "POST" });
    visitor.cookie = (signedIn.headers.get("set-cookie") ?? "").split(";")[0];
    assert.match(visitor.cookie, /^strowger_session=/u);
    const page = await (await visitor.call(`/consent/${assistant}`)).text();
    const notice = /name="notice"\s+value="([^"]+)"/u.exec(page)?.[1] ?? assert.fail("no notice on the page of consent");
    const body = new URLSearchParams({ answer: "agree", notice, display_name: name });
    const agreed = await visitor.call(`/consent/${assistant}`, { method: "POST", body });
    visitor.chat = /^\/chats\/(\w+)$/u.exec(agreed.headers.get("location") ?? "")?.[1] ?? assert.fail(`no chat after consent: ${agreed.status}`);
    await visitor.listens();
    return visitor;
  }

  /** @param {string} path @param {RequestInit} [init] */
  call(path, init = {}) {
    return fetch(this.base + path, { redirect: "manual", ...init, headers: { ...init.headers, Cookie: this.cookie } });
  }

  /** @param {string} path @param {unknown} [body] @returns {Promise<any>} */
  async json(path, body) {
    const init = body === undefined ? {} : { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
    const answer = await this.call(path, init);
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text}`);
    return JSON.parse(text);
  }

  /** Reads live updates, as an open page does. */
  async listens() {
    const answer = await this.call("/app/events", { signal: this.ended.signal });
    assert.equal(answer.status, 200);
    void this.reads(answer).catch(() => {});
  }

  /** @param {Response} answer */
  async reads(answer) {
    let rest = "";
    const decoder = new TextDecoder();
    for await (const part of /** @type {any} */ (answer.body)) {
      rest += decoder.decode(part, { stream: true });
      const blocks = rest.split("\n\n");
      rest = blocks.pop() ?? "";
      for (const block of blocks) {
        const event = /^event: ?(.*)$/mu.exec(block)?.[1];
        const data = /^data: ?(.*)$/mu.exec(block)?.[1];
        if (event && data) this.live.push({ event, data: JSON.parse(data) });
      }
    }
  }

  /** Sends a message of any kind. @param {Record<string, unknown>} message @returns {Promise<any>} as it is kept */
  async sends(message) {
    this.sent += 1;
    const sent = await this.json(`/app/chats/${this.chat}/messages`, { client_id: `v-${this.sent}`, ...message });
    return sent.message;
  }

  /** @param {string} body @param {number} [context] the place of the message it answers */
  says(body, context) {
    return this.sends({ type: "text", text: { body }, ...(context ? { context_seq: context } : {}) });
  }

  /** @param {number} seq @param {string} id @param {"button_reply" | "list_reply"} type */
  answers(seq, id, type) {
    return this.sends({ type, reply: { id }, context_seq: seq });
  }

  /** Every message of the chat, oldest first. @returns {Promise<any[]>} */
  async messages() {
    return (await this.json(`/app/chats/${this.chat}/messages?limit=200`)).messages;
  }

  /** Waits for a message of the assistant. @param {string} what @param {(message: any) => boolean} fits @returns {Promise<any>} */
  sees(what, fits) {
    return until(`the person to see ${what}`, async () => (await this.messages()).find((m) => m.from === "assistant" && fits(m)), ANSWER_MS);
  }

  /** Opens the file of a message, as its page does. @param {any} message @returns {Promise<Buffer>} */
  async file(message) {
    const answer = await this.call(`/app/chats/${this.chat}/media/${message.source.kept.id}`);
    if (!answer.ok) throw new Error(`the person cannot open the file: ${answer.status}`);
    return Buffer.from(await answer.arrayBuffer());
  }

  /** Sends a photo from this device. @param {Buffer} bytes @param {string} mime @param {string} caption */
  async sendsPhoto(bytes, mime, caption) {
    const form = new FormData();
    form.set("file", new Blob([bytes], { type: mime }), "photo.png");
    const answer = await this.call(`/app/chats/${this.chat}/media`, { method: "POST", body: form });
    const said = await answer.text();
    if (!answer.ok) throw new Error(`the person cannot send a photo: ${answer.status} ${said}`);
    return this.sends({ type: "media", media: { id: JSON.parse(said).media.id, kind: "image", caption } });
  }

  /** The chat's line in the list. @returns {Promise<any>} */
  async line() {
    return (await this.json("/app/chats")).chats.find((/** @type {any} */ c) => c.chat === this.chat);
  }

  /** This device has all up to here. @param {number} seq */
  received(seq) {
    return this.json("/app/received", { chats: { [this.chat]: seq } });
  }

  /** @param {number} seq */
  hasRead(seq) {
    return this.json(`/app/chats/${this.chat}/read`, { seq });
  }

  leaves() {
    this.ended.abort();
  }
}
