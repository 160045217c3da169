// The six clients: how each is started, and what it is told of the exchange.

import { join } from "node:path";
import { ROOT } from "../lib/exchange.mjs";

const HERE = join(ROOT, "e2e/clients/programs");
const python = join(ROOT, "target/e2e/venv/bin/python");
const node = (/** @type {string} */ file) => ({ program: process.execPath, args: [join(HERE, file)] });

/**
 * `base`: what is set, for the table. `handshake`: `subscribes` by a call of its own, `answers`
 * when somebody subscribes it, or why neither. `talks`: sends and receives messages.
 * @typedef {{name: string, kind: string, base: string, handshake: "subscribes" | "answers" | {none: string}, talks: boolean, tls?: boolean, start: {program: string, args: string[], variable?: string}}} Client
 */

/** @type {Client[]} */
export const ROSTER = [
  {
    name: "pywa",
    kind: "PyPI",
    base: "`wa.api._session.base_url`",
    handshake: "subscribes",
    talks: true,
    start: { program: python, args: [join(HERE, "pywa_client.py")] },
  },
  {
    name: "@kapso/whatsapp-cloud-api",
    kind: "npm",
    base: "option `baseUrl`",
    handshake: { none: "it has no receiver: it checks and reads what an ordinary server took" },
    talks: true,
    start: node("kapso.mjs"),
  },
  {
    name: "whatsapp-api-js",
    kind: "npm",
    base: "option `ponyfill.fetch`",
    handshake: "answers",
    talks: true,
    start: node("whatsapp-api-js.mjs"),
  },
  {
    name: "whatsapp-business-rs",
    kind: "crate",
    base: "feature `test-mode`, `API_BASE_URL_FOR_TESTING`",
    handshake: "subscribes",
    talks: true,
    start: { program: join(ROOT, "target/e2e/rust-bot/debug/client"), args: [], variable: "API_BASE_URL_FOR_TESTING" },
  },
  {
    name: "whatsapp",
    kind: "npm, Meta's archived SDK",
    base: "`WA_BASE_URL`, a host; TLS on 443",
    handshake: "answers",
    talks: true,
    tls: true,
    start: node("meta_archived.mjs"),
  },
  {
    name: "facebook-business",
    kind: "PyPI",
    base: "`FacebookSession.GRAPH`",
    handshake: { none: "it makes management calls alone" },
    talks: false,
    start: { program: python, args: [join(HERE, "facebook_business_client.py")] },
  },
];
