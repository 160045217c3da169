// The sample assistants, started by the same binary, known to people as any other assistant.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch, newPage, picture } from "./lib/browser.mjs";
import { Exchange } from "./lib/exchange.mjs";
import { ScriptedModel } from "./lib/model.mjs";
import { Person } from "./lib/person.mjs";
import { until } from "./lib/wait.mjs";

const SAMPLES_MS = 30_000;

describe("the sample assistants", () => {
  /** @type {Exchange} */ let exchange;
  /** @type {ScriptedModel} */ let model;
  /** @type {import("playwright-core").Browser} */ let browser;
  /** @type {any[]} */ let listed;

  /** The name of the sample for this purpose. @param {RegExp} purpose @returns {string} */
  const named = (purpose) => listed.find((a) => purpose.test(`${a.name} ${a.purpose}`))?.name ?? assert.fail(`no sample for ${purpose}`);

  /** A new person in a chat with this assistant. @param {string} name */
  async function meets(name) {
    const { page, errors } = await newPage(browser);
    const person = new Person(page, exchange.url);
    await person.meets(name);
    return { person, errors };
  }

  before(async () => {
    model = await ScriptedModel.start();
    exchange = await Exchange.start({ samples: true, env: { STROWGER_MODEL_URL: model.url } });
    browser = await launch();
    try {
      listed = await until("three samples to be listed", async () => {
        const all = await exchange.assistants();
        return all.length >= 3 && all;
      }, SAMPLES_MS);
    } catch (error) {
      throw new Error(`${String(error)}\n${exchange.child?.tail()}`);
    }
  });
  after(async () => {
    await browser?.close();
    const how = await exchange?.stop();
    await model?.stop();
    assert.equal(how, 0, "the exchange ends with its children, and with success");
  });

  test("say what they are: two automata and one AI", () => {
    const kinds = listed.map((a) => a.automation).sort();
    assert.deepEqual(kinds, ["ai", "automated", "automated"]);
  });

  test("a person books an hour with taps alone, and finds it again", async () => {
    const name = named(/appointment|book/iu);
    const { person, errors } = await meets(name);
    const { page } = person;
    const tap = (/** @type {string} */ text, /** @type {string} */ title) =>
      person.theirs(name, text).last().getByRole("button", { name: title, exact: true }).click();
    const pick = async () => {
      const sheet = page.getByRole("dialog");
      await sheet.getByRole("radio").first().check();
      await sheet.getByRole("button", { name: "Send" }).click();
    };
    await person.says(name, "hello");
    await tap("What would you like to do?", "Book");
    await tap("Which day?", "Days");
    await pick();
    await tap("At what time", "Times");
    await pick();
    await tap("Book ", "Confirm");
    const booked = person.theirs(name, "Booked:").last();
    await booked.waitFor();
    const when = await booked.locator("strong").first().innerText();
    await person.says(name, "my bookings");
    await person.hears(name, `Your appointment: ${when}`);
    assert.deepEqual(errors, []);
  });

  test("the help desk quotes the article it answers from", async () => {
    const name = named(/help|support/iu);
    const { person, errors } = await meets(name);
    await person.says(name, "How do I stop an assistant?");
    await person.hears(name, "From the article “Stopping an assistant”");
    await person.theirs(name, "Did that help?").getByRole("button", { name: "Yes", exact: true }).click();
    await person.hears(name, "Good to hear.");
    await person.says(name, "Who won the 1962 chess olympiad?");
    await person.hears(name, "I do not know");
    assert.deepEqual(errors, []);
  });

  test("the general assistant answers with whatever model is plugged in, and remembers", async () => {
    const name = /** @type {string} */ (listed.find((a) => a.automation === "ai")?.name);
    const { person, errors } = await meets(name);
    await person.says(name, "first question");
    await person.hears(name, "Model says: first question, turn 1");
    // The model writes Markdown; people see WhatsApp's marks, here as bold text.
    assert.equal(await person.theirs(name, "Model says").first().locator("strong").innerText(), "first question");
    await person.says(name, "second question");
    await person.hears(name, "Model says: second question, turn 2");
    const { messages } = model.asked.at(-1);
    assert.ok(messages.some((/** @type {any} */ m) => m.role === "assistant" && /first question/u.test(m.content)));
    assert.deepEqual(errors, []);
  });

  test("several are chosen at once, each asks for its own consent, and each has its own chat", async () => {
    const { page, errors } = await newPage(browser);
    const person = new Person(page, exchange.url);
    const names = listed.map((a) => a.name);
    await person.signIn();
    for (const name of names.slice(1)) await page.getByRole("checkbox", { name }).check();
    await person.choose(names[0]);
    for (const _ of names) await person.agree();
    const chats = page.getByRole("navigation", { name: "Chats" });
    for (const name of names) {
      await chats.getByRole("link", { name }).click();
      await person.alive(name);
      await person.says(name, "Hello");
      await person.sees("Hello", "Delivered");
    }
    const booking = named(/appointment|book/iu);
    await chats.getByRole("link", { name: booking }).click();
    await person.theirs(booking, "What would you like to do?").getByRole("button", { name: "Book", exact: true }).click();
    await person.hears(booking, "Which day?");
    await picture(page, "messenger", false);
    assert.deepEqual(errors, []);
  });
});
