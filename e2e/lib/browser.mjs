// Debian's Chromium, and pages in it whose errors are kept.

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { ROOT } from "./exchange.mjs";
import { DEADLINE_MS } from "./wait.mjs";

const CHROMIUM = process.env.E2E_CHROMIUM ?? "/usr/bin/chromium";
const ARTEFACTS = join(ROOT, "e2e/artefacts");

/** @returns {Promise<import("playwright-core").Browser>} */
export function launch() {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      // A microphone that beeps, and nobody to ask for it.
      "--use-fake-device-for-media-stream",
      "--use-fake-ui-for-media-stream",
    ],
  });
}

/**
 * A page of its own person, in its own cookie jar; `errors` gathers what the console complained of.
 * @param {import("playwright-core").Browser} browser
 * @param {import("playwright-core").BrowserContextOptions} [options]
 */
export async function newPage(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1100, height: 800 }, locale: "en-GB", ...options });
  context.setDefaultTimeout(DEADLINE_MS);
  const page = await context.newPage();
  /** @type {string[]} */
  const errors = [];
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(`${message.text()} (${message.location().url})`);
  });
  page.on("pageerror", (error) => errors.push(String(error)));
  return { context, page, errors };
}

/** Keeps a picture of a page, or of a part of one. @param {import("playwright-core").Page | import("playwright-core").Locator} of @param {string} name @param {boolean} [fullPage] */
export async function picture(of, name, fullPage = true) {
  await mkdir(ARTEFACTS, { recursive: true });
  const path = join(ARTEFACTS, `${name}.png`);
  await ("goto" in of ? of.screenshot({ path, fullPage }) : of.screenshot({ path }));
}
