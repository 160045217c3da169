// A person in the browser: does what a person does, finds things by what a person sees or hears.

import assert from "node:assert/strict";
import { until } from "./wait.mjs";

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {import("playwright-core").Locator} Locator */

export class Person {
  /** @param {Page} page @param {string} base */
  constructor(page, base) {
    this.page = page;
    this.base = base;
  }

  /** One tap on the first page. */
  async signIn() {
    await this.page.goto(`${this.base}/`);
    await this.page.getByRole("button", { name: "Start on this machine" }).click();
    await this.page.waitForURL("**/choose");
  }

  /** Ticks an assistant and continues to its consent. @param {string} name */
  async choose(name) {
    await this.page.getByRole("checkbox", { name }).check();
    await this.page.getByRole("button", { name: "Continue" }).click();
    await this.page.waitForURL("**/consent/**");
  }

  /** Agrees to the notice shown. @param {string} [displayName] */
  async agree(displayName) {
    if (displayName) await this.page.getByRole("textbox", { name: "What it may call you" }).fill(displayName);
    const shown = this.page.url();
    await this.page.getByRole("button", { name: "Agree", exact: true }).click();
    await this.page.waitForURL((url) => url.href !== shown && /^\/(chats|consent)\//u.test(url.pathname));
  }

  /** From nothing to an open chat. @param {string} name @param {string} [displayName] */
  async meets(name, displayName) {
    await this.signIn();
    await this.choose(name);
    await this.agree(displayName);
    await this.alive(name);
  }

  /** Until the page's own script has drawn the open chat. @param {string} name */
  async alive(name) {
    await this.page.getByRole("button", { name: `About ${name}` }).waitFor();
  }

  /** @param {string} name @returns {Locator} */
  composer(name) {
    return this.page.getByRole("textbox", { name: `Message ${name}` });
  }

  /** The list of messages. @returns {Locator} */
  messages() {
    return this.page.getByRole("list", { name: "Messages" });
  }

  /** Rows whose words hold the text; `who` as it is heard: "You:" or "Name, AI assistant:". @param {string | RegExp} who @param {string} text */
  rows(who, text) {
    return this.messages().getByRole("listitem").filter({ hasText: who }).filter({ hasText: text });
  }

  /** @param {string} text */
  mine(text) {
    return this.rows("You:", text);
  }

  /** @param {string} name @param {string} text */
  theirs(name, text) {
    const escaped = name.replace(/[.*+?^${}()|[\]\\]/gu, "\\$&");
    return this.rows(new RegExp(`${escaped}, (AI|automated) assistant:`, "u"), text);
  }

  /** Writes and sends with Enter. @param {string} name @param {string} text */
  async says(name, text) {
    await this.composer(name).fill(text);
    await this.composer(name).press("Enter");
    await this.mine(text).last().waitFor();
  }

  /** The same without a script: the page comes anew. @param {string} name @param {string} text */
  async posts(name, text) {
    await this.composer(name).fill(text);
    await this.page.getByRole("button", { name: "Send" }).click();
    await this.mine(text).last().waitFor();
  }

  /** Waits for words of the assistant. @param {string} name @param {string} text */
  async hears(name, text) {
    await this.theirs(name, text).last().waitFor();
  }

  /** Waits until a message of mine has this tick, said as a word; what is read was delivered. @param {string} text @param {"Sent" | "Delivered" | "Read" | "Waiting"} word */
  async sees(text, word) {
    await this.mine(text).last().getByText(word === "Delivered" ? /^(Delivered|Read)$/u : word, { exact: true }).waitFor({ state: "attached" });
  }

  /** Opens the options of a row. @param {Locator} row @returns {Promise<Locator>} the sheet */
  async options(row) {
    await row.hover();
    await row.getByRole("button", { name: /^Options for/u }).click();
    return this.page.getByRole("dialog");
  }

  /** Two taps. @param {string} name */
  async stops(name) {
    await this.page.getByRole("button", { name: "Stop", exact: true }).click();
    await this.page.getByRole("dialog").getByRole("button", { name: `Stop ${name}` }).click();
    await this.page.getByText("Nothing you write reaches it").waitFor();
  }

  /** Every text of the list in order, without the notices. @returns {Promise<string[]>} */
  texts() {
    return this.messages().locator(".message .text").allInnerTexts();
  }

  /** The chat's id, from the address. */
  chat() {
    return new URL(this.page.url()).pathname.split("/")[2];
  }

  /** A call of the page's own API, with the person's cookie. @param {string} path @param {unknown} [body] */
  api(path, body) {
    return this.page.evaluate(async ([to, what]) => {
      const init = what === undefined ? {} : { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(what) };
      const answer = await fetch(String(to), init);
      return { status: answer.status, body: await answer.json().catch(() => null) };
    }, [path, body]);
  }

  /** All messages of the open chat as the exchange has them; they are dense. @returns {Promise<any[]>} */
  async stored() {
    const { status, body } = await this.api(`/app/chats/${this.chat()}/messages?limit=50`);
    assert.equal(status, 200);
    const seqs = body.messages.map((/** @type {any} */ m) => m.seq);
    assert.deepEqual(seqs, seqs.map((/** @type {number} */ _, /** @type {number} */ i) => seqs[0] + i), "a hole in seq");
    return body.messages;
  }

  /** Waits until the exchange has a message that fits. @param {string} what @param {(message: any) => boolean} fits @returns {Promise<any>} */
  has(what, fits) {
    return until(what, async () => (await this.stored()).find(fits));
  }
}
