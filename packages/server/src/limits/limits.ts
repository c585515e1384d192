/** How often one address, one identity and one project may ask. */
import { HandstampError, s, validate } from "@handstamp/protocol";
import { type Buckets, createBuckets } from "./buckets.ts";

const rate = (doc: string) =>
  s.optional(s.integer({ min: 1, max: 100_000_000, unit: "a minute", doc }));

const RATES = {
  address: rate(
    "Requests a minute from one address (one /64 in IPv6), with any credential or none.",
  ),
  refused: rate("Wrong or missing credentials a minute from one address."),
  identity: rate("Tokens a minute for one identity of a project."),
  project: rate("Tokens a minute for one project."),
};

/** The section `limits` of the configuration. */
export const LIMITS = s.object({
  ...RATES,
  connections: s.optional(
    s.integer({ min: 16, max: 1_000_000, doc: "Connections open at once; more are cut off." }),
  ),
});

export type LimitName = keyof typeof RATES;
export type Rates = Readonly<Record<LimitName, number | null>>;

/** Generous to people behind one address, narrow to a stuck client, silent about a whole project. */
export const DEFAULT_RATES: Rates = { address: 3000, refused: 60, identity: 120, project: null };
/** Below what a process may usually hold open, above what a crowd of idle clients brings. */
const DEFAULT_CONNECTIONS = 15_000;

/** @throws HandstampError `invalid_request` with pointers below `at` */
export function readLimits(
  section: unknown,
  at = "/limits",
): { readonly rates: Rates; readonly connections: number } {
  const value = section ?? {};
  validate(LIMITS, value, at);
  const { connections = DEFAULT_CONNECTIONS, ...given } = value as Partial<Rates> & {
    connections?: number;
  };
  return { rates: { ...DEFAULT_RATES, ...given }, connections };
}

export interface Limits {
  /**
   * Counts one request.
   * @throws HandstampError `rate_limited` with the seconds until the next one is welcome
   */
  take(limit: LimitName, bucket: string): Promise<void>;
  /** Other rates from now on. */
  change(rates: Rates): void;
  /** Buckets in memory. */
  size(): number;
}

/** Buckets kept of each limit: about 20 MB for all of them when a crowd fills them. */
const MOST_BUCKETS = 50_000;

/**
 * Limits in this process's memory.
 *
 * @param elapsed seconds of a clock that never jumps
 */
export function memoryLimits(rates: Rates, elapsed: () => number, most = MOST_BUCKETS): Limits {
  const held = new Map<LimitName, Buckets>();
  const change = (next: Rates) => {
    for (const [name, perMinute] of Object.entries(next) as [LimitName, number | null][])
      if (perMinute === null) held.delete(name);
      else if (held.has(name)) held.get(name)?.change(perMinute);
      else held.set(name, createBuckets(perMinute, elapsed, most));
  };
  change(rates);
  return {
    async take(limit, bucket) {
      const wait = held.get(limit)?.take(bucket) ?? 0;
      if (wait > 0) throw tooMany(limit, wait);
    },
    change,
    size: () => [...held.values()].reduce((sum, buckets) => sum + buckets.size(), 0),
  };
}

function tooMany(limit: LimitName, wait: number): HandstampError {
  const retryAfter = Math.max(1, Math.ceil(wait));
  return new HandstampError("rate_limited", `Too many requests: try again in ${retryAfter} s.`, {
    retryAfter,
    detail: `limit ${limit} is used up`,
  });
}
