// Every page, light and dark, narrow and wide: no violation that axe-core can see, no sideways
// scroll, nothing in the console; and the way in works without JavaScript.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { isAccessible, isAccessibleAsSent } from "./lib/axe.mjs";
import { launch, newPage, picture } from "./lib/browser.mjs";
import { Exchange } from "./lib/exchange.mjs";
import { addresses, opensDeliveries, registersByForm, THEMES, WIDTHS } from "./lib/pages.mjs";
import { Person } from "./lib/person.mjs";
import { Scripted } from "./lib/scripted.mjs";
import { until } from "./lib/wait.mjs";

const NAME = "Birch";
const LONG = "A long answer with *bold* words, a list:\n- one\n- two\nand a word that is too long for any phone: " + "x".repeat(120);

describe("every page", () => {
  /** @type {Exchange} */ let exchange;
  /** @type {Scripted} */ let assistant;
  /** @type {Scripted} */ let other;
  /** @type {import("playwright-core").Browser} */ let browser;
  /** @type {any} */ let signedIn;
  /** @type {Record<string, string>} */ let pages;
  let chat = "";

  before(async () => {
    exchange = await Exchange.start();
    assistant = await Scripted.start(exchange, { name: NAME });
    other = await Scripted.start(exchange, { name: "Quite a long name, 30 letters.", automation: "automated", trains: true });
    browser = await launch();
    const { page, context } = await newPage(browser);
    const person = new Person(page, exchange.url);
    await person.meets(NAME, "Ada");
    await talk(person);
    chat = person.chat();
    signedIn = await context.storageState();
    pages = addresses({ assistant: other.account.phone_number_id, chat });
  });
  after(async () => {
    await browser?.close();
    await assistant?.stop();
    await other?.stop();
    await exchange?.stop();
  });

  /** Something of every kind in the chat. @param {Person} person */
  async function talk(person) {
    await person.says(NAME, "Which rooms are there?");
    const { from, id } = await assistant.heard("Which rooms are there?");
    await assistant.say(from, LONG);
    const reply = (/** @type {string} */ n, /** @type {string} */ title) => ({ type: "reply", reply: { id: n, title } });
    await assistant.send(from, {
      type: "interactive",
      context: { message_id: id },
      interactive: { type: "button", header: { type: "text", text: "Rooms" }, body: { text: "Two are free" }, footer: { text: "Until noon" }, action: { buttons: [reply("1", "Sea view"), reply("2", "Hill view")] } },
    });
    await assistant.send(from, {
      type: "interactive",
      interactive: { type: "list", body: { text: "Which day?" }, action: { button: "See the days", sections: [{ title: "Week", rows: [{ id: "m", title: "Monday", description: "from 9 o'clock" }] }] } },
    });
    await assistant.send(from, { type: "reaction", reaction: { message_id: id, emoji: "👍" } });
    await person.hears(NAME, "Which day?");
    await until("the reaction to be shown", () => person.page.getByText(`${NAME} reacted`).count());
  }

  for (const theme of THEMES) {
    for (const width of WIDTHS) {
      const look = { colorScheme: theme, viewport: { width, height: 800 } };
      describe(`${theme}, ${width} px`, () => {
        for (const name of Object.keys(addresses({ assistant: "", chat: "" }))) {
          test(name, async () => {
            const { page, context, errors } = await newPage(browser, { ...look, storageState: name === "home" ? undefined : signedIn });
            const answer = await page.goto(exchange.url + pages[name]);
            assert.equal(answer?.status(), name === "not-found" ? 404 : 200);
            if (name === "chat") await new Person(page, exchange.url).alive(NAME);
            if (name === "chats") await page.getByText("Choose a chat.").or(page.getByRole("navigation", { name: "Chats" })).first().waitFor();
            await isAccessible(page, name);
            await picture(page, `${name}-${theme}-${width}`);
            assert.deepEqual(errors.filter((e) => name !== "not-found" || !e.includes("404")), []);
            await context.close();
          });
        }

        test("the sheets of the messenger", async () => {
          const { page, context, errors } = await newPage(browser, { ...look, storageState: signedIn });
          await page.goto(exchange.url + pages.chat);
          const person = new Person(page, exchange.url);
          await person.alive(NAME);
          /** @type {Array<[string, () => Promise<unknown>]>} */
          const sheets = [
            ["options", () => person.options(person.theirs(NAME, "Two are free"))],
            ["list", () => person.theirs(NAME, "Which day?").getByRole("button", { name: "See the days" }).click()],
            ["about", () => page.getByRole("button", { name: `About ${NAME}` }).click()],
            ["stop", () => page.getByRole("button", { name: "Stop", exact: true }).click()],
          ];
          for (const [sheet, open] of sheets) {
            await open();
            await page.getByRole("dialog").waitFor();
            await isAccessible(page, `sheet ${sheet}`);
            await picture(page, `sheet-${sheet}-${theme}-${width}`, false);
            await page.keyboard.press("Escape");
            await page.getByRole("dialog").waitFor({ state: "detached" });
          }
          assert.deepEqual(errors, []);
          await context.close();
        });

        test("the deliveries of a provider", async () => {
          const { page, context, errors } = await newPage(browser, look);
          await opensDeliveries(page, exchange.url, assistant.account);
          await isAccessible(page, "deliveries");
          await picture(page, `deliveries-${theme}-${width}`);
          assert.deepEqual(errors.filter((e) => !e.includes("401")), []);
          await context.close();
        });

        test("a registration and its result", async () => {
          const { page, context, errors } = await newPage(browser, look);
          await registersByForm(page, exchange.url, `Form ${theme} ${width}`);
          await isAccessible(page, "registered");
          await picture(page, `registered-${theme}-${width}`);
          assert.deepEqual(errors, []);
          await context.close();
        });
      });
    }
  }

  describe("without JavaScript", () => {
    /** @type {import("playwright-core").Page} */ let page;
    /** @type {Person} */ let person;
    const reply = (/** @type {string} */ id, /** @type {string} */ title) => ({ type: "reply", reply: { id, title } });
    /** The page does not change by itself: it is asked for again until it shows this. @param {() => Promise<number>} shown */
    const reloads = (shown) => until("the page to show it", async () => {
      await page.reload();
      return shown();
    });

    before(async () => {
      ({ page } = await newPage(browser, { javaScriptEnabled: false }));
      person = new Person(page, exchange.url);
    });

    test("a person signs in, chooses, consents and writes", async () => {
      await person.signIn();
      await isAccessibleAsSent(browser, page, "choose without script");
      await person.choose(NAME);
      await isAccessibleAsSent(browser, page, "consent without script");
      await person.agree();
      await person.posts(NAME, "hello by form");
      await assistant.heard("hello by form");
      await isAccessibleAsSent(browser, page, "chat without script");
    });

    test("a person answers by buttons and by a list", async () => {
      const { from } = await assistant.heard("hello by form");
      await assistant.send(from, { type: "interactive", interactive: { type: "button", body: { text: "Which view?" }, action: { buttons: [reply("sea", "Sea"), reply("hill", "Hill")] } } });
      await reloads(() => person.theirs(NAME, "Which view?").count());
      await person.theirs(NAME, "Which view?").getByRole("button", { name: "Hill" }).click();
      await until("the button to arrive", () => assistant.messages.some((m) => m.interactive?.button_reply?.id === "hill"));
      const sections = [{ title: "Week", rows: [{ id: "mon", title: "Monday" }, { id: "tue", title: "Tuesday" }] }];
      await assistant.send(from, { type: "interactive", interactive: { type: "list", body: { text: "What day?" }, action: { button: "Days", sections } } });
      await reloads(() => person.theirs(NAME, "What day?").count());
      await person.theirs(NAME, "What day?").getByText("Days", { exact: true }).click();
      await person.theirs(NAME, "What day?").getByRole("button", { name: "Tuesday" }).click();
      await until("the row to arrive", () => assistant.messages.some((m) => m.interactive?.list_reply?.id === "tue"));
    });

    test("a person stops an assistant in two taps", async () => {
      await page.getByText("Stop", { exact: true }).click();
      await page.getByRole("button", { name: `Stop ${NAME}` }).click();
      await page.getByText("Nothing you write reaches it").waitFor();
      await isAccessibleAsSent(browser, page, "stopped without script");
    });

    test("a provider registers, and a mistake is said in words", async () => {
      await registersByForm(page, exchange.url, "Scriptless");
      await isAccessibleAsSent(browser, page, "registered without script");
      await page.goto(`${exchange.url}/providers`);
      await page.getByRole("textbox", { name: "Country" }).fill("??");
      await page.locator("form[action='/providers']").evaluate((form) => { /** @type {HTMLFormElement} */ (form).noValidate = true; });
      await page.getByRole("button", { name: "Register" }).click();
      await page.getByRole("alert").getByRole("link").first().waitFor();
      assert.equal(await page.getByRole("textbox", { name: "Country" }).inputValue(), "??");
      await isAccessibleAsSent(browser, page, "registration refused without script");
    });
  });
});
