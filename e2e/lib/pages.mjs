// Every page of the product, and how a person comes to it.

import { Person } from "./person.mjs";

export const THEMES = /** @type {const} */ (["light", "dark"]);
export const WIDTHS = [320, 1100];

/**
 * Addresses of the pages that need no step before them, by the name they get in pictures.
 * @param {{assistant: string, chat: string}} known
 */
export const addresses = ({ assistant, chat }) => ({
  home: "/",
  choose: "/choose",
  consent: `/consent/${assistant}`,
  chats: "/chats",
  chat: `/chats/${chat}`,
  account: "/account",
  providers: "/providers",
  assistants: "/assistants",
  rules: "/rules",
  "not-found": "/no-such-page",
});

/**
 * Fills in the registration form as a provider would and sends it.
 * @param {import("playwright-core").Page} page @param {string} base @param {string} name
 */
export async function registersByForm(page, base, name) {
  await page.goto(`${base}/providers`);
  const field = (/** @type {string} */ key) => page.locator(`[name="${key}"]`);
  const texts = {
    name,
    contact_email: "provider@example.org",
    purpose: "Answers everyday questions",
    details: "Knows nothing special.",
    provider: "Example Labs",
    country: "DE",
    data_location: "Germany",
    retention: "30 days",
    privacy_policy: "https://example.org/privacy",
  };
  for (const [key, value] of Object.entries(texts)) {
    const isSelect = await field(key).evaluate((element) => element.tagName === "SELECT");
    await (isSelect ? field(key).selectOption(value) : field(key).fill(value));
  }
  for (const key of ["trains", "automation"]) {
    const wanted = key === "trains" ? "false" : "ai";
    const choice = page.locator(`input[type="radio"][name="${key}"][value="${wanted}"]`);
    if (await choice.count()) await choice.check();
  }
  await page.locator('form[action="/providers"]').getByRole("button").first().click();
  await page.getByText(/^EAA/u).first().waitFor();
}

/**
 * Signs in to the deliveries page with a token, as a provider would.
 * @param {import("playwright-core").Page} page @param {string} base @param {any} account
 */
export async function opensDeliveries(page, base, account) {
  await page.goto(`${base}/providers/${account.provider_id}/deliveries`);
  const token = page.locator('input[name="access_token"], input[name="token"]').first();
  await token.fill(account.access_token);
  await token.press("Enter");
  await page.getByRole("table").first().waitFor();
}

/**
 * The whole way of a person without JavaScript: sign in, choose, consent, read.
 * @param {import("playwright-core").Page} page @param {string} base @param {string} name
 */
export async function goesWithoutScript(page, base, name) {
  const person = new Person(page, base);
  await person.signIn();
  await person.choose(name);
  await person.agree();
  await page.getByRole("heading", { name, exact: true }).waitFor();
}

