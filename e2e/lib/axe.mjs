// What machines can see of accessibility: no violation at all, no sideways scroll.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

const SOURCE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"];

/** @param {import("playwright-core").Page} page @param {string} where said when it fails */
export async function isAccessible(page, where) {
  await settled(page);
  await page.evaluate(SOURCE);
  const violations = await page.evaluate(async (tags) => {
    const { axe } = /** @type {any} */ (window);
    const result = await axe.run(document, { runOnly: { type: "tag", values: tags }, resultTypes: ["violations"] });
    return result.violations.map((/** @type {any} */ v) => ({
      rule: v.id,
      help: v.help,
      nodes: v.nodes.map((/** @type {any} */ n) => `${n.target.join(" ")}: ${n.failureSummary}`),
    }));
  }, TAGS);
  assert.deepEqual(violations, [], `${where}: axe-core`);
  const [content, view] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
  assert.ok(content <= view, `${where}: ${content} px wide in ${view} px: it scrolls sideways`);
}

/**
 * The same for a page without scripts, where axe-core cannot run: what it shows is shown again,
 * from the same address and with the same style sheets, in a page that may run axe-core but none
 * of the page's own scripts.
 * @param {import("playwright-core").Browser} browser @param {import("playwright-core").Page} page @param {string} where
 */
export async function isAccessibleAsSent(browser, page, where) {
  const html = await page.content();
  const context = await browser.newContext({ viewport: page.viewportSize() });
  const copy = await context.newPage();
  await copy.route("**/*", (route) => {
    const kind = route.request().resourceType();
    if (kind === "document") return route.fulfill({ body: html, contentType: "text/html; charset=utf-8" });
    return kind === "script" ? route.abort() : route.continue();
  });
  await copy.goto(page.url());
  await isAccessible(copy, where);
  await context.close();
}

/** Until fonts are there and nothing moves or fades. @param {import("playwright-core").Page} page */
async function settled(page) {
  await page.evaluate(async () => {
    await document.fonts.ready;
    await Promise.all(document.getAnimations().map((a) => a.finished.catch(() => null)));
  });
}
