import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { array, assert as check, double, integer, property } from "fast-check";
import { createBuckets } from "./buckets.ts";

const RUNS = process.env["HANDSTAMP_LONG"] ? 10_000 : 300;

describe("a bucket", () => {
  test("holds a minute's worth, then one each interval", () => {
    let now = 1_000;
    const buckets = createBuckets(60, () => now, 10);
    const take = (count: number) => Array.from({ length: count }, () => buckets.take("a"));
    assert.deepEqual(
      take(60),
      Array.from({ length: 60 }, () => 0),
    );
    assert.ok(Math.abs(buckets.take("a") - 1) < 1e-6);
    now += 1;
    assert.equal(buckets.take("a"), 0);
    assert.ok(buckets.take("a") > 0);
    now += 3_600;
    assert.deepEqual(
      take(60),
      Array.from({ length: 60 }, () => 0),
    );
    assert.ok(buckets.take("a") > 0);
  });

  test("says exactly when the next one is welcome", () => {
    let now = 0;
    const buckets = createBuckets(7, () => now, 10);
    for (let i = 0; i < 7; i++) assert.equal(buckets.take("a"), 0);
    const wait = buckets.take("a");
    now += wait * 0.99;
    assert.ok(buckets.take("a") > 0);
    now += wait * 0.011;
    assert.equal(buckets.take("a"), 0);
  });

  test("never gives more than its rate, whenever it is asked", () => {
    check(
      property(
        integer({ min: 1, max: 100 }),
        array(double({ min: 0, max: 90, noNaN: true }), { maxLength: 200 }),
        (rate, pauses) => {
          let now = 0;
          const buckets = createBuckets(rate, () => now, 4);
          let taken = 0;
          for (const pause of pauses) {
            now += pause;
            if (buckets.take("a") === 0) taken += 1;
          }
          assert.ok(taken <= rate + (now / 60) * rate + 1e-6 + 1);
        },
      ),
      { numRuns: RUNS },
    );
  });

  test("keeps apart what has different keys, and what was taken when the rate changes", () => {
    const buckets = createBuckets(1, () => 0, 10);
    assert.equal(buckets.take("a"), 0);
    assert.ok(buckets.take("a") > 0);
    assert.equal(buckets.take("b"), 0);
    buckets.change(2);
    assert.ok(buckets.take("a") > 0, "a minute's worth was taken at the old rate");
  });
});

describe("memory", () => {
  test("stays bounded while strangers come without end, and forgets the full ones first", () => {
    let now = 0;
    const buckets = createBuckets(60, () => now, 1_000);
    for (let i = 0; i < 100_000; i++) {
      buckets.take(`stranger ${i}`);
      assert.ok(buckets.size() <= 1_000);
      now += 0.001;
    }
  });

  test("one that is empty survives a crowd of others that come and go", () => {
    let now = 0;
    const buckets = createBuckets(60, () => now, 100);
    for (let i = 0; i < 60; i++) buckets.take("guessing");
    for (let i = 0; i < 2_000; i++) {
      now += 0.02;
      buckets.take(`passing ${i}`);
    }
    assert.ok(buckets.take("guessing") === 0, "forty seconds give forty more");
    for (let i = 0; i < 40; i++) buckets.take("guessing");
    assert.ok(buckets.take("guessing") > 0);
  });
});
