// The forms in which clients send, and what they are known to get wrong: what fits is taken, what
// does not gets an error that says what is wrong.

import assert from "node:assert/strict";
import { request } from "node:http";
import { after, before, describe, test } from "node:test";
import { Exchange } from "../lib/exchange.mjs";
import { png } from "./lib/files.mjs";
import { Setting } from "./lib/setting.mjs";
import { ROSTER } from "./roster.mjs";

const JSON_TYPE = { "Content-Type": "application/json" };

describe("the manners of clients", () => {
  /** @type {Exchange} */ let exchange;
  /** @type {Setting} */ let it;
  /** @type {{Authorization: string}} */ let bearer;
  let said = 0;

  before(async () => {
    exchange = await Exchange.start();
    it = new Setting(exchange, ROSTER[2]);
    await it.begin();
    bearer = { Authorization: `Bearer ${it.account.access_token}` };
  });
  after(async () => {
    await it?.end();
    await exchange?.stop();
  });

  /** @param {string} path @param {RequestInit} init @returns {Promise<{status: number, body: any}>} */
  async function call(path, init) {
    const answer = await fetch(exchange.url + path, { method: "POST", ...init });
    return { status: answer.status, body: await answer.json() };
  }

  /** A text of this number, never the same twice. */
  function text() {
    said += 1;
    return { messaging_product: "whatsapp", to: it.to, type: "text", text: { body: `form ${said}` } };
  }

  /** @param {{status: number, body: any}} answer @param {string} text that the person must see */
  async function taken({ status, body }, text) {
    assert.equal(status, 200, JSON.stringify(body));
    assert.match(body.messages[0].id, /^wamid\./u);
    await it.person.sees(text, (m) => m.text?.body === text);
  }

  /** @param {{status: number, body: any}} answer @param {number} code @param {RegExp} words */
  function refused({ status, body }, code, words) {
    assert.ok(status >= 400 && status < 500, `${status} ${JSON.stringify(body)}`);
    assert.equal(body.error?.code, code, JSON.stringify(body));
    assert.equal(typeof body.error.fbtrace_id, "string");
    assert.match(`${body.error.message} ${body.error.error_data?.details ?? ""}`, words);
  }

  const phone = () => it.account.phone_number_id;

  for (const [form, path] of /** @type {[string, () => string][]} */ ([
    ["v13.0", () => `/v13.0/${phone()}/messages`],
    ["v26.0", () => `/v26.0/${phone()}/messages`],
    ["no version", () => `/${phone()}/messages`],
    ["a trailing slash", () => `/v25.0/${phone()}/messages/`],
    ["double slashes", () => `//v25.0//${phone()}//messages`],
  ])) {
    test(`a path with ${form}`, async () => {
      const message = text();
      await taken(await call(path(), { headers: { ...bearer, ...JSON_TYPE }, body: JSON.stringify(message) }), message.text.body);
    });
  }

  test("the token as OAuth, and in the query", async () => {
    const [first, second] = [text(), text()];
    const token = it.account.access_token;
    await taken(await call(`/v25.0/${phone()}/messages`, { headers: { Authorization: `OAuth ${token}`, ...JSON_TYPE }, body: JSON.stringify(first) }), first.text.body);
    await taken(await call(`/v25.0/${phone()}/messages?access_token=${token}`, { headers: JSON_TYPE, body: JSON.stringify(second) }), second.text.body);
  });

  test("JSON in chunks, without Content-Length", async () => {
    const message = text();
    const answer = await new Promise((resolve, reject) => {
      const url = new URL(`/v16.0/${phone()}/messages`, exchange.url);
      const sending = request(url, { method: "POST", headers: { ...bearer, ...JSON_TYPE } }, async (response) => {
        let body = "";
        for await (const part of response) body += part;
        resolve({ status: response.statusCode, body: JSON.parse(body) });
      });
      sending.once("error", reject);
      const whole = JSON.stringify(message);
      sending.write(whole.slice(0, 10));
      sending.end(whole.slice(10));
    });
    await taken(answer, message.text.body);
  });

  test("a form with JSON in its fields, and multipart", async () => {
    const [first, second] = [text(), text()];
    const fields = (/** @type {any} */ message) => Object.entries({ ...message, text: JSON.stringify(message.text) });
    await taken(await call(`/v25.0/${phone()}/messages`, { headers: bearer, body: new URLSearchParams(fields(first)) }), first.text.body);
    const form = new FormData();
    for (const [name, value] of fields(second)) form.set(name, value);
    await taken(await call(`/v25.0/${phone()}/messages`, { headers: bearer, body: form }), second.text.body);
  });

  test("nulls, and members nobody knows", async () => {
    const message = text();
    const body = JSON.stringify({ ...message, context: null, recipient_type: null, colour: "green" });
    await taken(await call(`/v13.0/${phone()}/messages`, { headers: { ...bearer, ...JSON_TYPE }, body }), message.text.body);
  });

  test("the person with a plus, by user id, and by both", async () => {
    const id = `ZZ.${it.to}`;
    for (const whom of [{ to: `+${it.to}` }, { to: undefined, recipient: id }, { to: it.to, recipient: id }]) {
      const message = text();
      const answer = await call(`/v25.0/${phone()}/messages`, { headers: { ...bearer, ...JSON_TYPE }, body: JSON.stringify({ ...message, ...whom }) });
      await taken(answer, message.text.body);
      assert.equal(answer.body.contacts[0].input, whom.to ?? id);
    }
  });

  test("wrong: a reaction to nobody", async () => {
    const body = JSON.stringify({ messaging_product: "whatsapp", to: "", type: "reaction", reaction: { message_id: "wamid.x", emoji: "👍" } });
    refused(await call(`/v25.0/${phone()}/messages`, { headers: { ...bearer, ...JSON_TYPE }, body }), 100, /\bto\b/u);
  });

  test("wrong: typing as a status of its own", async () => {
    const body = JSON.stringify({ messaging_product: "whatsapp", to: it.to, status: "typing" });
    refused(await call(`/v25.0/${phone()}/messages`, { headers: { ...bearer, ...JSON_TYPE }, body }), 100, /status|message_id/u);
  });

  test("wrong: an empty token", async () => {
    const { status, body } = await call(`/v25.0/${phone()}/messages`, { headers: { Authorization: "Bearer ", ...JSON_TYPE }, body: JSON.stringify(text()) });
    assert.equal(status, 401);
    assert.ok([104, 190].includes(body.error.code));
  });

  test("wrong: an upload labelled application/json", async () => {
    const form = new FormData();
    form.set("messaging_product", "whatsapp");
    form.set("file", new Blob([png(4, [1, 2, 3])], { type: "application/json" }), "photo.png");
    refused(await call(`/v25.0/${phone()}/media`, { headers: bearer, body: form }), 100, /application\/json/u);
  });
});
