// Third-party clients, unchanged: each through the same list of features.

import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Exchange, ROOT } from "../lib/exchange.mjs";
import { ACCOUNT, TEMPLATES } from "./features/account.mjs";
import { CONVERSATION } from "./features/conversation.mjs";
import { MEDIA } from "./features/media.mjs";
import { NotOffered } from "./lib/program.mjs";
import { Setting } from "./lib/setting.mjs";
import { page } from "./lib/table.mjs";
import { tls } from "./lib/tls.mjs";
import { MISSING } from "./missing.mjs";
import { ROSTER } from "./roster.mjs";

const GROUPS = [
  { title: "Conversation", features: CONVERSATION },
  { title: "Media", features: MEDIA },
  { title: "Templates", features: TEMPLATES },
  { title: "Numbers, accounts, apps, flows", features: ACCOUNT },
];
const FEATURES = GROUPS.flatMap((group) => group.features);
const PAGE = join(ROOT, "e2e/artefacts/compatibility.md");

/** @type {import('./lib/table.mjs').Column[]} */
const columns = ROSTER.map((client) => ({ client, version: "not run", found: new Map() }));

/**
 * One feature of one client, told of in the table and to the test runner.
 * @param {import('node:test').TestContext} t @param {import('./lib/table.mjs').Column} column
 * @param {string} key @param {() => Promise<unknown>} run
 */
async function judge(t, column, key, run) {
  const known = MISSING.some((entry) => entry === key || entry === `${column.client.name}: ${key}`);
  try {
    await run();
  } catch (error) {
    if (error instanceof NotOffered) {
      column.found.set(key, { cell: "–", why: error.message });
      t.skip(`not offered by this client ${error.message}`.trim());
      return;
    }
    column.found.set(key, { cell: "no", why: "" });
    if (!known) throw error;
    t.todo(String(error).split("\n")[0]);
    return;
  }
  column.found.set(key, { cell: "ok", why: "" });
  assert.ok(!known, `${column.client.name} has ${key} now: take it out of missing.mjs`);
}

describe("third-party clients, unchanged", () => {
  /** @type {Exchange} */ let exchange;
  let noTls = "";
  before(async () => {
    const { args, why } = await tls();
    noTls = why;
    exchange = await Exchange.start({ args });
  });
  after(async () => {
    await exchange?.stop();
    await mkdir(join(ROOT, "e2e/artefacts"), { recursive: true });
    await writeFile(PAGE, page(GROUPS, columns, new Date().toISOString().slice(0, 10)));
  });

  for (const column of columns) {
    describe(column.client.name, () => {
      /** @type {Setting} */ let setting;
      let impossible = "";
      before(async () => {
        setting = new Setting(exchange, column.client);
        impossible = column.client.tls ? noTls : "";
        if (impossible) return;
        await setting.begin();
        column.version = setting.program.version;
      });
      after(() => setting.end());

      for (const feature of FEATURES) {
        test(feature.title, async (t) => {
          if (impossible) {
            column.found.set(feature.key, { cell: "not run", why: impossible });
            t.skip(impossible);
            return;
          }
          await judge(t, column, feature.key, () => setting.tries(feature));
        });
      }
    });
  }
});
