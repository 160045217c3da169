// The exchange under test: the released binary, with its own data, on its own port.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Child } from "./children.mjs";

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));
export const BINARY = process.env.E2E_BINARY ?? join(ROOT, "target/release/strowger");
const START_MS = 30_000;

/** Settings of whoever runs the tests are not settings of the test. */
const unset = () => Object.fromEntries(Object.keys(process.env).filter((key) => key.startsWith("STROWGER_")).map((key) => [key, undefined]));

export class Exchange {
  /** @param {{samples?: boolean, env?: Record<string, string>, args?: string[]}} options */
  constructor({ samples = false, env = {}, args = [] }) {
    this.samples = samples;
    this.env = env;
    this.args = args;
    this.folder = "";
    this.url = "";
    /** @type {Child | null} */
    this.child = null;
  }

  /** Starts one with empty data. @param {{samples?: boolean, env?: Record<string, string>, args?: string[]}} [options] */
  static async start(options = {}) {
    const exchange = new Exchange(options);
    exchange.folder = await mkdtemp(join(tmpdir(), "strowger-e2e-"));
    await exchange.run();
    return exchange;
  }

  /** Runs the binary on the data; again on the port it had before. */
  async run() {
    const listen = this.url ? new URL(this.url).host : "127.0.0.1:0";
    const args = ["serve", "--data", join(this.folder, "data"), "--listen", listen, ...this.args];
    if (!this.samples) args.push("--no-samples");
    this.child = new Child(BINARY, args, { ...unset(), ...this.env });
    const ready = (/** @type {string} */ line) => /Open (http:\/\/127\.0\.0\.1:\d+)\/?/u.exec(line)?.[1];
    try {
      this.url = /** @type {string} */ (await this.child.line("the exchange to be ready", ready, START_MS));
    } catch (error) {
      await this.child.end("SIGKILL");
      throw error;
    }
  }

  /** Pulls the plug: nothing is flushed, nobody is told. */
  async crash() {
    await this.child?.end("SIGKILL");
  }

  /** Ends it as an operator would, and takes its data away. @returns {Promise<unknown>} how it ended */
  async stop() {
    const how = await this.child?.end("SIGTERM");
    await rm(this.folder, { recursive: true, force: true });
    return how;
  }

  /** @param {string} path @param {RequestInit} [init] */
  async json(path, init = {}) {
    const answer = await fetch(this.url + path, { ...init, headers: { Accept: "application/json", ...init.headers } });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${init.method ?? "GET"} ${path}: ${answer.status} ${text}`);
    return JSON.parse(text);
  }

  /** @param {string} path @param {unknown} body @param {string} [token] */
  post(path, body, token) {
    const headers = { "Content-Type": "application/json", ...(token ? { Authorization: `Bearer ${token}` } : {}) };
    return this.json(path, { method: "POST", headers, body: JSON.stringify(body) });
  }

  /** What people can choose. @returns {Promise<any[]>} */
  async assistants() {
    return (await this.json("/assistants.json")).assistants;
  }
}
