/** How often one address, one identity and one project may ask. */
import { HandstampError, isObject, type JsonObject, s, validate } from "@handstamp/protocol";
import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";

const rate = (doc: string) => s.optional(s.integer({ min: 1, max: 100_000_000, doc }));

/** The section `limits` of the configuration: requests a minute. */
export const LIMITS = s.object({
  address: rate(
    "Requests a minute from one address (one /64 in IPv6), with any credential or none.",
  ),
  refused: rate("Wrong or missing credentials a minute from one address."),
  identity: rate("Tokens a minute for one identity of a project."),
  project: rate("Tokens a minute for one project."),
});

export type LimitName = keyof typeof LIMITS.fields;

/** Generous to people behind one address, narrow to a stuck client, silent about a whole project. */
export const DEFAULT_LIMITS: Readonly<Record<LimitName, number | null>> = {
  address: 3000,
  refused: 60,
  identity: 120,
  project: null,
};

/** @throws HandstampError `invalid_request` with pointers below `at` */
export function readLimits(
  section: unknown,
  at = "/limits",
): Readonly<Record<LimitName, number | null>> {
  const given = section ?? {};
  validate(LIMITS, given, at);
  return {
    ...DEFAULT_LIMITS,
    ...(isObject(given) ? (given as JsonObject as Record<LimitName, number>) : {}),
  };
}

export interface Limits {
  /**
   * Counts one request.
   * @throws HandstampError `rate_limited` with the seconds until the next one is welcome
   */
  take(limit: LimitName, bucket: string): Promise<void>;
  /** The seconds left when the bucket is empty, without counting; null while it is not. */
  blocked(limit: LimitName, bucket: string): Promise<number | null>;
}

const MINUTE = 60;

/** Limits in this process's memory. Buckets are forgotten a minute after their first request. */
export function memoryLimits(rates: Readonly<Record<LimitName, number | null>>): Limits {
  const limiters = Object.fromEntries(
    Object.entries(rates).map(([name, points]) => [
      name,
      points === null ? null : new RateLimiterMemory({ points, duration: MINUTE, keyPrefix: name }),
    ]),
  ) as Record<LimitName, RateLimiterMemory | null>;
  return {
    async take(limit, bucket) {
      try {
        await limiters[limit]?.consume(bucket);
      } catch (error) {
        throw error instanceof RateLimiterRes ? tooMany(limit, error) : error;
      }
    },
    async blocked(limit, bucket) {
      const state = await limiters[limit]?.get(bucket);
      return state && state.remainingPoints <= 0 ? Math.ceil(state.msBeforeNext / 1000) : null;
    },
  };
}

function tooMany(limit: LimitName, { msBeforeNext }: RateLimiterRes): HandstampError {
  const retryAfter = Math.max(1, Math.ceil(msBeforeNext / 1000));
  return new HandstampError("rate_limited", `Too many requests: try again in ${retryAfter} s.`, {
    retryAfter,
    detail: `limit ${limit} is used up`,
  });
}
