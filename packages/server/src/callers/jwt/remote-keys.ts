/**
 * An issuer's published keys: fetched once by many waiting requests, renewed in the background, and
 * used for a stated time while the endpoint does not answer. After that nobody is let in.
 */
import type { CallerDeps } from "../deps.ts";
import { refusal, unavailable } from "../refusal.ts";
import { type KeySource, type ParsedKeys, selectKeys, type VerificationKey } from "./keys.ts";

/** Seconds for which a set is used without asking again: how long a removed key is still trusted. */
export const FRESH = 600;
/** Seconds for which the last good set serves while the endpoint is down. */
export const LAST_RESORT = 3600;
/** A key id that is not in the set makes us ask again, at most this often (seconds). */
export const UNKNOWN_KID_EVERY = 30;
/** After a failure, seconds before the next attempt. */
export const RETRY_EVERY = 5;

/** Asks for the set and reads it. Throws an Error that says what is wrong, without a credential. */
export type FetchKeys = () => Promise<ParsedKeys>;

/** @param issuer for the log */
export function createRemoteKeys(
  issuer: string,
  fetchKeys: FetchKeys,
  deps: Pick<CallerDeps, "elapsed" | "log">,
): KeySource {
  const published = createPublished(issuer, fetchKeys, deps);

  async function current(): Promise<void> {
    if (published.age() < FRESH) return;
    if (published.age() < LAST_RESORT) return published.renewBehind();
    await published.renew(RETRY_EVERY);
    if (published.age() >= LAST_RESORT)
      throw unavailable(`no keys of ${issuer}: ${published.failure()}`);
  }

  async function afterUnknownKid(): Promise<void> {
    await published.renew(UNKNOWN_KID_EVERY);
    // The key may be a new one that could not be fetched: not the caller's fault, and no way in.
    if (published.failure())
      throw unavailable(`an unknown kid of ${issuer}: ${published.failure()}`);
  }

  return {
    async find(kid, alg) {
      await current();
      const found = selectKeys(published.keys(), kid, alg);
      if (found.length > 0) return found;
      if (kid === undefined)
        throw refusal(`the JWT names no key and ${issuer} has several, or none`);
      await afterUnknownKid();
      return selectKeys(published.keys(), kid, alg);
    },
    holds(key) {
      if (published.age() >= FRESH) published.renewBehind();
      return (
        published.age() < LAST_RESORT && published.keys().some(({ name }) => name === key.name)
      );
    },
    problem: () => published.failure(),
  };
}

/** The last good set, its age, and the one request for the next that may be under way. */
function createPublished(
  issuer: string,
  fetchKeys: FetchKeys,
  { elapsed, log }: Pick<CallerDeps, "elapsed" | "log">,
) {
  let keys: readonly VerificationKey[] = [];
  let fetchedAt = Number.NEGATIVE_INFINITY;
  let attemptedAt = Number.NEGATIVE_INFINITY;
  let failure: string | undefined;
  let flight: Promise<void> | undefined;

  async function attempt(): Promise<void> {
    attemptedAt = elapsed();
    try {
      const fetched = await fetchKeys();
      ({ keys } = fetched);
      fetchedAt = elapsed();
      failure = undefined;
      if (fetched.leftOut.length > 0)
        log({ event: "jwks_keys_left_out", detail: `${issuer}: ${fetched.leftOut.join("; ")}` });
    } catch (error) {
      failure = error instanceof Error ? error.message : "unknown failure";
      log({ event: "jwks_failed", detail: `${issuer}: ${failure}` });
    }
  }

  /** Resolves when an answer, good or bad, is in. Joins a request under way; asks no oftener than said. */
  async function renew(every: number): Promise<void> {
    if (!flight && elapsed() - attemptedAt < every) return;
    flight ??= attempt().finally(() => {
      flight = undefined;
    });
    await flight;
  }

  return {
    keys: () => keys,
    age: () => elapsed() - fetchedAt,
    failure: () => failure,
    renew,
    /** Starts a request that nobody waits for; it reports its own failure. */
    renewBehind: () => void renew(RETRY_EVERY),
  };
}
