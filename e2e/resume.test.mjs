// Live updates go on after a lost connection: no gap, no double, nothing lost on either side.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch, newPage } from "./lib/browser.mjs";
import { Exchange } from "./lib/exchange.mjs";
import { Person } from "./lib/person.mjs";
import { Scripted } from "./lib/scripted.mjs";

const NAME = "Resumer";
/** @param {string} word @param {number} n */
const numbered = (word, n) => Array.from({ length: n }, (_, i) => `${word} ${i + 1}`);

describe("a lost connection", () => {
  /** @type {Exchange} */ let exchange;
  /** @type {Scripted} */ let assistant;
  /** @type {import("playwright-core").Browser} */ let browser;
  /** @type {import("playwright-core").BrowserContext} */ let context;
  /** @type {Person} */ let person;
  /** @type {string} */ let to;
  /** @type {string[]} */ const written = [];

  before(async () => {
    exchange = await Exchange.start();
    assistant = await Scripted.start(exchange, { name: NAME });
    browser = await launch();
    let page;
    ({ context, page } = await newPage(browser));
    person = new Person(page, exchange.url);
    await person.meets(NAME);
    await person.says(NAME, "first words");
    to = (await assistant.heard("first words")).from;
    written.push("first words");
  });
  after(async () => {
    await browser?.close();
    await assistant?.stop();
    await exchange?.stop();
  });

  test("of the person's network: all that was said meanwhile comes, once and in order", async () => {
    await context.setOffline(true);
    const words = numbered("meanwhile", 5);
    for (const word of words) await assistant.say(to, word);
    await context.setOffline(false);
    for (const word of words) await person.hears(NAME, word);
    written.push(...words);
    assert.deepEqual(await person.texts(), written);
  });

  test("of the exchange, pulled out and started again: the page goes on by itself", async () => {
    await exchange.crash();
    await person.composer(NAME).fill("written while it was down");
    await person.composer(NAME).press("Enter");
    await person.sees("written while it was down", "Waiting");
    await exchange.run();
    await assistant.heard("written while it was down");
    await person.sees("written while it was down", "Delivered");
    written.push("written while it was down");
    const words = numbered("after the crash", 5);
    for (const word of words) await assistant.say(to, word);
    for (const word of words) await person.hears(NAME, word);
    written.push(...words);
    assert.deepEqual(await person.texts(), written);
  });

  test("doubles nothing: each side has each message once, and the rows are dense", async () => {
    const stored = (await person.stored()).filter((m) => m.type === "text").map((m) => m.text.body);
    assert.deepEqual(stored, written);
    const heard = new Set(assistant.messages.map((m) => m.id));
    assert.equal(heard.size, 2, "two messages of the person, whatever was sent again");
    assert.equal(assistant.wrongSignatures, 0);
    await person.page.reload();
    await person.hears(NAME, "after the crash 5");
    assert.deepEqual(await person.texts(), written);
  });

  test("an orderly stop ends with success, and the data is taken up again", async () => {
    assert.equal(await exchange.child?.end("SIGTERM"), 0);
    await exchange.run();
    await assistant.say(to, "still here");
    await person.hears(NAME, "still here");
  });
});
