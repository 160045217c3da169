// Every kind of message that an assistant can send, and every kind that a person can: shown,
// answered, looked at. One picture of each, light and dark; no violation that axe-core can see.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { isAccessible, isAccessibleAsSent } from "./lib/axe.mjs";
import { launch, newPage, picture } from "./lib/browser.mjs";
import { Exchange } from "./lib/exchange.mjs";
import { PLAIN } from "./lib/kinds.mjs";
import { THEMES, WIDTHS } from "./lib/pages.mjs";
import { Person } from "./lib/person.mjs";
import { Scripted } from "./lib/scripted.mjs";
import { until } from "./lib/wait.mjs";

const NAME = "Birch";

describe("messages of every kind", () => {
  /** @type {Exchange} */ let exchange;
  /** @type {Scripted} */ let birch;
  /** @type {import("playwright-core").Browser} */ let browser;
  /** @type {any} */ let signedIn;
  let to = "";
  let address = "";

  before(async () => {
    exchange = await Exchange.start();
    birch = await Scripted.start(exchange, { name: NAME });
    await Scripted.start(exchange, { name: "Cedar" }).then((it) => { others.push(it); });
    browser = await launch();
    const { page, context } = await newPage(browser);
    const person = new Person(page, exchange.url);
    await person.meets(NAME, "Ada");
    await person.says(NAME, "Show me everything");
    to = (await birch.heard("Show me everything")).from;
    for (const kind of PLAIN) await birch.send(to, kind.send({}));
    await person.hears(NAME, PLAIN.at(-1)?.sees ?? "");
    address = page.url();
    signedIn = await context.storageState();
  });
  /** @type {Scripted[]} */
  const others = [];
  after(async () => {
    await browser?.close();
    await birch?.stop();
    for (const other of others) await other.stop();
    await exchange?.stop();
  });

  /** A page of the same person with the chat open. @param {import("playwright-core").BrowserContextOptions} [look] */
  async function opened(look = {}) {
    const { page, context, errors } = await newPage(browser, { ...look, storageState: signedIn });
    await page.goto(address);
    const person = new Person(page, exchange.url);
    if (look.javaScriptEnabled !== false) await person.alive(NAME);
    return { page, context, errors, person };
  }

  /** The newest row that says this. @param {Person} person @param {string} words */
  const row = (person, words) => person.theirs(NAME, words).last();

  describe("shown", () => {
    for (const theme of THEMES) {
      for (const width of WIDTHS) {
        test(`${theme}, ${width} px`, async () => {
          const { page, context, errors, person } = await opened({ colorScheme: theme, viewport: { width, height: 900 } });
          for (const kind of PLAIN) {
            const shown = row(person, kind.sees);
            await shown.scrollIntoViewIfNeeded();
            const content = await shown.evaluate((e) => [e.scrollWidth, e.clientWidth]);
            assert.ok(content[0] <= content[1] + 1, `${kind.name} is wider than its row: ${content}`);
            if (width > 320) await picture(shown, `message-${kind.name}-${theme}`);
          }
          await isAccessible(page, `messages ${theme} ${width}`);
          // All of them on one picture.
          await page.setViewportSize({ width, height: width > 320 ? 2300 : 2900 });
          await picture(page, `messages-${theme}-${width}`, false);
          assert.deepEqual(errors, []);
          await context.close();
        });
      }
    }

    test("without JavaScript", async () => {
      const { page, context, person } = await opened({ javaScriptEnabled: false });
      for (const kind of PLAIN) assert.equal(await person.theirs(NAME, kind.sees).count(), 1, kind.name);
      for (const summary of await page.locator("details.answer > summary").all()) await summary.click();
      await isAccessibleAsSent(browser, page, "messages without script");
      await picture(page, "messages-no-script", true);
      await context.close();
    });
  });

  describe("answered", () => {
    /** @type {import("playwright-core").Page} */ let page;
    /** @type {Person} */ let person;
    /** @type {string[]} */ let errors;
    before(async () => {
      ({ page, person, errors } = await opened({ permissions: ["geolocation"], geolocation: { latitude: 50.8467, longitude: 4.3525 } }));
    });
    const sheet = () => page.getByRole("dialog");
    /** Waits for what the assistant is told. @param {string} what @param {(m: any) => any} fits */
    const hears = (what, fits) => until(what, () => birch.messages.find(fits));

    test("a place, from where the browser is", async () => {
      await row(person, "Where shall we fetch you?").getByRole("button", { name: "Send a location" }).click();
      await sheet().getByRole("button", { name: "Send location" }).click();
      await sheet().getByText("A number from −90 to 90.").waitFor();
      await sheet().getByRole("button", { name: "Use where I am" }).click();
      await sheet().getByText("Nothing is sent yet").waitFor();
      await sheet().getByRole("textbox", { name: "Name of the place" }).fill("Town hall");
      await sheet().getByRole("button", { name: "Send location" }).click();
      const heard = await hears("the place", (m) => m.type === "location");
      assert.deepEqual([heard.location.latitude, heard.location.longitude, heard.location.name], [50.8467, 4.3525, "Town hall"]);
      assert.ok(heard.context.id);
      await person.mine("Town hall").waitFor();
      await row(person, "Where shall we fetch you?").getByRole("button", { name: /^Sent ?, chosen$/u }).waitFor();
    });

    test("a contact card, typed", async () => {
      await row(person, "Whom may we ask for?").getByRole("button", { name: "Share a contact card" }).click();
      await sheet().getByRole("textbox", { name: "Name" }).fill("Ada King Lovelace");
      await sheet().getByRole("textbox", { name: "Phone number" }).fill("+32 2 555 01 00");
      await sheet().getByRole("button", { name: "Send contact" }).click();
      const heard = await hears("the card", (m) => m.type === "contacts");
      assert.equal(heard.origin, "contact_request");
      assert.deepEqual(heard.contacts[0].name, { first_name: "Ada", formatted_name: "Ada King Lovelace", last_name: "King Lovelace" });
    });

    test("whether it may call, and the answer stays marked", async () => {
      const asked = row(person, "May we call you about it?");
      await asked.getByRole("button", { name: "Allow for 7 days" }).click();
      const heard = await hears("the permission", (m) => m.interactive?.type === "call_permission_reply");
      assert.equal(heard.interactive.call_permission_reply.response, "accept");
      await asked.getByRole("button", { name: /^Allow for 7 days ?, chosen$/u }).waitFor();
      assert.equal(await asked.getByRole("button", { name: "Do not allow" }).getAttribute("aria-disabled"), "true");
    });

    test("an address, by one that was offered", async () => {
      await row(person, "Where shall it go?").getByRole("button", { name: "Fill in the address" }).click();
      await sheet().getByRole("button", { name: "Send address" }).click();
      assert.ok(await sheet().getByText("Fill this in.").count() >= 2);
      await sheet().getByRole("radio", { name: /Orchard Road/u }).check();
      await sheet().getByRole("button", { name: "Send address" }).click();
      const heard = await hears("the address", (m) => m.interactive?.nfm_reply?.name === "address_message");
      assert.equal(JSON.parse(heard.interactive.nfm_reply.response_json).saved_address_id, "home");
    });

    test("a link says where it leads and tells that place nothing", async () => {
      const link = row(person, "The rooms are on our page").getByRole("link", { name: /See the rooms/u });
      assert.match(await link.innerText(), /rooms\.example/u);
      assert.deepEqual([await link.getAttribute("href"), await link.getAttribute("rel"), await link.getAttribute("target")], ["https://rooms.example/list?x=1", "noopener noreferrer", "_blank"]);
    });

    test("a contact can be saved as a vCard", async () => {
      const coming = page.waitForEvent("download");
      await row(person, "Ada Lovelace").getByRole("link", { name: /^Save contact/u }).click();
      assert.equal((await coming).suggestedFilename(), "Ada Lovelace.vcf");
    });

    test("an emoji, by the keyboard alone", async () => {
      await person.composer(NAME).fill("Good morning ");
      await page.getByRole("button", { name: "Emoji" }).click();
      const grid = sheet().getByRole("group", { name: "Faces" });
      await grid.getByRole("button").first().focus();
      await page.keyboard.press("ArrowRight");
      await page.keyboard.press("Enter");
      await until("the emoji to be typed", async () => /^Good morning \p{Emoji}/u.test(await person.composer(NAME).inputValue()));
      await person.composer(NAME).press("Enter");
      await hears("the emoji", (m) => /^Good morning \p{Emoji}/u.test(m.text?.body ?? ""));
    });

    test("forwarded to another assistant, which learns that and nothing more", async () => {
      const second = await newPage(browser, { storageState: signedIn });
      const other = new Person(second.page, exchange.url);
      await second.page.goto(`${exchange.url}/choose`);
      await other.choose("Cedar");
      await other.agree();
      await second.context.close();
      await page.reload();
      await person.alive(NAME);
      const dialog = await person.options(row(person, "Grand Place"));
      await dialog.getByRole("button", { name: "Forward" }).click();
      await sheet().getByRole("radio", { name: /Cedar/u }).check();
      await sheet().getByRole("button", { name: "Forward", exact: true }).click();
      const heard = await until("Cedar to get it", () => others[0].messages.find((m) => m.type === "location"));
      assert.deepEqual([heard.context, heard.location.name], [{ forwarded: true }, "Grand Place"]);
      await page.getByText("Forwarded", { exact: true }).waitFor();
      await page.goto(address);
      await person.alive(NAME);
    });

    test("promotional messages are stopped", async () => {
      await page.getByRole("button", { name: `About ${NAME}` }).click();
      await sheet().getByRole("button", { name: "Stop them" }).click();
      await sheet().getByRole("button", { name: "Allow them" }).waitFor();
      await page.keyboard.press("Escape");
    });

    test("nothing to complain of", async () => {
      await isAccessible(page, "answered");
      assert.deepEqual(errors, []);
    });
  });

  describe("composed", () => {
    for (const theme of THEMES) {
      for (const width of WIDTHS) {
        test(`the sheets, ${theme}, ${width} px`, async () => {
          const { page, context, errors, person } = await opened({ colorScheme: theme, viewport: { width, height: 800 } });
          const add = () => page.getByRole("button", { name: "Send a file, a place or a contact" }).click();
          const item = (/** @type {string} */ name) => async () => {
            await add();
            await page.getByRole("dialog").getByRole("button", { name }).click();
          };
          /** @type {Array<[string, () => Promise<unknown>, string]>} */
          const sheets = [
            ["attach", add, "Send"],
            ["place", item("Location"), "Send a location"],
            ["contact", item("Contact"), "Send a contact"],
            ["emoji", item("Emoji"), "Emoji"],
            ["voice", item("Record a voice message"), "Voice message"],
            ["address", () => page.getByRole("button", { name: "Fill in the address" }).last().click(), "Address"],
            ["forward", async () => { await (await person.options(row(person, "Grand Place"))).getByRole("button", { name: "Forward" }).click(); }, "Forward to"],
          ];
          await birch.send(to, PLAIN.at(-1)?.send({}) ?? {});
          await page.getByRole("button", { name: "Fill in the address" }).last().waitFor();
          for (const [name, open, title] of sheets) {
            await open();
            await page.getByRole("dialog", { name: title, exact: true }).waitFor();
            await isAccessible(page, `sheet ${name}`);
            await picture(page, `compose-${name}-${theme}-${width}`, false);
            await page.keyboard.press("Escape");
            await page.getByRole("dialog").waitFor({ state: "detached" });
          }
          assert.deepEqual(errors, []);
          await context.close();
        });
      }
    }
  });
});
