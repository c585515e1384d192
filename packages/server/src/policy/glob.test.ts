import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { type Glob, MAX_TEXT, matchesGlob } from "./glob.ts";

const RUNS = process.env["HANDSTAMP_LONG"] ? 100_000 : 2_000;
const globOf = (source: string) => source.split("*") as unknown as Glob;

describe("a glob", () => {
  const cases: readonly [string, string, boolean][] = [
    ["lesson-12", "lesson-12", true],
    ["lesson-12", "lesson-123", false],
    ["lesson-*", "lesson-", true],
    ["lesson-*", "lesson-12-b/c", true],
    ["lesson-*", "Lesson-12", false],
    ["*", "", true],
    ["*-end", "a-end-end", true],
    ["a*a", "a", false],
    ["a*b*c", "a-b-b-c", true],
    ["a*bc*c", "abc", false],
    ["ab*ba", "aba", false],
    ["?", "x", false],
    ["[a-z]", "b", false],
    ["a.b", "axb", false],
    ["**", "anything", true],
  ];
  for (const [glob, text, expected] of cases)
    test(`${glob} ${expected ? "matches" : "does not match"} ${JSON.stringify(text)}`, () => {
      assert.equal(matchesGlob(globOf(glob), text), expected);
    });

  test("agrees with a table-filling matcher on any input", () => {
    const over = (letters: string) =>
      fc.string({ unit: fc.constantFrom(...letters.split("")), maxLength: 24 });
    fc.assert(
      fc.property(over("ab*"), over("ab"), (glob, text) => {
        assert.equal(matchesGlob(globOf(glob), text), byTable(glob, text));
      }),
      { numRuns: RUNS },
    );
  });

  test("takes linear time on patterns that make a backtracking matcher hang", () => {
    const text = "a".repeat(MAX_TEXT - 1);
    const hostile = [
      globOf("a*".repeat(400) + "b"),
      globOf(`*${"a".repeat(400)}b*${"a".repeat(400)}*`),
      globOf(`${"*a".repeat(400)}*b*`),
    ];
    const start = performance.now();
    for (let i = 0; i < 1000; i++)
      for (const glob of hostile) assert.equal(matchesGlob(glob, text), false);
    // 3,000 matches; measured at 20 ms. A matcher that backtracks does not come back.
    assert.ok(performance.now() - start < 2000);
  });

  test("a text beyond any name is not looked at", () => {
    assert.equal(matchesGlob(globOf("a*"), "a".repeat(MAX_TEXT)), true);
    assert.equal(matchesGlob(globOf("a*"), "a".repeat(MAX_TEXT + 1)), false);
  });
});

/** The textbook's dynamic programme: slow, and plainly right. */
function byTable(glob: string, text: string): boolean {
  let row = Array.from({ length: text.length + 1 }, (_, i) => i === 0);
  for (const char of glob) {
    const next = [char === "*" && row.at(0) === true];
    for (let i = 1; i <= text.length; i++)
      next.push(
        char === "*"
          ? row.at(i) === true || next.at(i - 1) === true
          : row.at(i - 1) === true && text[i - 1] === char,
      );
    row = next;
  }
  return row.at(text.length) === true;
}
