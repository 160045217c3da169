// Third-party clients, unchanged: each through the same list of features.

import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Exchange, ROOT } from "../lib/exchange.mjs";
import { ACCOUNT, TEMPLATES } from "./features/account.mjs";
import { CONVERSATION } from "./features/conversation.mjs";
import { MEDIA } from "./features/media.mjs";
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

/** @typedef {import('./lib/table.mjs').Column} Column */
/** @type {Column[]} */
const columns = ROSTER.map((client) => ({ client, version: "not run", found: new Map() }));

/** The same finding for every feature. @param {Column} column @param {import('./lib/table.mjs').Found} found */
function all(column, found) {
  for (const { key } of FEATURES) column.found.set(key, found);
}

/**
 * One feature of one client, told of in the table and to the test runner.
 * @param {import('node:test').TestContext} t @param {Column} column
 * @param {string} key @param {() => Promise<unknown>} run
 */
async function judge(t, column, key, run) {
  const known = MISSING.some((entry) => entry === key || entry === `${column.client.name}: ${key}`);
  try {
    await run();
  } catch (error) {
    column.found.set(key, { cell: "no", why: "" });
    if (!known) throw error;
    t.todo(String(error).split("\n")[0]);
    return;
  }
  column.found.set(key, { cell: "ok", why: "" });
  assert.ok(!known, `${column.client.name} has ${key} now: take it out of missing.mjs`);
}

/** Every feature that the client offers, in order. @param {import('node:test').TestContext} t @param {Column} column @param {Setting} setting */
async function sweep(t, column, setting) {
  for (const feature of FEATURES) {
    const lack = setting.lacks(feature);
    if (lack === undefined) await t.test(feature.title, (inner) => judge(inner, column, feature.key, () => feature.run(setting)));
    else column.found.set(feature.key, { cell: "–", why: lack });
  }
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
    test(column.client.name, async (t) => {
      if (column.client.tls && noTls) {
        all(column, { cell: "not run", why: noTls });
        t.skip(noTls);
        return;
      }
      all(column, { cell: "no", why: "" });
      const setting = new Setting(exchange, column.client);
      try {
        await setting.begin();
        column.version = setting.program.version;
        await sweep(t, column, setting);
      } finally {
        await setting.end();
      }
    });
  }
});
