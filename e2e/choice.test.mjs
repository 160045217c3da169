// The choice screen steers nobody: random order per showing, nothing ticked, two equal answers.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch, newPage } from "./lib/browser.mjs";
import { Exchange } from "./lib/exchange.mjs";
import { Person } from "./lib/person.mjs";
import { Scripted } from "./lib/scripted.mjs";

const NAMES = ["Alder", "Birch", "Cedar", "Dogwood"];
const SHOWINGS = 800;
/** Chi-square with 9 degrees of freedom passes this once in a million even orders. */
const CHI_SQUARE_MAX = 46;

/** The ids of the assistants as the page lists them. @param {string} html */
const order = (html) => [...html.matchAll(/<input[^>]*name="assistant"[^>]*>/gu)].map(([tag]) => /value="([^"]+)"/u.exec(tag)?.[1] ?? "");

/** How uneven `counts[assistant][position]` is, scaled to (k-1)² degrees of freedom. @param {number[][]} counts */
function unevenness(counts) {
  const k = counts.length;
  const expected = SHOWINGS / k;
  const sum = counts.flat().reduce((total, n) => total + (n - expected) ** 2 / expected, 0);
  return (sum * (k - 1)) / k;
}

test("the measure of unevenness sees a fixed order", () => {
  const fixed = NAMES.map((_, i) => NAMES.map((__, j) => (i === j ? SHOWINGS : 0)));
  assert.ok(unevenness(fixed) > CHI_SQUARE_MAX);
  const even = NAMES.map(() => NAMES.map(() => SHOWINGS / NAMES.length));
  assert.equal(unevenness(even), 0);
});

describe("the choice screen", () => {
  /** @type {Exchange} */ let exchange;
  /** @type {Scripted[]} */ const assistants = [];
  /** @type {string} */ let cookie;

  before(async () => {
    exchange = await Exchange.start();
    for (const name of NAMES) assistants.push(await Scripted.start(exchange, { name }));
    const signedIn = await fetch(`${exchange.url}/sign-in/local`, { method: "POST", redirect: "manual", headers: { Origin: exchange.url } });
    assert.equal(signedIn.status, 303);
    cookie = signedIn.headers.getSetCookie()[0].split(";")[0];
  });
  after(async () => {
    for (const assistant of assistants) await assistant.stop();
    await exchange?.stop();
  });

  /** @param {string} [query] */
  const showing = async (query = "") => {
    const answer = await fetch(`${exchange.url}/choose${query}`, { headers: { Cookie: cookie } });
    assert.equal(answer.status, 200);
    return answer.text();
  };

  test("every assistant stands at every place about equally often", async () => {
    const ids = assistants.map((a) => a.account.phone_number_id);
    const counts = ids.map(() => ids.map(() => 0));
    const numbers = new Set();
    for (let i = 0; i < SHOWINGS; i += 1) {
      const html = await showing();
      const shown = order(html);
      assert.deepEqual([...shown].sort(), [...ids].sort());
      shown.forEach((id, place) => { counts[ids.indexOf(id)][place] += 1; });
      numbers.add(/name="showing"[^>]*value="(\d+)"/u.exec(html)?.[1]);
    }
    assert.equal(numbers.size, SHOWINGS, "every showing has its own number");
    const found = unevenness(counts);
    assert.ok(found < CHI_SQUARE_MAX, `chi-square ${found.toFixed(1)}: ${JSON.stringify(counts)}`);
  });

  test("nothing is ticked, whatever the link says", async () => {
    const favoured = assistants[2].account.phone_number_id;
    for (const query of ["", `?assistant=${favoured}`]) {
      const html = await showing(query);
      for (const [tag] of html.matchAll(/<input[^>]*name="assistant"[^>]*>/gu)) assert.doesNotMatch(tag, /checked/u);
    }
  });

  test("deciding later weighs as much as continuing", async () => {
    const browser = await launch();
    try {
      const { page } = await newPage(browser);
      const person = new Person(page, exchange.url);
      await person.signIn();
      /** @param {string} name */
      const look = (name) => page.getByRole("button", { name }).evaluate((element) => {
        const style = getComputedStyle(element);
        const box = element.getBoundingClientRect();
        const properties = ["color", "backgroundColor", "borderTopColor", "borderTopWidth", "fontSize", "fontWeight", "opacity", "textDecorationLine"];
        return { ...Object.fromEntries(properties.map((p) => [p, /** @type {any} */ (style)[p]])), height: box.height, width: Math.round(box.width) };
      });
      assert.deepEqual(await look("Decide later"), await look("Continue"));
      await page.getByRole("button", { name: "Decide later" }).click();
      await page.waitForURL("**/chats");
      await page.getByText(/no assistant/iu).first().waitFor();
    } finally {
      await browser.close();
    }
  });

  test("continuing with nothing ticked says what to do", async () => {
    const number = /name="showing"[^>]*value="(\d+)"/u.exec(await showing())?.[1];
    const body = new URLSearchParams({ showing: String(number), then: "continue" });
    const answer = await fetch(`${exchange.url}/choose`, { method: "POST", redirect: "manual", headers: { Cookie: cookie, Origin: exchange.url }, body });
    assert.equal(answer.headers.get("Location"), null);
    const html = await answer.text();
    assert.match(html, /error-summary/u);
    assert.equal(order(html).length, NAMES.length);
  });
});
