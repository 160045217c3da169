// Every page of the product, and how one comes to it.

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

/** What a provider types, by the label of the field. */
const ANSWERS = {
  "What it is for": "Answers everyday questions",
  Details: "Knows nothing special.",
  "Who runs it": "Example Labs",
  Country: "DE",
  "Where they are kept": "Germany",
  "For how long": "30 days",
  "Privacy policy": "https://example.org/privacy",
  "Your e-mail address": "provider@example.org",
};

/**
 * Fills in the registration form as a provider would and sends it.
 * @param {import("playwright-core").Page} page @param {string} base @param {string} name
 */
export async function registersByForm(page, base, name) {
  await page.goto(`${base}/providers`);
  await page.getByLabel("Name", { exact: true }).fill(name);
  for (const [label, answer] of Object.entries(ANSWERS)) await page.getByRole("textbox", { name: new RegExp(`^${label}`, "u") }).fill(answer);
  await page.getByRole("radio", { name: "An AI system" }).check();
  await page.getByRole("group", { name: "Are they used for training?" }).getByRole("radio", { name: "No" }).check();
  await page.getByRole("button", { name: "Register" }).click();
  await page.getByRole("heading", { name: `${name} is registered` }).waitFor();
}

/**
 * Opens the deliveries with the token, as a provider would.
 * @param {import("playwright-core").Page} page @param {string} base @param {any} account
 */
export async function opensDeliveries(page, base, account) {
  await page.goto(`${base}/providers/${account.provider_id}/deliveries`);
  await page.getByLabel("Access token").fill(account.access_token);
  await page.getByRole("button", { name: "Show deliveries" }).click();
  await page.getByRole("table").waitFor();
}
