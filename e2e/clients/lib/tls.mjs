// The exchange's own TLS on port 443 of a loopback address, for a client that knows nothing else.

import { createServer } from "node:net";
import { join } from "node:path";

/** Not 127.0.0.1, which may have a server of its own. */
const HOST = "127.0.0.2";
const PORT = 443;

/** Why the port cannot be had here; nothing if it can. @returns {Promise<string>} */
function refusal() {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", (error) => resolve(`port ${PORT} of ${HOST} cannot be had (${/** @type {any} */ (error).code})`));
    probe.listen(PORT, HOST, () => probe.close(() => resolve("")));
  });
}

/** What the exchange is started with. @returns {Promise<{args: string[], why: string}>} */
export async function tls() {
  const why = await refusal();
  return { args: why ? [] : ["--tls-listen", `${HOST}:${PORT}`, "--tls-local", HOST], why };
}

/** What the client is told: a host, and whom to trust. @param {import('../../lib/exchange.mjs').Exchange} exchange */
export function told(exchange) {
  return { WA_BASE_URL: HOST, NODE_EXTRA_CA_CERTS: join(exchange.folder, "data/strowger-local-ca.pem") };
}
