/**
 * Refusals of callers who are not known. Each of them as an event would let strangers buy durable
 * writes, so they are counted, and once a minute the sum is one event a reason.
 */
import type { Journal } from "../store/journal.ts";
import type { AuditEvent } from "./events.ts";

/** Different reasons kept apart; more fall into `other`. Memory stays bounded whatever is sent. */
const MOST_REASONS = 64;
const MINUTE = 60_000;

export interface RefusalCounter {
  /** Counts one refusal. `reason` is an error code, never a text of the request's. */
  count(reason: string): void;
  /** Records what was counted since the last time. Counts stay when it cannot be recorded. */
  flush(): Promise<void>;
  /** Flushes once more and stops the clock. */
  close(): Promise<void>;
}

/**
 * @param now unix milliseconds
 * @example
 * const refusals = countRefusals(journal, Date.now);
 * refusals.count("unauthenticated");
 */
export function countRefusals(
  journal: Pick<Journal, "record">,
  now: () => number,
  every = MINUTE,
): RefusalCounter {
  let counts = new Map<string, number>();
  let since = now();
  const add = (reason: string, more: number) => {
    const known = counts.has(reason) || counts.size < MOST_REASONS ? reason : "other";
    counts.set(known, (counts.get(known) ?? 0) + more);
  };
  const flush = async () => {
    const [counted, from, to] = [counts, since, now()];
    counts = new Map();
    since = to;
    for (const [reason, count] of counted) {
      const event = anonymousRefused({ reason, count, from, to });
      await journal.record({ event }).catch(() => add(reason, count));
    }
  };
  const clock = setInterval(() => void flush(), every).unref();
  return {
    count: (reason) => add(reason, 1),
    flush,
    async close() {
      clearInterval(clock);
      await flush();
    },
  };
}

function anonymousRefused(data: {
  readonly reason: string;
  readonly count: number;
  readonly from: number;
  readonly to: number;
}): AuditEvent {
  return {
    type: "anonymous.refused",
    at: data.to,
    project: null,
    actor: { kind: "service", id: "service" },
    request: null,
    identity: null,
    products: [],
    data,
  };
}
