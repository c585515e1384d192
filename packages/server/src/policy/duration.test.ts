import assert from "node:assert/strict";
import { test } from "node:test";
import { readDuration } from "./duration.ts";

test("durations are hours, minutes and seconds in that order, or whole seconds", () => {
  const good: readonly [unknown, number][] = [
    ["1h", 3600],
    ["90m", 5400],
    ["45s", 45],
    ["2h30m", 9000],
    ["1h0m1s", 3601],
    [600, 600],
  ];
  for (const [value, seconds] of good) assert.equal(readDuration(value), seconds, String(value));
});

test("anything else is not a duration", () => {
  for (const value of [
    "",
    "0",
    "0s",
    "1",
    "1d",
    "1.5h",
    "-1h",
    "30m2h",
    "1h ",
    "１h",
    "1H",
    0,
    -1,
    1.5,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    null,
    undefined,
    true,
    {},
    ["1h"],
  ])
    assert.equal(readDuration(value), undefined, JSON.stringify(value));
});
