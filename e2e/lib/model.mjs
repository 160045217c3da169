// A scripted stand-in for an OpenAI-compatible model: deterministic, whole answers and streams.

import { createServer } from "node:http";

export class ScriptedModel {
  constructor() {
    /** @type {any[]} what it was asked, in order */
    this.asked = [];
    this.server = createServer((request, response) => void this.serve(request, response));
    this.url = "";
  }

  static async start() {
    const model = new ScriptedModel();
    await new Promise((resolve) => model.server.listen(0, "127.0.0.1", () => resolve(null)));
    const { port } = /** @type {import("node:net").AddressInfo} */ (model.server.address());
    model.url = `http://127.0.0.1:${port}/v1`;
    return model;
  }

  /** What it answers to the last words of the person. @param {any} body */
  static words(body) {
    const said = body.messages.filter((/** @type {any} */ m) => m.role === "user").at(-1)?.content;
    return `Model says: **${said}**, turn ${body.messages.filter((/** @type {any} */ m) => m.role === "user").length}`;
  }

  /** @param {import("node:http").IncomingMessage} request @param {import("node:http").ServerResponse} response */
  async serve(request, response) {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    if (request.method === "GET") {
      response.setHeader("Content-Type", "application/json");
      return void response.end(JSON.stringify({ object: "list", data: [{ id: "scripted", object: "model" }] }));
    }
    const body = JSON.parse(Buffer.concat(chunks).toString());
    this.asked.push(body);
    const content = ScriptedModel.words(body);
    if (!body.stream) {
      response.setHeader("Content-Type", "application/json");
      const choices = [{ index: 0, finish_reason: "stop", message: { role: "assistant", content } }];
      return void response.end(JSON.stringify({ id: "c1", object: "chat.completion", created: 1, model: "scripted", choices, usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 } }));
    }
    response.setHeader("Content-Type", "text/event-stream");
    for (const word of content.split(/(?<= )/u)) {
      response.write(`data: ${JSON.stringify({ id: "c1", object: "chat.completion.chunk", created: 1, model: "scripted", choices: [{ index: 0, delta: { content: word }, finish_reason: null }] })}\n\n`);
    }
    response.write(`data: ${JSON.stringify({ id: "c1", object: "chat.completion.chunk", created: 1, model: "scripted", choices: [{ index: 0, delta: {}, finish_reason: "stop" }] })}\n\ndata: [DONE]\n\n`);
    response.end();
  }

  async stop() {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
