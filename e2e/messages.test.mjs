// Every kind of message that an assistant can send, and every kind that a person can: shown,
// answered, looked at. One picture of each, light and dark; no violation that axe-core can see.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { isAccessible, isAccessibleAsSent } from "./lib/axe.mjs";
import { launch, newPage, picture } from "./lib/browser.mjs";
import { Exchange } from "./lib/exchange.mjs";
import { makeFiles } from "./lib/files.mjs";
import { FILES, PLAIN, TEMPLATES } from "./lib/kinds.mjs";
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
  /** @type {Awaited<ReturnType<typeof makeFiles>>} */ let files;
  const KINDS = [...FILES, ...TEMPLATES, ...PLAIN];
  /** Where each kind stands in the chat. @type {number[]} */ const seqs = [];
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
    files = await makeFiles(page);
    /** @type {Record<string, string>} */
    const ids = {};
    for (const [name, file] of Object.entries(files)) ids[name] = await birch.upload(file.bytes, file.type, file.name);
    for (const { make } of TEMPLATES) {
      const made = await exchange.post(`/v25.0/${birch.account.waba_id}/message_templates`, make, birch.account.access_token);
      assert.equal(made.status, "APPROVED", JSON.stringify(made));
    }
    for (const kind of KINDS) await birch.send(to, kind.send(ids));
    await person.hears(NAME, PLAIN.at(-1)?.sees ?? "");
    for (const message of await person.stored()) if (message.from === "assistant") seqs.push(message.seq);
    assert.equal(seqs.length, KINDS.length);
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
          for (const [i, kind] of KINDS.entries()) {
            const shown = page.locator(`#m${seqs[i]}`);
            await shown.scrollIntoViewIfNeeded();
            if (kind.sees) await shown.getByText(kind.sees).first().waitFor();
            await until(`${kind.name} to be loaded`, () => shown.evaluate((e) => [...e.querySelectorAll("img, video, audio")].every((m) => (m instanceof HTMLImageElement ? m.complete && m.naturalWidth > 0 : /** @type {HTMLMediaElement} */ (m).readyState > 0))));
            const content = await shown.evaluate((e) => [e.scrollWidth, e.clientWidth]);
            assert.ok(content[0] <= content[1] + 1, `${kind.name} is wider than its row: ${content}`);
            if (width > 320) await picture(shown, `message-${kind.name}-${theme}`);
          }
          await isAccessible(page, `messages ${theme} ${width}`);
          // All of them on one picture.
          await page.setViewportSize({ width, height: width > 320 ? 5200 : 6000 });
          await picture(page, `messages-${theme}-${width}`, false);
          assert.deepEqual(errors, []);
          await context.close();
        });
      }
    }

    test("without JavaScript", async () => {
      const { page, context, person } = await opened({ javaScriptEnabled: false });
      for (const kind of KINDS) if (kind.sees) assert.equal(await person.theirs(NAME, kind.sees).count(), 1, kind.name);
      assert.deepEqual(await page.locator(".message :is(img, video, audio)").evaluateAll((all) => all.filter((e) => new URL(/** @type {any} */ (e).src).origin !== location.origin).length), 0);
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

    test("a picture is enlarged, and closed by Escape", async () => {
      await page.getByRole("link", { name: "The sea in the morning" }).click();
      const large = sheet().getByRole("img", { name: "The sea in the morning" });
      await until("the picture", () => large.evaluate((e) => /** @type {HTMLImageElement} */ (e).naturalWidth === 640));
      await isAccessible(page, "picture");
      await picture(page, "picture-open", false);
      await page.keyboard.press("Escape");
      await sheet().waitFor({ state: "detached" });
    });

    test("a voice message is played, and the assistant told once", async () => {
      const voice = page.getByLabel("Voice message");
      await voice.first().evaluate((e) => /** @type {HTMLAudioElement} */ (e).play());
      await until("played", () => birch.statuses.find((s) => s.status === "played"));
      await page.reload();
      await person.alive(NAME);
      const note = (await person.stored()).find((m) => m.voice);
      assert.equal(note.played, true);
    });

    test("a quick reply of a template, by its payload; a code is shown", async () => {
      const asked = row(person, "Your room is ready, Ada");
      await asked.getByRole("button", { name: "Yes" }).click();
      const heard = await hears("the reply", (m) => m.type === "button");
      assert.deepEqual([heard.button, Boolean(heard.context.id)], [{ payload: "COMING", text: "Yes" }, true]);
      await asked.getByRole("button", { name: /^Yes ?, chosen$/u }).waitFor();
      await row(person, "Two nights for one").getByText("SEA2FOR1").waitFor();
      await row(person, "Two nights for one").getByText(/^Until /u).waitFor();
    });

    test("a card of a carousel is taken", async () => {
      await row(person, "Two are still free").getByRole("button", { name: "Take it" }).last().click();
      await hears("the card", (m) => m.interactive?.button_reply?.id === "take-1");
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
    test("a picture with a caption, a document, and what is not carried", async () => {
      const { page, context, errors, person } = await opened();
      const add = () => page.getByRole("button", { name: "Send a file, a place or a contact" }).click();
      const sheet = page.getByRole("dialog");
      const pick = (/** @type {import("./lib/files.mjs").Made} */ f) => ({ name: f.name, mimeType: f.type, buffer: f.bytes });
      await add();
      await sheet.getByLabel("Photo or video").setInputFiles([pick(files.picture), { name: "a.webm", mimeType: "video/webm", buffer: Buffer.from("x") }]);
      await sheet.getByText("a.webm: files of type video/webm are not carried").waitFor();
      await sheet.getByRole("textbox", { name: "Caption" }).fill("From my window");
      await isAccessible(page, "file sheet");
      await picture(page, "compose-file", false);
      await sheet.getByRole("button", { name: "Send", exact: true }).click();
      const heard = await until("the picture", () => birch.messages.find((m) => m.image?.caption === "From my window"));
      assert.equal(heard.image.mime_type, "image/jpeg");
      await person.mine("From my window").getByRole("img").waitFor();
      await add();
      await sheet.getByLabel("Document", { exact: true }).setInputFiles([pick(files.paper)]);
      await sheet.getByRole("button", { name: "Send", exact: true }).click();
      await until("the document", () => birch.messages.find((m) => m.document?.filename === "house-rules.pdf"));
      await person.mine("house-rules.pdf").getByRole("link").waitFor();
      assert.deepEqual(errors, []);
      await context.close();
    });

    test("a picture by the clipboard", async () => {
      const { page, context, person } = await opened();
      await person.composer(NAME).evaluate((box, base64) => {
        const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
        const data = new DataTransfer();
        data.items.add(new File([bytes], "pasted.jpg", { type: "image/jpeg" }));
        box.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
      }, files.picture.bytes.toString("base64"));
      const before = birch.messages.length;
      await page.getByRole("dialog").getByRole("button", { name: "Send", exact: true }).click();
      await until("the pasted picture", () => birch.messages.slice(before).find((m) => m.type === "image"));
      await context.close();
    });

    test("a voice message, recorded", async () => {
      const { page, context } = await opened({ permissions: ["microphone"] });
      const sheet = page.getByRole("dialog");
      await page.getByRole("button", { name: "Send a file, a place or a contact" }).click();
      await sheet.getByRole("button", { name: "Record a voice message" }).click();
      await sheet.getByRole("button", { name: "Record", exact: true }).click();
      await sheet.getByText("0:01").waitFor();
      await sheet.getByRole("button", { name: "Stop" }).click();
      await sheet.getByLabel("Your recording").waitFor();
      await isAccessible(page, "recorded");
      await picture(page, "compose-recorded", false);
      await sheet.getByRole("button", { name: "Send", exact: true }).click();
      const heard = await until("the voice message", () => birch.messages.find((m) => m.audio));
      assert.equal(heard.audio.voice, true);
      assert.match(heard.audio.mime_type, /^audio\/(?:ogg|mp4)/u);
      await context.close();
    });

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

  test("what an assistant offers can be asked, and its commands are found behind a slash", async () => {
    const cedar = others[0];
    const number = cedar.account.phone_number_id;
    const offers = { prompts: ["Which rooms are free?", "Where are you?"], commands: [{ command_name: "book", command_description: "Book a room" }, { command_name: "bye", command_description: "End it" }] };
    await exchange.post(`/v25.0/${number}/conversational_automation`, offers, cedar.account.access_token);
    const { page, context } = await newPage(browser);
    const person = new Person(page, exchange.url);
    await person.meets("Cedar", "Bo");
    const asks = page.getByRole("list", { name: "You could ask" });
    await asks.getByRole("button", { name: "Where are you?" }).waitFor();
    await isAccessible(page, "offers");
    await picture(page, "message-offers");
    await asks.getByRole("button", { name: "Which rooms are free?" }).click();
    await cedar.heard("Which rooms are free?");
    await asks.waitFor({ state: "detached" });
    await page.getByRole("textbox", { name: "Message Cedar" }).fill("/bo");
    await page.getByRole("list", { name: "Commands" }).getByRole("button", { name: "/book" }).click();
    assert.equal(await page.getByRole("textbox", { name: "Message Cedar" }).inputValue(), "/book ");
    await context.close();
  });
});
