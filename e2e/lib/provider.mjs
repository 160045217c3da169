// A provider: registers an assistant without asking anyone, looks at its deliveries.

import { until } from "./wait.mjs";

/** What a registration needs, of an assistant that people may trust. */
export const CARD = {
  contact_email: "provider@example.org",
  purpose: "Answers everyday questions",
  details: "Says back what it hears, offers rooms and days.",
  provider: "Example Labs",
  country: "DE",
  data_location: "Germany",
  retention: "30 days",
  trains: false,
  automation: "ai",
  human_contact: "help@example.org",
  privacy_policy: "https://example.org/privacy",
};

/**
 * @param {import('./exchange.mjs').Exchange} exchange
 * @param {Record<string, unknown> & {name: string}} card
 * @returns {Promise<any>} the answer to `POST /providers`
 */
export function register(exchange, card) {
  return exchange.post("/providers", { ...CARD, ...card });
}

/** Newest first. @param {import('./exchange.mjs').Exchange} exchange @param {any} account @returns {Promise<any[]>} */
export async function deliveries(exchange, account) {
  const headers = { Authorization: `Bearer ${account.access_token}` };
  const page = await exchange.json(`/providers/${account.provider_id}/deliveries.json?limit=200`, { headers });
  return page.deliveries;
}

/** Until people can choose it. @param {import('./exchange.mjs').Exchange} exchange @param {string} id */
export function listed(exchange, id, deadlineMs = 30_000) {
  return until("the assistant to be listed", async () => (await exchange.assistants()).find((a) => a.id === id), deadlineMs);
}
