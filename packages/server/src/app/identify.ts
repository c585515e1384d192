/** Who is asking, with the limits that stand before and behind the question. */

import { isHandstampError } from "@handstamp/protocol";
import {
  type ApiTokenStore,
  type Authenticator,
  type ApiTokenRow as CallersRow,
  createAuthenticator,
  systemResolver,
} from "../callers/index.ts";
import type { Config } from "../config/config.ts";
import type { RouterDeps } from "../http/router.ts";
import { addressBucket } from "../limits/address.ts";
import type { Limits } from "../limits/limits.ts";
import type { ApiTokenRow as StoredRow } from "../store/rows.ts";
import type { Store } from "../store/store.ts";
import type { ProjectRules } from "./projects.ts";

export interface IdentifyOptions {
  readonly config: Config;
  readonly rules: readonly ProjectRules[];
  readonly store: Store;
  readonly limits: Limits;
  /** Unix seconds. */
  readonly now: () => number;
  readonly log: (detail: string) => void;
}

export interface Identify
  extends Required<Pick<RouterDeps, "authenticate">>,
    Pick<RouterDeps, "authenticateGuest"> {
  readonly authenticator: Authenticator;
}

/** Puts the sources of callers together, and the limits around them. */
export function createIdentify({
  config,
  rules,
  store,
  limits,
  now,
  log,
}: IdentifyOptions): Identify {
  const authenticator = createAuthenticator({
    projects: rules,
    deps: {
      now,
      elapsed: () => performance.now() / 1000,
      resolve: systemResolver,
      apiTokens: apiTokensOf(store),
      allowedOrigins: config.corsOrigins,
      log: ({ event, detail }) => log(`${event}: ${detail}`),
      limitPasscodes: (ip) => limits.take("refused", addressBucket(ip)),
    },
    ...(config.mode === "development"
      ? { open: { project: config.projects[0]?.name ?? "default" } }
      : {}),
  });
  return {
    authenticator,
    authenticate: async (presented) => {
      const bucket = addressBucket(presented.ip);
      await limits.take("address", bucket);
      return counting(limits, bucket, () => authenticator.authenticate(presented));
    },
    ...(rules.some(({ callers }) => callers.some(({ kind }) => kind === "passcode"))
      ? { authenticateGuest: (guest) => authenticator.authenticateGuest(guest) }
      : {}),
  };
}

/** A wrong credential costs more than a right one: guessing is slow for whoever guesses. */
async function counting<T>(limits: Limits, bucket: string, judge: () => Promise<T>): Promise<T> {
  try {
    return await judge();
  } catch (error) {
    if (isHandstampError(error) && error.code === "unauthenticated")
      await limits.take("refused", bucket);
    throw error;
  }
}

/** How long a row is believed without asking again, in milliseconds, and how many are held. */
const FRESH = 1_000;
const HELD = 10_000;

/**
 * The store's API tokens in the callers' terms, each remembered for a second. Minting does not lean on
 * that: whether the token still stands is asked again inside the commit. Last use is written with the
 * issue that it was used for.
 */
function apiTokensOf({ apiTokens }: Store): ApiTokenStore {
  const held = new Map<string, { readonly row: CallersRow; readonly until: number }>();
  return {
    async findByDigest(digest) {
      const known = held.get(digest);
      if (known && performance.now() < known.until) return known.row;
      const row = await apiTokens.byDigest(digest);
      if (!row) return undefined;
      if (held.size >= HELD) held.clear();
      const found = inCallersTerms(row);
      held.set(digest, { row: found, until: performance.now() + FRESH });
      return found;
    },
    touch: () => {},
  };
}

function inCallersTerms(row: StoredRow): CallersRow {
  const { products, onBehalf, lastUsedAt, revokedAt, expiresAt, ...rest } = row;
  return {
    ...rest,
    ...(products === null ? {} : { products }),
    ...(onBehalf === null ? {} : { onBehalf }),
    ...(lastUsedAt === null ? {} : { lastUsedAt }),
    ...(revokedAt === null ? {} : { revokedAt }),
    ...(expiresAt === null ? {} : { expiresAt }),
  };
}
