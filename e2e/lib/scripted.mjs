// An assistant in this process: a webhook that keeps what it gets, and the Cloud API to send.

import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import { register } from "./provider.mjs";
import { until } from "./wait.mjs";

export class Scripted {
  /** @param {import('./exchange.mjs').Exchange} exchange */
  constructor(exchange) {
    this.exchange = exchange;
    /** @type {any[]} messages as they came, doubles too */
    this.messages = [];
    /** @type {any[]} */
    this.statuses = [];
    this.wrongSignatures = 0;
    /** @type {any} */
    this.account = null;
    this.server = createServer((request, response) => void this.serve(request, response));
  }

  /** Listens, registers, is listed. @param {import('./exchange.mjs').Exchange} exchange @param {Record<string, unknown> & {name: string}} card */
  static async start(exchange, card) {
    const assistant = new Scripted(exchange);
    await new Promise((resolve) => assistant.server.listen(0, "127.0.0.1", () => resolve(null)));
    const { port } = /** @type {import("node:net").AddressInfo} */ (assistant.server.address());
    assistant.account = await register(exchange, { ...card, callback_url: `http://127.0.0.1:${port}/webhook` });
    if (!assistant.account.listed) throw new Error(`not listed: ${JSON.stringify(assistant.account.callback)}`);
    return assistant;
  }

  /** @param {import("node:http").IncomingMessage} request @param {import("node:http").ServerResponse} response */
  async serve(request, response) {
    const url = new URL(request.url ?? "/", "http://localhost");
    if (request.method === "GET") return void response.end(url.searchParams.get("hub.challenge") ?? "");
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const wanted = `sha256=${createHmac("sha256", this.account.app_secret).update(body).digest("hex")}`;
    if (request.headers["x-hub-signature-256"] !== wanted) this.wrongSignatures += 1;
    const { value } = JSON.parse(body.toString()).entry[0].changes[0];
    this.messages.push(...(value.messages ?? []));
    this.statuses.push(...(value.statuses ?? []));
    response.end("ok");
  }

  /** Waits for the message with this text. @param {string} text @returns {Promise<any>} */
  heard(text) {
    return until(`the assistant to get "${text}"`, () => this.messages.find((m) => m.text?.body === text));
  }

  /** Sends anything; answers the wamid. @param {string} to @param {Record<string, unknown>} message @returns {Promise<string>} */
  async send(to, message) {
    const { phone_number_id: from, access_token: token } = this.account;
    const body = { messaging_product: "whatsapp", to, ...message };
    const answer = await this.exchange.post(`/v25.0/${from}/messages`, body, token);
    return answer.messages[0].id;
  }

  /** Uploads a file; answers its id. @param {Buffer} bytes @param {string} type @param {string} name @returns {Promise<string>} */
  async upload(bytes, type, name) {
    const { phone_number_id: from, access_token: token } = this.account;
    const form = new FormData();
    form.set("messaging_product", "whatsapp");
    form.set("type", type);
    form.set("file", new Blob([bytes], { type }), name);
    const answer = await this.exchange.json(`/v25.0/${from}/media`, { method: "POST", headers: { Authorization: `Bearer ${token}` }, body: form });
    return answer.id;
  }

  /** @param {string} to @param {string} body */
  say(to, body) {
    return this.send(to, { type: "text", text: { body } });
  }

  async stop() {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
