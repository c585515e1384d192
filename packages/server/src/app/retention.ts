/** How long the log is kept, and the clock that removes what is older. */
import { s, validate } from "@handstamp/protocol";
import { trim } from "../audit/retention.ts";
import type { Journal } from "../store/journal.ts";
import type { Store } from "../store/store.ts";

const DAY = 24 * 60 * 60 * 1000;
/** The section `retention` of the configuration. */
export const RETENTION = s.object({
  days: s.optional(
    s.integer({
      min: 2,
      max: 36_500,
      unit: "days",
      doc: "Days that the audit log and the record of tokens are kept; for ever when left out.",
    }),
  ),
});

/** Milliseconds, or null for ever. @throws HandstampError `invalid_request` */
export function readRetention(section: unknown): number | null {
  const value = section ?? {};
  validate(RETENTION, value, "/retention");
  const { days } = value as { days?: number };
  return days === undefined ? null : days * DAY;
}

const HOUR = 60 * 60 * 1000;

export interface KeeperOptions {
  readonly store: Store;
  readonly journal: Journal;
  /** Asked each time, so that a reload counts. */
  readonly retention: () => number | null;
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly log: (removed: number, error: unknown) => void;
  /** Milliseconds between two rounds. Default an hour. */
  readonly every?: number;
}

/** Removes expired idempotency keys and, after their time, old entries of the log; hourly. @returns how to stop */
export function keepStore(options: KeeperOptions): () => Promise<void> {
  const { every = HOUR } = options;
  let round: Promise<void> = Promise.resolve();
  const clock = setInterval(() => {
    round = round.then(() => tidy(options));
  }, every).unref();
  return () => {
    clearInterval(clock);
    return round;
  };
}

async function tidy({ store, journal, retention, now, log }: KeeperOptions): Promise<void> {
  try {
    await store.prune(Math.floor(now() / 1000));
    const kept = retention();
    if (kept === null || !journal.ready()) return;
    const actor = { kind: "service", id: "retention" };
    log(await trim({ store, journal, now: now(), retention: kept, actor }), undefined);
  } catch (error) {
    log(0, error);
  }
}
