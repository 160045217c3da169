// Opt-in (`cargo xtask test --model`): a real small language model answers through the browser.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch, newPage } from "./lib/browser.mjs";
import { Child } from "./lib/children.mjs";
import { Exchange } from "./lib/exchange.mjs";
import { Person } from "./lib/person.mjs";
import { freePort } from "./lib/ports.mjs";
import { until } from "./lib/wait.mjs";

const MODEL_MS = 120_000;

describe("a real model", () => {
  /** @type {Child} */ let model;
  /** @type {Exchange} */ let exchange;
  /** @type {import("playwright-core").Browser} */ let browser;
  /** @type {string} */ let name;

  before(async () => {
    const [python, script, weights] = (process.env.E2E_MODEL ?? assert.fail("run it by cargo xtask test --model")).split("\n");
    const port = await freePort();
    model = new Child(python, [script, weights, String(port)], { OMP_NUM_THREADS: "1" });
    await model.line("the model to be loaded", (line) => line.startsWith("Ready"), MODEL_MS);
    exchange = await Exchange.start({ samples: true, env: { STROWGER_MODEL_URL: `http://127.0.0.1:${port}/v1` } });
    browser = await launch();
    const general = await until("the general assistant to be listed", async () => (await exchange.assistants()).find((a) => a.automation === "ai"), MODEL_MS);
    name = general.name;
  });
  after(async () => {
    await browser?.close();
    await exchange?.stop();
    await model?.end();
  });

  test("answers a person in words", async () => {
    const { page } = await newPage(browser);
    const person = new Person(page, exchange.url);
    await person.meets(name);
    await person.says(name, "What is the capital of France? Answer in one sentence.");
    const answer = await until("an answer", async () => {
      const said = (await person.stored()).filter((m) => m.from === "assistant" && m.type === "text");
      return said.at(-1)?.text.body;
    }, MODEL_MS);
    assert.match(answer, /\p{L}{2,}/u);
    await person.hears(name, answer.slice(0, 12));
  });
});
