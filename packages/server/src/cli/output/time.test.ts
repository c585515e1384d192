import assert from "node:assert/strict";
import process from "node:process";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { width } from "./measure.ts";
import { PLAIN } from "./paint.ts";
import { duration, local, relative, rfc3339 } from "./time.ts";
import { timeline } from "./timeline.ts";

const RUNS = process.env["HANDSTAMP_LONG"] ? 100_000 : 300;
const NOON = 1_795_262_400;

describe("duration", () => {
  const cases = [
    [0, "0 s"],
    [45, "45 s"],
    [90, "1 min 30 s"],
    [3540, "59 min"],
    [3600, "1 h"],
    [4320, "1 h 12 min"],
    [86_400, "24 h"],
    [172_800, "2 days"],
    [266_400, "3 days 2 h"],
    [31_557_600, "1 year"],
    [Number.POSITIVE_INFINITY, "an endless time"],
  ] as const;
  for (const [seconds, words] of cases)
    it(`of ${seconds} s is "${words}"`, () => assert.equal(duration(seconds), words));
});

it("relative says on which side of now", () => {
  assert.equal(relative(NOON + 3540, NOON), "in 59 min");
  assert.equal(relative(NOON - 10_800, NOON), "3 h ago");
  assert.equal(relative(NOON, NOON), "now");
});

it("local shows the reader's own offset", () => {
  const before = process.env["TZ"];
  process.env["TZ"] = "America/St_Johns";
  assert.equal(local(NOON), "2026-11-21 08:30:00 -03:30");
  if (before === undefined) delete process.env["TZ"];
  else process.env["TZ"] = before;
});

it("what is no date is shown as the number it is", () => {
  assert.equal(local(1e300), "1e+300 (no date of the calendar)");
  assert.equal(rfc3339(1e300), undefined);
  assert.equal(rfc3339(NOON), "2026-11-21T12:00:00Z");
});

describe("timeline", () => {
  it("has no lines for a life without length", () =>
    assert.deepEqual(timeline({ start: NOON, end: NOON, now: NOON }, PLAIN), []));

  it("says where now is, before, within and after", () => {
    const at = (now: number) => timeline({ start: NOON, end: NOON + 3600, now }, PLAIN)[0]?.trim();
    assert.equal(at(NOON - 600), "▼ now, 10 min too early");
    assert.equal(at(NOON + 600), "▼ now, 50 min left of 1 h");
    assert.equal(at(NOON + 7200), "now, 1 h too late ▼");
  });

  it("keeps to the width, whatever the token claims", () => {
    const times = fc.double({ noNaN: true });
    fc.assert(
      fc.property(times, times, times, (start, end, now) => {
        for (const line of timeline({ start, end, now }, PLAIN)) assert.ok(width(line) <= 80, line);
      }),
      { numRuns: RUNS },
    );
  });
});
