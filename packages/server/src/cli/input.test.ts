import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseDuration, parseMoment } from "./input.ts";

const usage = { name: "UsageError" };

describe("parseDuration", () => {
  const cases = [
    ["3600", 3600],
    ["90s", 90],
    ["15m", 900],
    ["15min", 900],
    ["1h30m", 5400],
    ["1d", 86_400],
  ] as const;
  for (const [text, seconds] of cases)
    it(`reads ${text}`, () => assert.equal(parseDuration(text), seconds));
  for (const text of ["", "-1", "1.5h", "1e3", "1w", "h", "3600 s", "１h"])
    it(`refuses ${JSON.stringify(text)}`, () => assert.throws(() => parseDuration(text), usage));
});

describe("parseMoment", () => {
  it("reads unix seconds", () => assert.equal(parseMoment("1795262400"), 1_795_262_400));
  it("reads RFC 3339 with an offset", () =>
    assert.equal(parseMoment("2026-11-21T13:00:00+01:00"), 1_795_262_400));
  for (const text of ["", "tomorrow", "1795262400000", "2026-11-21", "-5"])
    it(`refuses ${JSON.stringify(text)}`, () => assert.throws(() => parseMoment(text), usage));
});
