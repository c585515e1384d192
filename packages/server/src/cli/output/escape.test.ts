import assert from "node:assert/strict";
import process from "node:process";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { safeJson, visible } from "./escape.ts";

const RUNS = process.env["HANDSTAMP_LONG"] ? 100_000 : 300;
const STEERING = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]|(?! )\p{Zs}|\p{M}{3}/u;
const anyText = fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: "grapheme" }));

describe("visible", () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ["plain text", "lesson-12 für Zoë", "lesson-12 für Zoë"],
    ["an escape sequence", "\u001B[31mred", "\\u{1b}[31mred"],
    ["the 8-bit form of one", "\u009B2J", "\\u{9b}2J"],
    ["a line feed and a carriage return", "a\r\nb", "a\\u{d}\\u{a}b"],
    ["a bidirectional override", "user\u202Exet", "user\\u{202e}xet"],
    ["a zero-width joiner", "al\u200Dice", "al\\u{200d}ice"],
    ["a no-break space", "a\u00A0b", "a\\u{a0}b"],
    ["a lone surrogate", "\uD800", "\\u{d800}"],
    ["a tag character", "\u{E0041}", "\\u{e0041}"],
    ["piled marks", "a\u0301\u0301\u0301", "a\u0301\u0301\\u{301}"],
    ["the escape itself, spelt out", "\\u{202e}", "\\\\u{202e}"],
    ["emoji and Chinese", "张三 🎉", "张三 🎉"],
  ];
  for (const [name, text, shown] of cases)
    it(`shows ${name}`, () => assert.equal(visible(text), shown));

  it("leaves nothing that steers a terminal", () => {
    fc.assert(
      fc.property(anyText, (text) => !STEERING.test(visible(text))),
      { numRuns: RUNS },
    );
  });

  it("shows two different texts differently", () => {
    fc.assert(
      fc.property(anyText, anyText, (a, b) => a === b || visible(a) !== visible(b)),
      { numRuns: RUNS },
    );
  });
});

describe("safeJson", () => {
  it("means the same as JSON and leaves nothing that steers a terminal", () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: "binary" }), (value) => {
        const json = safeJson(value, 2);
        assert.deepEqual(JSON.parse(json), JSON.parse(JSON.stringify(value)));
        assert.ok(!STEERING.test(json.replaceAll("\n", "")));
      }),
      { numRuns: RUNS },
    );
  });
});
