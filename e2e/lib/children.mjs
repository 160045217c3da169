// Child processes: started, read line by line, and ended by their own id.

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { until } from "./wait.mjs";

const KEPT_LINES = 200;
const STOP_MS = 10_000;

/** A running program and the lines it prints. */
export class Child {
  /** @param {string} program @param {string[]} args @param {Record<string, string | undefined>} [env] @param {"ignore" | "pipe"} [input] */
  constructor(program, args, env = {}, input = "ignore") {
    this.name = program.split("/").at(-1) ?? program;
    /** @type {string[]} */
    this.lines = [];
    /** @type {string[]} */
    this.log = [];
    this.process = spawn(program, args, { env: { ...process.env, ...env }, stdio: [input, "pipe", "pipe"] });
    this.exited = new Promise((resolve) => this.process.once("exit", (code, signal) => resolve(signal ?? code)));
    this.process.once("error", (error) => this.log.push(String(error)));
    this.isOver = false;
    void this.exited.then(() => { this.isOver = true; });
    createInterface({ input: this.process.stdout }).on("line", (line) => {
      this.lines.push(line);
      this.keep(line);
    });
    createInterface({ input: this.process.stderr }).on("line", (line) => this.keep(line));
  }

  /** @param {string} line */
  keep(line) {
    this.log.push(line);
    if (this.log.length > KEPT_LINES) this.log.shift();
  }

  /** The last lines it printed, for a failing test's message. */
  tail() {
    return `--- ${this.name} (${this.isOver ? "ended" : "running"}):\n${this.log.slice(-40).join("\n")}`;
  }

  /** The first printed line that `pick` takes. @template T @param {string} what @param {(line: string) => T} pick @param {number} [ms] */
  async line(what, pick, ms) {
    try {
      return await until(what, () => {
        for (const line of this.lines) {
          const found = pick(line);
          if (found) return found;
        }
        if (this.isOver) throw new Error(`${this.name} ended`);
        return undefined;
      }, ms);
    } catch (error) {
      throw new Error(`${String(error)}\n${this.tail()}`);
    }
  }

  /** Ends it and waits for its end. @param {NodeJS.Signals} signal @returns {Promise<unknown>} */
  async end(signal = "SIGTERM") {
    if (this.isOver) return this.exited;
    this.process.kill(signal);
    const late = AbortSignal.timeout(STOP_MS);
    const kill = () => this.process.kill("SIGKILL");
    late.addEventListener("abort", kill);
    const how = await this.exited;
    late.removeEventListener("abort", kill);
    return how;
  }
}
