// A passkey is made and used again, with Chromium's own virtual authenticator.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch, newPage } from "./lib/browser.mjs";
import { Exchange } from "./lib/exchange.mjs";
import { Person } from "./lib/person.mjs";
import { Scripted } from "./lib/scripted.mjs";

const NAME = "Keyed";

describe("a passkey", () => {
  /** @type {Exchange} */ let exchange;
  /** @type {Scripted} */ let assistant;
  /** @type {import("playwright-core").Browser} */ let browser;
  /** @type {import("playwright-core").BrowserContext} */ let context;
  /** @type {import("playwright-core").Page} */ let page;
  /** @type {string} */ let base;

  before(async () => {
    exchange = await Exchange.start();
    assistant = await Scripted.start(exchange, { name: NAME });
    // Passkeys belong to a name, not to an address of numbers.
    base = exchange.url.replace("127.0.0.1", "localhost");
    browser = await launch();
    ({ context, page } = await newPage(browser));
    const devtools = await context.newCDPSession(page);
    await devtools.send("WebAuthn.enable");
    await devtools.send("WebAuthn.addVirtualAuthenticator", {
      options: {
        protocol: "ctap2",
        transport: "internal",
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
  });
  after(async () => {
    await browser?.close();
    await assistant?.stop();
    await exchange?.stop();
  });

  test("makes a new person, who meets an assistant", async () => {
    const person = new Person(page, base);
    await page.goto(`${base}/`);
    await page.getByRole("button", { name: "Create a passkey" }).click();
    await page.waitForURL("**/choose");
    await person.choose(NAME);
    await person.agree();
    await person.says(NAME, "it is me");
    await assistant.heard("it is me");
  });

  test("brings the same person back on a browser that forgot everything else", async () => {
    await context.clearCookies();
    await page.goto(`${base}/chats`);
    assert.equal(await page.getByText("it is me").count(), 0);
    await page.goto(`${base}/`);
    await page.evaluate(() => localStorage.clear());
    await page.getByRole("button", { name: "Sign in with a passkey" }).click();
    await page.waitForURL("**/chats");
    await page.getByRole("navigation", { name: "Chats" }).getByRole("link", { name: NAME }).click();
    await new Person(page, base).mine("it is me").waitFor();
  });

  test("of somebody else does not open it", async () => {
    const { page: other, context: theirs } = await newPage(browser);
    const devtools = await theirs.newCDPSession(other);
    await devtools.send("WebAuthn.enable");
    await devtools.send("WebAuthn.addVirtualAuthenticator", {
      options: { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
    });
    await other.goto(`${base}/`);
    await other.getByRole("button", { name: "Create a passkey" }).click();
    await other.waitForURL("**/choose");
    await other.goto(`${base}/chats`);
    assert.equal(await other.getByText("it is me").count(), 0);
  });
});
