import assert from "node:assert/strict";
import { test } from "node:test";
import { clip, inline, parse, plain } from "../../web/lib/marks.js";

const p = (...c) => [{ t: "p", c }];
const b = (...c) => ({ t: "b", c });

test("the three marks, and marks in marks", () => {
  assert.deepEqual(parse("a *b* _c_ ~d~ e"), p("a ", b("b"), " ", { t: "i", c: ["c"] }, " ", { t: "s", c: ["d"] }, " e"));
  assert.deepEqual(parse("*a _b_*"), p(b("a ", { t: "i", c: ["b"] })));
  assert.deepEqual(parse("(*a*), “_b_”!"), p("(", b("a"), "), “", { t: "i", c: ["b"] }, "”!"));
});

test("what only looks like a mark stays text", () => {
  for (const text of ["2*3*4", "snake_case_name", "* a*", "*a *", "*a", "a*", "**", "~~", "*a\nb*", "5 * 4 * 3", "_", "``", "* *"]) {
    const got = parse(text);
    assert.equal(JSON.stringify(got).includes('"t":"b"') || JSON.stringify(got).includes('"t":"i"'), false, text);
  }
});

test("code is not looked into", () => {
  assert.deepEqual(parse("`*a*` b"), p({ t: "code", text: "*a*" }, " b"));
  assert.deepEqual(parse("x ```*a* b``` y"), p("x ", { t: "code", text: "*a* b" }, " y"));
  assert.deepEqual(parse("```\nlet a = 1;\n  *b*\n```"), [{ t: "pre", text: "let a = 1;\n  *b*" }]);
  assert.deepEqual(parse("a\n```b```\nc"), [{ t: "p", c: ["a"] }, { t: "pre", text: "b" }, { t: "p", c: ["c"] }]);
  assert.deepEqual(parse("```never closed *a*"), p("```never closed ", b("a")));
});

test("lists", () => {
  assert.deepEqual(parse("* one\n* *two*\n- three"), [{ t: "ul", items: [["one"], [b("two")], ["three"]] }]);
  assert.deepEqual(parse("3. c\n4. d"), [{ t: "ol", start: 3, items: [["c"], ["d"]] }]);
  assert.deepEqual(parse("1. a\n\n2. b").length, 1, "numbers go on over an empty line");
  assert.deepEqual(parse("* a\n\n* b").length, 2);
  assert.deepEqual(parse("intro\n- a\nend").map((x) => x.t), ["p", "ul", "p"]);
  assert.deepEqual(parse("2026. was a year")[0].t, "p", "four digits are no number of a list");
});

test("quotes, with marks and lists inside", () => {
  assert.deepEqual(parse("> a *b*\n> - c\n\nd"), [{ t: "quote", c: [{ t: "p", c: ["a ", b("b")] }, { t: "ul", items: [["c"]] }] }, { t: "p", c: ["d"] }]);
});

test("links: only http and https, without the full stop after them", () => {
  const link = (text) => inline(text).find((n) => typeof n !== "string" && n.t === "link");
  assert.deepEqual(link("see https://a.example/b_c_d?x=*1*, ok"), { t: "link", href: "https://a.example/b_c_d?x=*1", text: "https://a.example/b_c_d?x=*1" });
  assert.equal(link("(https://a.example/x_(y))").text, "https://a.example/x_(y)");
  assert.equal(link("www.a.example.").href, "https://www.a.example/");
  for (const text of ["javascript:alert(1)", "data:text/html,x", "xhttps://a.example", "http://", "http://:80", "HTTP//a.b"]) assert.equal(link(text), undefined, text);
  assert.equal(link("http://127.0.0.1:8080/x").href, "http://127.0.0.1:8080/x");
  assert.deepEqual(inline("*https://a.example/x*"), [b({ t: "link", href: "https://a.example/x", text: "https://a.example/x" })]);
  const opened = link("https://a.example/<script>");
  assert.equal(opened.text, "https://a.example/");
});

test("every character survives: the words alone are the text without marks", () => {
  assert.equal(plain("*a* _b_\n- c\n- d\n> e `f`"), "a b c, d e f");
  const odd = "<b>&amp;</b> \u202Eabc 👩🏽‍🚀 $ {} \\ `";
  assert.equal(plain(odd), odd.trim());
});

test("hostile input takes no more than linear time, roughly", () => {
  const texts = ["*a ".repeat(1365), "_".repeat(4096), "*_~".repeat(1365), "`a".repeat(2048), "> ".repeat(2048), "```".repeat(1365), "https://".repeat(512), `https://a.b/${")".repeat(4000)}`, "*a _b ~c ".repeat(455), "1. ".repeat(1365)];
  for (const text of texts) {
    const start = performance.now();
    parse(text);
    assert.ok(performance.now() - start < 500, text.slice(0, 12));
  }
});

test("long texts are cut between words with marks whole, short ones not at all", () => {
  const long = parse(`*start* ${"word ".repeat(300)}`);
  const short = clip(long, 700);
  const words = short.map((x) => x.c.map((n) => (typeof n === "string" ? n : n.c.join(""))).join("")).join("");
  assert.ok(words.length > 600 && words.length <= 702 && words.endsWith("word…"));
  assert.deepEqual(short[0].c[0], b("start"));
  assert.equal(clip(parse("word ".repeat(150)), 700), null);
  const emoji = clip(parse("😀".repeat(1000)), 701)[0].c[0];
  assert.ok(!/[\uD800-\uDBFF](?![\uDC00-\uDFFF])/u.test(emoji.replaceAll("😀", "")), "no half characters");
});
