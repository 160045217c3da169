// What a client's program and the driver say to each other: one JSON object a line. The driver
// asks for verbs; the program answers with what its client gave it, and tells what it received.

import { createServer } from "node:http";
import { createInterface } from "node:readline";

/** @param {unknown} what */
export function tell(what) {
  process.stdout.write(`${JSON.stringify(what)}\n`);
}

/** Thrown where the client has the call but cannot do it by its own fault. */
export class NotOffered extends Error {}

/** @param {string} name @returns {string} */
export function setting(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
}

/**
 * Answers the driver's verbs, one at a time, until it closes the pipe.
 * @param {string} version of the client, as it says itself
 * @param {Record<string, (arguments_: any) => Promise<unknown>>} verbs
 */
export async function serve(version, verbs) {
  tell({ event: "ready", version, offers: Object.keys(verbs) });
  for await (const line of createInterface({ input: process.stdin })) {
    const { n, verb, given } = JSON.parse(line);
    try {
      tell({ n, value: (await verbs[verb](given)) ?? {} });
    } catch (error) {
      if (error instanceof NotOffered) tell({ n, not_offered: error.message });
      else tell({ n, error: describe(error) });
    }
  }
  process.exit(0);
}

/** @param {any} error */
function describe(error) {
  const cause = error?.cause ? ` (${error.cause.message ?? error.cause})` : "";
  return `${error?.message ?? error}${cause}`;
}

/**
 * An ordinary HTTP server for a client that reads webhooks but does not listen itself.
 * @param {(query: URLSearchParams) => {status: number, body: string} | Promise<{status: number, body: string}>} handshake
 * @param {(body: Buffer, signature: string | undefined) => Promise<number>} receive
 */
export function listen(handshake, receive) {
  const server = createServer(async (request, response) => {
    if (request.method === "GET") {
      const { status, body } = await handshake(new URL(request.url ?? "/", "http://localhost").searchParams);
      response.writeHead(status, { "Content-Type": "text/plain" }).end(body);
      return;
    }
    const parts = [];
    for await (const part of request) parts.push(part);
    const signature = request.headers["x-hub-signature-256"];
    const status = await receive(Buffer.concat(parts), typeof signature === "string" ? signature : undefined);
    response.writeHead(status).end();
  });
  return new Promise((resolve) => {
    server.listen(Number(setting("BOT_PORT")), "127.0.0.1", () => resolve(server));
  });
}

/** The usual answer to a handshake. @param {URLSearchParams} query */
export function answered(query) {
  const known = query.get("hub.verify_token") === setting("BOT_VERIFY_TOKEN") && query.get("hub.mode") === "subscribe";
  return known ? { status: 200, body: query.get("hub.challenge") ?? "" } : { status: 403, body: "" };
}
