/** Who is asking, with the limits that stand before and behind the question. */

import { isHandstampError } from "@handstamp/protocol";
import {
  type ApiTokenStore,
  type AuthenticatorOptions,
  type ApiTokenRow as CallersRow,
  createAuthenticator,
  type Guest,
  systemResolver,
} from "../callers/index.ts";
import type { Config } from "../config/config.ts";
import type { JudgeGuest, RouterDeps } from "../http/router.ts";
import { addressBucket, UNKNOWN_ADDRESS } from "../limits/address.ts";
import type { Limits } from "../limits/limits.ts";
import type { ApiTokenRow as StoredRow } from "../store/rows.ts";
import type { Store } from "../store/store.ts";
import type { Settings } from "./settings.ts";

export interface IdentifyOptions {
  readonly config: Config;
  readonly settings: Settings;
  readonly store: Store;
  readonly limits: Limits;
  /** Unix seconds. */
  readonly now: () => number;
  /** How many verified JWTs are remembered; 0 remembers none. */
  readonly verifiedJwts?: number | undefined;
  readonly log: (detail: string) => void;
}

/** Who is asking, by the callers of one configuration. */
export interface Identify extends Pick<RouterDeps, "authenticate"> {
  /** Absent where no passcodes are configured. */
  readonly authenticateGuest?: JudgeGuest;
  close(): Promise<void>;
}

/**
 * Puts the sources of callers together, and the limits around them.
 *
 * @throws HandstampError where two projects claim the same credentials
 */
export function createIdentify(options: IdentifyOptions): Identify {
  const { settings, limits } = options;
  const authenticator = createAuthenticator(authenticatorOptions(options));
  const hasGuests = settings.rules.some(({ callers }) =>
    callers.some(({ kind }) => kind === "passcode"),
  );
  return {
    authenticate: async (presented) => {
      const bucket = addressBucket(presented.ip);
      if (bucket !== UNKNOWN_ADDRESS) await limits.take("address", bucket);
      return counting(limits, bucket, () => authenticator.authenticate(presented));
    },
    ...(hasGuests
      ? { authenticateGuest: (guest: Guest) => authenticator.authenticateGuest(guest) }
      : {}),
    close: () => authenticator.close(),
  };
}

function authenticatorOptions({
  config,
  settings,
  store,
  limits,
  now,
  log,
  verifiedJwts,
}: IdentifyOptions): AuthenticatorOptions {
  const open = { project: config.projects[0]?.name ?? "default" };
  return {
    projects: settings.rules,
    deps: {
      now,
      elapsed: () => performance.now() / 1000,
      resolve: systemResolver,
      apiTokens: apiTokensOf(store),
      allowedOrigins: settings.cors.origins,
      log: ({ event, detail }) => log(`${event}: ${detail}`),
      limitPasscodes: (ip) => limits.take("refused", addressBucket(ip)),
      ...(verifiedJwts === undefined ? {} : { verifiedJwts }),
    },
    ...(config.mode === "development" ? { open } : {}),
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
