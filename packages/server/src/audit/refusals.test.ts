import assert from "node:assert/strict";
import { test } from "node:test";
import { HandstampError } from "@handstamp/protocol";
import type { Entry } from "../store/store.ts";
import { countRefusals } from "./refusals.ts";

function recorder() {
  const entries: Entry[] = [];
  let failing = false;
  return {
    entries,
    fail: (on: boolean) => {
      failing = on;
    },
    record: async (entry: Entry) => {
      if (failing) throw new HandstampError("store_unavailable", "no");
      entries.push(entry);
      return { committed: true, chain: "main", seq: entries.length } as const;
    },
  };
}

test("refusals become one event a reason, with their span of time", async () => {
  const journal = recorder();
  let now = 1_000;
  const refusals = countRefusals(journal, () => now);
  for (let i = 0; i < 500; i++) refusals.count("unauthenticated");
  refusals.count("rate_limited");
  now = 61_000;
  await refusals.flush();
  await refusals.close();
  assert.deepEqual(
    journal.entries.map(({ event }) => event.data),
    [
      { reason: "unauthenticated", count: 500, from: 1_000, to: 61_000 },
      { reason: "rate_limited", count: 1, from: 1_000, to: 61_000 },
    ],
  );
});

test("counts wait for a store that is away, and memory does not grow with the reasons", async () => {
  const journal = recorder();
  const refusals = countRefusals(journal, () => 0);
  for (let i = 0; i < 10_000; i++) refusals.count(`reason-${i}`);
  journal.fail(true);
  await refusals.flush();
  journal.fail(false);
  await refusals.close();
  const counts = journal.entries.map(({ event }) => event.data.count as number);
  assert.ok(counts.length <= 65);
  assert.equal(
    counts.reduce((sum, count) => sum + count, 0),
    10_000,
  );
});

test("nothing is recorded when nothing was refused", async () => {
  const journal = recorder();
  const refusals = countRefusals(journal, () => 0);
  await refusals.close();
  assert.equal(journal.entries.length, 0);
});
