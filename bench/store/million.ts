/** A log of a million entries: what a page of it takes, and whether an append notices. */
import type { AuditQuery, Store } from "../../packages/server/src/store/store.ts";
import type { Result } from "../result.ts";
import { issue, withStore } from "./folder.ts";

const ENTRIES = 1_000_000;
const BATCH = 64;
const SAMPLE = 12_800;
/** Milliseconds. */
const BUDGET = 20;

const PAGES: readonly [string, Omit<AuditQuery, "limit">][] = [
  ["the newest", { project: "default" }],
  ["of every project", {}],
  ["of one person", { project: "default", identity: "user-7919" }],
  ["of a person who has none", { project: "default", identity: "nobody" }],
  ["of a product", { project: "default", product: "twilio.chat", order: "oldest" }],
  ["of a caller", { project: "default", caller: "bench", type: "token.issued" }],
  ["of a rare type", { project: "default", type: "callers.created" }],
];

export function millionEntries(): Promise<Result[]> {
  return withStore({ thread: true }, async (store) => {
    await append(store, 0, SAMPLE);
    const empty = await append(store, 1, SAMPLE);
    for (let i = 2; i * SAMPLE < ENTRIES; i++) await append(store, i, SAMPLE);
    const full = await append(store, 99, SAMPLE);
    const results = [];
    for (const [what, query] of PAGES) results.push(await page(store, what, query));
    return [...results, await oldToken(store), growth(empty, full)];
  });
}

/** @returns microseconds an entry, the best of its tenths */
async function append(store: Store, round: number, count: number): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let tenth = 0; tenth < 10; tenth++) {
    const began = performance.now();
    for (let n = 0; n < count / 10; n += BATCH)
      await store.commit(Array.from({ length: BATCH }, (_, i) => issue(round * count + n + i)));
    best = Math.min(best, ((performance.now() - began) * 1000) / (count / 10));
  }
  return best;
}

async function page(store: Store, what: string, query: Omit<AuditQuery, "limit">): Promise<Result> {
  return timed(`50 entries ${what}`, async () => store.audit.list({ ...query, limit: 50 }));
}

async function oldToken(store: Store): Promise<Result> {
  const { items } = await store.audit.list({ project: "default", order: "oldest", limit: 10 });
  const token = JSON.parse(items.at(-1)?.text ?? "{}").data.token as string;
  return timed("the record of the oldest token, by its id", () =>
    store.tokens.get("default", token),
  );
}

/** The slower of two tries: the first one finds nothing in memory. */
async function timed(what: string, work: () => Promise<unknown>): Promise<Result> {
  const took: number[] = [];
  for (let i = 0; i < 2; i++) {
    const began = performance.now();
    await work();
    took.push(performance.now() - began);
  }
  const ms = Math.max(...took);
  return {
    what: `of 1,000,000: ${what}`,
    ours: `${ms.toFixed(2)} ms`,
    against: `${BUDGET} ms`,
    ratio: ms / BUDGET,
    target: { is: "at most", value: 1 },
  };
}

function growth(empty: number, full: number): Result {
  return {
    what: "append behind 1,000,000 entries",
    ours: `${full.toFixed(1)} µs`,
    against: `behind 12,800: ${empty.toFixed(1)} µs`,
    ratio: full / empty,
    target: { is: "at most", value: 1.1 },
  };
}
