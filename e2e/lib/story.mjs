// One story, for every third-party bot: a person chooses it, they talk, it is stopped.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Bot } from "./bot.mjs";
import { launch, newPage, picture } from "./browser.mjs";
import { Exchange } from "./exchange.mjs";
import { Person } from "./person.mjs";
import { deliveries } from "./provider.mjs";
import { until } from "./wait.mjs";

const HELLO = "hello ☎ čau";

/** @param {"pywa" | "rust"} kind @param {string} name @param {{picture?: string}} [options] */
export function story(kind, name, options = {}) {
  describe(`${name}, an ordinary bot, and a person`, () => {
    /** @type {Exchange} */ let exchange;
    /** @type {Bot} */ let bot;
    /** @type {import("playwright-core").Browser} */ let browser;
    /** @type {import("playwright-core").Page} */ let page;
    /** @type {string[]} */ let errors;
    /** @type {Person} */ let person;

    before(async () => {
      exchange = await Exchange.start();
      bot = await Bot.start(exchange, kind, name);
      browser = await launch();
      ({ page, errors } = await newPage(browser));
      person = new Person(page, exchange.url);
    });
    after(async () => {
      await browser?.close();
      await bot?.stop();
      await exchange?.stop();
    });

    test("before consent nothing reaches it", async () => {
      await person.signIn();
      await person.choose(name);
      assert.deepEqual(bot.events(), []);
      await person.agree("Ada ☎");
      await person.alive(name);
      await page.getByText("AI assistant · run by Example Labs").first().waitFor();
    });

    test("what the person writes is echoed, and ticks go to read", async () => {
      await person.says(name, HELLO);
      await person.hears(name, `echo: ${HELLO}`);
      const heard = await bot.got({ event: "text", text: HELLO });
      assert.equal(heard.name, "Ada ☎");
      await person.sees(HELLO, "Read");
    });

    test("the bot learns that its answer was sent, delivered and read", async () => {
      const { id } = await bot.got({ event: "sent" });
      for (const status of ["sent", "delivered", "read"]) await bot.got({ event: "status", status, id });
    });

    test("after a reload all is still there, once", async () => {
      await page.reload();
      await person.alive(name);
      await person.sees(HELLO, "Read");
      assert.deepEqual(await person.texts(), [HELLO, `echo: ${HELLO}`]);
    });

    test("a button of the bot is pressed and its data comes back", async () => {
      await person.says(name, "menu");
      await person.theirs(name, "Which room?").getByRole("button", { name: "Sea view" }).click();
      const pressed = await bot.got({ event: "button" });
      assert.equal(pressed.data, "room:sea");
      assert.equal(pressed.title, "Sea view");
      assert.equal(pressed.quoted, (await bot.events().filter((e) => e.event === "sent"))[1].id);
      await person.hears(name, "button room:sea");
      await person.theirs(name, "Which room?").getByRole("button", { name: /^Sea view\s*, chosen$/u }).waitFor();
    });

    test("a row of a list is chosen and its data comes back", async () => {
      await person.says(name, "days");
      await person.theirs(name, "Which day?").getByRole("button", { name: "See the days" }).click();
      const sheet = page.getByRole("dialog", { name: "See the days" });
      await sheet.getByRole("radio", { name: "Tuesday" }).check();
      await sheet.getByRole("button", { name: "Send" }).click();
      const chosen = await bot.got({ event: "list" });
      assert.equal(chosen.data, "day:tue");
      assert.equal(chosen.title, "Tuesday");
      await person.hears(name, "list day:tue");
    });

    test("reactions go both ways", async () => {
      const sheet = await person.options(person.theirs(name, "list day:tue"));
      await sheet.getByRole("button", { name: "Thumbs up" }).click();
      const reacted = await bot.got({ event: "reaction" });
      assert.equal(reacted.emoji, "👍");
      await person.theirs(name, "list day:tue").getByRole("button", { name: "You reacted 👍" }).waitFor();
      await person.says(name, "react");
      await person.mine("react").last().getByText(`${name} reacted`).waitFor({ state: "attached" });
    });

    test("replies quote, both ways", async () => {
      const sheet = await person.options(person.theirs(name, "list day:tue"));
      await sheet.getByRole("button", { name: "Reply" }).click();
      await person.says(name, "about that");
      const reply = await bot.got({ event: "text", text: "about that" });
      assert.match(reply.quoted, /^wamid\./u);
      await person.mine("about that").getByRole("button", { name: /^In reply to/u }).waitFor();
      await person.says(name, "quote me");
      const quoting = person.theirs(name, "quoted").last();
      await quoting.getByRole("button", { name: /In reply to\s*You\s*quote me/u }).waitFor();
      const line = page.getByRole("navigation", { name: "Chats" }).getByRole("link", { name });
      await line.filter({ hasText: "quoted" }).waitFor();
      if (options.picture) await picture(page, options.picture, false);
    });

    test("every delivery was answered by the bot", async () => {
      const list = await until("no delivery to be pending", async () => {
        const all = await deliveries(exchange, bot.account);
        return all.every((d) => d.state === "delivered") && all;
      });
      assert.ok(list.length >= 8, `${list.length} deliveries`);
    });

    test("two taps stop it: nothing reaches it any more", async () => {
      await person.stops(name);
      assert.equal(await person.composer(name).count(), 0);
      const before = (await deliveries(exchange, bot.account)).filter((d) => d.kind === "message").length;
      const refused = await person.api(`/app/chats/${person.chat()}/messages`, { client_id: "after-stop", type: "text", text: { body: "are you there?" } });
      assert.equal(refused.status, 409);
      const now = (await deliveries(exchange, bot.account)).filter((d) => d.kind === "message").length;
      assert.equal(now, before);
      assert.ok(!bot.events().some((e) => e.text === "are you there?"));
      assert.ok(!(await person.stored()).some((m) => m.text?.body === "are you there?"));
    });

    test("the browser had nothing to complain of", () => {
      const expected = (/** @type {string} */ e) => e.includes("409");
      assert.deepEqual(errors.filter((e) => !expected(e)), []);
    });
  });
}
