// Third-party bots as child processes. They know the Cloud API and a base URL.

import { join } from "node:path";
import { Child } from "./children.mjs";
import { ROOT } from "./exchange.mjs";
import { freePort } from "./ports.mjs";
import { listed, register } from "./provider.mjs";

/** How each bot is started, and how it learns the base URL. */
export const BOTS = {
  pywa: { program: join(ROOT, "target/e2e/venv/bin/python"), args: [join(ROOT, "e2e/bots/pywa_echo.py")], base: "BOT_BASE_URL" },
  rust: { program: join(ROOT, "target/e2e/rust-bot/debug/rust-bot"), args: [], base: "API_BASE_URL_FOR_TESTING" },
};

export class Bot {
  /** @param {Child} child @param {any} account @param {string} name */
  constructor(child, account, name) {
    this.child = child;
    this.account = account;
    this.name = name;
  }

  /**
   * Registers it; it subscribes its own webhook, as it would on WhatsApp.
   * @param {import('./exchange.mjs').Exchange} exchange @param {keyof typeof BOTS} kind @param {string} name
   */
  static async start(exchange, kind, name) {
    const account = await register(exchange, { name });
    const { program, args, base } = BOTS[kind];
    const child = new Child(program, args, {
      [base]: exchange.url,
      BOT_PORT: String(await freePort()),
      BOT_PHONE_NUMBER_ID: account.phone_number_id,
      BOT_ACCESS_TOKEN: account.access_token,
      BOT_APP_ID: account.app_id,
      BOT_APP_SECRET: account.app_secret,
      BOT_VERIFY_TOKEN: account.verify_token,
      NO_PROXY: "127.0.0.1,localhost",
      PYTHONUNBUFFERED: "1",
    });
    const bot = new Bot(child, account, name);
    try {
      await listed(exchange, account.phone_number_id);
    } catch (error) {
      await bot.stop();
      throw new Error(`${String(error)}\n${child.tail()}\n${exchange.child?.tail()}`);
    }
    return bot;
  }

  /** All that it said it received or sent. @returns {any[]} */
  events() {
    return this.child.lines.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line));
  }

  /** The event that has these members. @param {Record<string, unknown>} wanted @returns {Promise<any>} */
  got(wanted) {
    const fits = (/** @type {any} */ event) => Object.entries(wanted).every(([key, value]) => event[key] === value);
    const pick = (/** @type {string} */ line) => {
      const event = line.startsWith("{") ? JSON.parse(line) : {};
      return fits(event) ? event : undefined;
    };
    return this.child.line(`the bot to get ${JSON.stringify(wanted)}`, pick);
  }

  stop() {
    return this.child.end();
  }
}
