// `strowger dev` as a developer meets it, and the pages it shows: the sandbox's own, and a form
// that its bot makes. Light and dark, narrow and wide; it ends and leaves nothing.

import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { after, before, describe, test } from "node:test";
import { isAccessible } from "./lib/axe.mjs";
import { launch, newPage, picture } from "./lib/browser.mjs";
import { Child } from "./lib/children.mjs";
import { BINARY } from "./lib/exchange.mjs";
import { THEMES, WIDTHS } from "./lib/pages.mjs";

const FLOW = {
  version: "7.0",
  screens: [{
    id: "DAY",
    title: "Book a room",
    terminal: true,
    layout: {
      type: "SingleColumnLayout",
      children: [
        { type: "TextHeading", text: "When do you come?" },
        { type: "TextBody", text: "We keep it for *two* hours." },
        { type: "DatePicker", name: "day", label: "Day", required: true, "helper-text": "From Monday to Friday" },
        { type: "RadioButtonsGroup", name: "room", label: "Room", required: true, "data-source": [{ id: "sea", title: "Sea view", description: "First floor" }, { id: "hill", title: "Hill view" }] },
        { type: "CheckboxGroup", name: "extras", label: "Extras", "data-source": [{ id: "tea", title: "Tea" }, { id: "cake", title: "Cake" }] },
        { type: "TextArea", name: "note", label: "Anything else?" },
        { type: "OptIn", name: "news", label: "Send me news" },
        { type: "Footer", label: "Book", "on-click-action": { name: "complete", payload: { day: "${form.day}", room: "${form.room}" } } },
      ],
    },
  }],
};

describe("the sandbox", () => {
  /** @type {Child} */ let child;
  /** @type {import("playwright-core").Browser} */ let browser;
  let url = "";
  let form = "";
  let before_it = 0;

  const leftovers = async () => (await readdir(tmpdir())).filter((name) => name.startsWith("strowger-dev")).length;

  /** @param {string} path @param {unknown} [body] @param {string} [token] */
  async function call(path, body, token) {
    const headers = { "Content-Type": "application/json", ...(token ? { Authorization: `Bearer ${token}` } : {}) };
    const answer = await fetch(url + path, body === undefined ? { headers } : { method: "POST", headers, body: JSON.stringify(body) });
    const text = await answer.text();
    assert.ok(answer.ok, `${path}: ${answer.status} ${text}`);
    return JSON.parse(text);
  }

  before(async () => {
    before_it = await leftovers();
    child = new Child(BINARY, ["dev", "--listen", "127.0.0.1:0", "--for", "pywa"]);
    url = await child.line("the sandbox's address", (line) => /(http:\/\/127\.0\.0\.1:\d+)/u.exec(line)?.[1], 30_000);
    const bot = await call("/sandbox/bot");
    await call("/sandbox/people", { name: "Ada" });
    await call("/sandbox/people/Ada/says", { text: "hi" });
    await call("/sandbox/faults", { on: "call", do: "error", code: 130429, times: 1, path: "messages" });
    const flow = await call(`/v25.0/${bot.waba_id}/flows`, { name: "rooms", categories: ["APPOINTMENT_BOOKING"], flow_json: JSON.stringify(FLOW) }, bot.access_token);
    assert.deepEqual(flow.validation_errors, []);
    const node = await call(`/v25.0/${flow.id}?fields=preview`, undefined, bot.access_token);
    form = node.preview.preview_url.replace(/^https?:\/\/[^/]+/u, "");
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await child?.end("SIGTERM");
  });

  test("it prints the lines for the client", async () => {
    await child.line("pywa's lines", (line) => line.includes("_session.base_url"));
  });

  for (const theme of THEMES) {
    for (const width of WIDTHS) {
      const look = { colorScheme: theme, viewport: { width, height: 800 } };
      test(`its page, ${theme}, ${width} px`, async () => {
        const { page, context } = await newPage(browser, look);
        await page.goto(`${url}/sandbox`);
        await page.getByText("Ada").first().waitFor();
        await isAccessible(page, "sandbox");
        await picture(page, `sandbox-${theme}-${width}`);
        await context.close();
      });
      test(`a form, ${theme}, ${width} px`, async () => {
        const { page, context } = await newPage(browser, look);
        await page.goto(url + form);
        await page.getByRole("button", { name: "Book" }).click();
        await page.getByRole("alert").waitFor();
        await isAccessible(page, "a form with mistakes");
        await picture(page, `form-${theme}-${width}`);
        await page.getByLabel("Day").fill("2026-12-24");
        await page.getByLabel("Sea view").check();
        await page.getByRole("button", { name: "Book" }).click();
        await page.getByText("The form is over").waitFor();
        await isAccessible(page, "a form that is over");
        await context.close();
      });
    }
  }

  test("it ends in order and leaves nothing", async () => {
    assert.equal(await child.end("SIGINT"), 0);
    assert.equal(await leftovers(), before_it);
  });
});
