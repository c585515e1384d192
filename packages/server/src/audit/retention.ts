/** Retention by age that leaves the rest verifiable. */
import type { Journal } from "../store/journal.ts";
import { type Store, storedEvent } from "../store/store.ts";
import type { Actor } from "./events.ts";

/** Entries removed in one transaction, so that no request waits long for it. */
const STRIDE = 1_000;

/** A token lives at most a day; its record stays at least twice as long. */
export const LEAST_RETENTION_MS = 2 * 24 * 60 * 60 * 1000;

export interface TrimOptions {
  readonly store: Store;
  readonly journal: Pick<Journal, "record">;
  /** Unix milliseconds. */
  readonly now: number;
  /** Milliseconds; at least {@link LEAST_RETENTION_MS}. */
  readonly retention: number;
  readonly actor: Actor;
}

/**
 * Removes the entries at the beginning of every chain that are older than the retention. Each step
 * records a checkpoint, `audit.trimmed`, with the hash of the last entry that it removed: what is
 * left stands on that hash, and the checkpoint stands in what is left.
 *
 * @returns how many entries were removed
 * @throws RangeError for a retention below the least, and what `journal.record` throws
 */
export async function trim(options: TrimOptions): Promise<number> {
  const { store, retention, now } = options;
  if (!(retention >= LEAST_RETENTION_MS))
    throw new RangeError("the log's retention must be at least two days (in milliseconds)");
  let removed = 0;
  for (const { chain } of await store.audit.heads()) {
    let step = await trimStep(options, chain, now - retention);
    while (step > 0) {
      removed += step;
      step = await trimStep(options, chain, now - retention);
    }
  }
  return removed;
}

/** One transaction's worth: the entries before the first that is young enough. */
async function trimStep(options: TrimOptions, chain: string, before: number): Promise<number> {
  const { store, journal, actor, now } = options;
  const state = (await store.audit.heads()).find((head) => head.chain === chain);
  if (!state) return 0;
  const oldest = await store.audit.read(chain, state.anchor.seq, STRIDE);
  const young = oldest.findIndex((record) => storedEvent(record).at >= before);
  const old = young === -1 ? oldest : oldest.slice(0, young);
  const last = old.at(-1);
  if (!last) return 0;
  const through = last.seq;
  const outcome = await journal.record({
    event: {
      type: "audit.trimmed",
      at: now,
      project: null,
      actor,
      request: null,
      identity: null,
      products: [],
      data: { before, chain, hash: last.hash, removed: old.length, through },
    },
    effects: [{ kind: "audit_trimmed", chain, through }],
  });
  return outcome.committed ? old.length : 0;
}
