import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { HandstampError } from "@handstamp/protocol";
import { event } from "./contract/samples.test-suite.ts";
import { createJournal, type JournalOptions } from "./journal.ts";
import type { Entry, Outcome } from "./store.ts";

const entry = (request: string): Entry => ({ event: event("policy.loaded", { request }) });
const outage = () => new HandstampError("store_unavailable", "the disk is full");
const codeIs = (code: string) => (error: unknown) =>
  error instanceof HandstampError && error.code === code;

/** A store whose commits end when the test says so. */
function slowStore() {
  const batches: (readonly Entry[])[] = [];
  const gates: { open: () => void; fail: (error: Error) => void }[] = [];
  let seq = 0;
  let probes = true;
  return {
    batches,
    gates,
    probesFail: (on: boolean) => {
      probes = !on;
    },
    commit(entries: readonly Entry[]): Promise<readonly Outcome[]> {
      batches.push(entries);
      return new Promise((resolve, reject) => {
        const outcomes = () =>
          entries.map(() => ({ committed: true, chain: "main", seq: ++seq }) as const);
        gates.push({ open: () => resolve(outcomes()), fail: reject });
      });
    },
    probe: async () => {
      if (!probes) throw outage();
    },
  };
}

function start(options: Partial<JournalOptions> = {}) {
  const store = slowStore();
  return { store, journal: createJournal({ store, ...options }) };
}

const turn = () => new Promise(setImmediate);

/** Waits until the store has been asked so many times. */
async function asked(store: { readonly gates: readonly unknown[] }, times: number): Promise<void> {
  while (store.gates.length < times) await turn();
}

test("what arrives while a commit is on its way shares the next", async () => {
  const { store, journal } = start();
  const first = [journal.record(entry("1")), journal.record(entry("2"))];
  await turn();
  const next = ["3", "4", "5"].map((request) => journal.record(entry(request)));
  await turn();
  assert.deepEqual(
    store.batches.map(({ length }) => length),
    [2],
  );
  assert.equal(journal.depth(), 5);
  store.gates[0]?.open();
  await Promise.all(first);
  await asked(store, 2);
  store.gates[1]?.open();
  const outcomes = await Promise.all(next);
  assert.deepEqual(
    outcomes.map((outcome) => outcome.committed && outcome.seq),
    [3, 4, 5],
  );
  assert.equal(journal.depth(), 0);
  await journal.close();
});

test("a caller waits no longer than the deadline, though the entry may be written after it", async () => {
  const { store, journal } = start({ deadline: 40 });
  const late = journal.record(entry("1"));
  await turn();
  const queued = journal.record(entry("2"));
  await assert.rejects(late, codeIs("store_unavailable"));
  await assert.rejects(queued, codeIs("store_unavailable"));
  store.gates[0]?.open();
  await turn();
  await turn();
  assert.equal(store.batches.length, 1, "an entry nobody waits for any more is not begun");
  assert.equal(journal.ready(), true);
  await journal.close();
});

test("beyond its capacity the queue refuses at once", async () => {
  const { store, journal } = start({ capacity: 2 });
  const held = [journal.record(entry("1")), journal.record(entry("2"))];
  await assert.rejects(journal.record(entry("3")), codeIs("store_unavailable"));
  await turn();
  store.gates[0]?.open();
  await Promise.all(held);
  await journal.close();
});

test("an outage refuses all that wait, turns ready off, and a probe turns it on again", async () => {
  const health: boolean[] = [];
  const { store, journal } = start({ probeEvery: 10, onHealth: (ready) => health.push(ready) });
  store.probesFail(true);
  const flying = journal.record(entry("1"));
  await turn();
  const queued = journal.record(entry("2"));
  store.gates[0]?.fail(outage());
  await assert.rejects(flying, codeIs("store_unavailable"));
  await assert.rejects(queued, codeIs("store_unavailable"));
  assert.equal(journal.ready(), false);
  await assert.rejects(journal.record(entry("3")), codeIs("store_unavailable"));
  await sleep(40);
  assert.equal(journal.ready(), false);
  store.probesFail(false);
  await sleep(40);
  assert.equal(journal.ready(), true);
  const again = journal.record(entry("4"));
  await asked(store, 2);
  store.gates[1]?.open();
  assert.equal((await again).committed, true);
  assert.deepEqual(health, [false, true]);
  await journal.close();
});

test("an entry that cannot be written harms none of its neighbours", async () => {
  const poison = entry("poison");
  const store = {
    probe: async () => {},
    commit: async (entries: readonly Entry[]): Promise<readonly Outcome[]> => {
      if (entries.includes(poison)) throw new HandstampError("internal", "not writable");
      return entries.map(() => ({ committed: true, chain: "main", seq: 1 }));
    },
  };
  const journal = createJournal({ store });
  const good = [journal.record(entry("1")), journal.record(entry("2"))];
  const bad = journal.record(poison);
  await assert.rejects(bad, codeIs("internal"));
  for (const outcome of await Promise.all(good)) assert.equal(outcome.committed, true);
  assert.equal(journal.ready(), true);
  await journal.close();
});

test("closing writes what waits and takes no more", async () => {
  const { store, journal } = start();
  const held = journal.record(entry("1"));
  await turn();
  const queued = journal.record(entry("2"));
  const closed = journal.close();
  await assert.rejects(journal.record(entry("3")), codeIs("shutting_down"));
  assert.equal(journal.ready(), false);
  store.gates[0]?.open();
  await held;
  await asked(store, 2);
  store.gates[1]?.open();
  assert.equal((await queued).committed, true);
  await closed;
});
