// One client's program as a child process, and the verbs that the driver asks of it.

import { Child } from "../../lib/children.mjs";
import { freePort } from "../../lib/ports.mjs";
import { until } from "../../lib/wait.mjs";

/** How long one call of a client may take: clients have retries of their own. */
const CALL_MS = 10_000;
const START_MS = 20_000;

/** The client has no such thing. */
export class NotOffered extends Error {}

export class Program {
  /** @param {Child} child @param {any} account @param {string} webhook */
  constructor(child, account, webhook) {
    this.child = child;
    this.account = account;
    this.webhook = webhook;
    this.n = 0;
    this.version = "";
    /** @type {string[]} */
    this.offers = [];
    this.read = 0;
    /** @type {any[]} */
    this.said = [];
  }

  /**
   * @param {{program: string, args: string[], variable?: string, env?: Record<string, string>}} start `variable`: where the client itself looks for the base URL
   * @param {any} account what the exchange answered to the registration
   * @param {string} base the base URL, the one thing that is not as on WhatsApp
   */
  static async start(start, account, base) {
    const port = await freePort();
    const child = new Child(start.program, start.args, {
      BOT_BASE_URL: base,
      BOT_PORT: String(port),
      BOT_PHONE_NUMBER_ID: account.phone_number_id,
      BOT_WABA_ID: account.waba_id,
      BOT_ACCESS_TOKEN: account.access_token,
      BOT_APP_ID: account.app_id,
      BOT_APP_SECRET: account.app_secret,
      BOT_VERIFY_TOKEN: account.verify_token,
      NO_PROXY: "127.0.0.1,localhost",
      PYTHONUNBUFFERED: "1",
      ...(start.variable ? { [start.variable]: base } : {}),
      ...start.env,
    }, "pipe");
    const program = new Program(child, account, `http://127.0.0.1:${port}/`);
    try {
      const ready = await program.event("to be ready", (e) => e.event === "ready", START_MS);
      program.version = ready.version;
      program.offers = ready.offers;
    } catch (error) {
      await program.stop();
      throw error;
    }
    return program;
  }

  /** All it said so far. @returns {any[]} */
  events() {
    for (; this.read < this.child.lines.length; this.read += 1) {
      const line = this.child.lines[this.read];
      if (line.startsWith("{")) this.said.push(JSON.parse(line));
    }
    return this.said;
  }

  /** @param {string} what @param {(event: any) => boolean} fits @param {number} [ms] @returns {Promise<any>} */
  async event(what, fits, ms = CALL_MS) {
    try {
      return await until(`the client ${what}`, () => {
        const found = this.events().find(fits);
        if (!found && this.child.isOver) throw new Error("it ended");
        return found;
      }, ms);
    } catch (error) {
      throw new Error(`${String(error)}\n${this.child.tail()}`);
    }
  }

  /** What it received that has these members. @param {Record<string, unknown>} wanted @returns {Promise<any>} */
  got(wanted) {
    const fits = (/** @type {any} */ event) => Object.entries(wanted).every(([key, value]) => event[key] === value);
    return this.event(`to get ${JSON.stringify(wanted)}`, fits);
  }

  /** Whether its client has this. @param {string} verb */
  has(verb) {
    return this.offers.includes(verb);
  }

  /** Asks for a verb. @param {string} verb @param {Record<string, unknown>} [given] @returns {Promise<any>} */
  async ask(verb, given = {}) {
    if (!this.has(verb)) throw new NotOffered("");
    this.n += 1;
    const n = this.n;
    this.child.process.stdin?.write(`${JSON.stringify({ n, verb, given })}\n`);
    const answer = await this.event(`to answer ${verb}`, (e) => e.n === n);
    if (answer.not_offered !== undefined) throw new NotOffered(answer.not_offered);
    if (answer.error !== undefined) throw new Error(`${verb}: ${answer.error}`);
    return answer.value;
  }

  stop() {
    return this.child.end();
  }
}
