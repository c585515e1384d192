import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { instantOf, rfc3339 } from "./time.ts";

const RUNS = process.env["HANDSTAMP_LONG"] ? 100_000 : 1_000;
/** The years 0 to 9999, in seconds. */
const second = fc.integer({ min: -62_167_219_200, max: 253_402_300_799 });

test("what is written is what JavaScript writes, and is read back", () => {
  fc.assert(
    fc.property(second, (seconds) => {
      const text = rfc3339(seconds);
      assert.equal(text, `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`);
      assert.equal(instantOf(text), seconds * 1000);
    }),
    { numRuns: RUNS },
  );
});

test("RFC 3339, section 5.8: its own examples", () => {
  const examples: Record<string, string> = {
    "1985-04-12T23:20:50.52Z": "1985-04-12T23:20:50.520Z",
    "1996-12-19T16:39:57-08:00": "1996-12-20T00:39:57.000Z",
    "1937-01-01T12:00:27.87+00:20": "1937-01-01T11:40:27.870Z",
  };
  for (const [text, utc] of Object.entries(examples))
    assert.equal(new Date(instantOf(text) ?? Number.NaN).toISOString(), utc);
  assert.equal(instantOf("1985-04-12t23:20:50z"), Date.UTC(1985, 3, 12, 23, 20, 50));
  assert.equal(instantOf("2024-02-29T00:00:00Z"), Date.UTC(2024, 1, 29));
});

test("days, hours and forms that do not exist are none", () => {
  const none = [
    "2026-02-29T00:00:00Z",
    "2026-02-30T00:00:00Z",
    "2026-04-31T00:00:00Z",
    "2026-13-01T00:00:00Z",
    "2026-00-01T00:00:00Z",
    "2026-01-00T00:00:00Z",
    "2026-01-01T24:00:00Z",
    "2026-01-01T00:60:00Z",
    "2026-01-01T00:00:60Z",
    "2026-01-01T00:00:00",
    "2026-01-01T00:00:00+2:00",
    "2026-01-01T00:00:00+24:00",
    "2026-01-01 00:00:00Z",
    "2026-01-01T00:00Z",
    "2026-01-01",
    "+002026-01-01T00:00:00Z",
    " 2026-01-01T00:00:00Z",
    "2026-01-01T00:00:00Z\n",
    "1795235305",
    "now",
    "",
  ];
  for (const text of none) assert.equal(instantOf(text), undefined, text);
});
