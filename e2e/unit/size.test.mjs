// What is served stays small, keeps to the content policy, and the vendored file is the one described.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { gzipSync } from "node:zlib";

const web = new URL("../../web/", import.meta.url);
const read = (path) => readFileSync(new URL(path, web));
const gzipped = (paths) => paths.reduce((sum, path) => sum + gzipSync(read(path), { level: 6 }).length, 0);

/** Every module a page's entry loads, found by its imports. */
function loaded(entry, found = new Set()) {
  if (found.has(entry)) return found;
  found.add(entry);
  for (const [, path] of read(entry).toString().matchAll(/^import [^;]*?"(\.[^"]+)";/gmu)) {
    loaded(new URL(path, new URL(entry, "file:///")).pathname.slice(1), found);
  }
  return found;
}

test("the messenger's code is at most 52 kB, everything the page loads at most 75 kB", () => {
  const modules = [...loaded("chat.js")];
  assert.ok(modules.includes("vendor/preact.js") && modules.length > 10, "imports were found");
  const own = gzipped(modules.filter((m) => !m.startsWith("vendor/")));
  assert.ok(own <= 52_000, `${own}`);
  const all = gzipped([...new Set([...modules, ...loaded("forms.js"), "app.css", "messenger.css", "favicon.svg", "manifest.webmanifest"])]);
  assert.ok(all <= 75_000, `${all}`);
});

test("what comes only when it is opened is at most 5 kB a piece, and is not loaded before", () => {
  const late = readdirSync(new URL("lib/", web)).filter((f) => f.startsWith("late-"));
  assert.ok(late.length >= 5);
  const early = loaded("chat.js");
  for (const file of late) {
    assert.equal(early.has(`lib/${file}`), false, `${file} is loaded at once`);
    assert.ok(gzipped([`lib/${file}`]) <= 5_000, file);
  }
});

test("a plain page loads at most 13 kB besides its HTML", () => {
  assert.ok(gzipped(["app.css"]) <= 8_000);
  const all = gzipped([...new Set([...loaded("forms.js"), ...loaded("sign-in.js"), "app.css", "favicon.svg", "manifest.webmanifest"])]);
  assert.ok(all <= 13_000, `${all}`);
});

test("no HTML from strings, no inline style attributes, nothing evaluated, nothing from elsewhere", () => {
  const own = [...readdirSync(web), ...readdirSync(new URL("lib/", web)).map((f) => `lib/${f}`)].filter((f) => f.endsWith(".js"));
  for (const path of own) {
    const source = read(path).toString();
    for (const word of ["innerHTML", "outerHTML", "insertAdjacentHTML", "dangerouslySet", "document.write", "eval(", "new Function", 'setAttribute("style"', "style="]) {
      assert.equal(source.includes(word), false, `${path}: ${word}`);
    }
  }
  for (const sheet of ["app.css", "messenger.css"]) assert.equal(/@import|url\(/u.test(read(sheet).toString()), false);
});

test("the vendored file is the one its recipe gives", () => {
  const hash = createHash("sha256").update(read("vendor/preact.js")).digest("hex");
  assert.ok(read("vendor/README.md").toString().includes(hash));
});
