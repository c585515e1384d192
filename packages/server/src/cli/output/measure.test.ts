import assert from "node:assert/strict";
import process from "node:process";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { padded, shortened, width, wrapped } from "./measure.ts";

const RUNS = process.env["HANDSTAMP_LONG"] ? 100_000 : 300;

describe("width", () => {
  const cases = [
    ["alice", 5],
    ["张三", 4],
    ["🎉", 2],
    ["e\u0301", 1],
    ["\u001B[31mred\u001B[39m", 3],
  ] as const;
  for (const [text, columns] of cases)
    it(`of ${JSON.stringify(text)} is ${columns}`, () => assert.equal(width(text), columns));
});

describe("wrapped", () => {
  it("breaks between words", () =>
    assert.deepEqual(wrapped("one two three", 8), ["one two", "three"]));
  it("breaks inside a word that is longer than a line", () =>
    assert.deepEqual(wrapped("a 0123456789", 4), ["a", "0123", "4567", "89"]));

  it("loses no character and keeps to the width", () => {
    const texts = fc.string({ unit: fc.constantFrom("a", "b", "-", " ", "张") });
    fc.assert(
      fc.property(texts, fc.integer({ min: 2, max: 30 }), (text, columns) => {
        const lines = wrapped(text, columns);
        for (const line of lines) assert.ok(width(line) <= columns, line);
        assert.equal(lines.join("").replaceAll(" ", ""), text.replaceAll(" ", ""));
      }),
      { numRuns: RUNS },
    );
  });
});

it("padded fills up to the width of wide characters", () => assert.equal(padded("张", 4), "张  "));
it("shortened keeps both ends", () =>
  assert.equal(shortened("0123456789abcdef", 11), "0123...cdef"));
