/** Who is asking, with the limits that stand before and behind the question. */

import { isHandstampError } from "@handstamp/protocol";
import {
  type ApiTokenStore,
  type Authenticator,
  createAuthenticator,
  systemResolver,
} from "../callers/index.ts";
import type { Config } from "../config/config.ts";
import type { RouterDeps } from "../http/router.ts";
import { addressBucket } from "../limits/address.ts";
import type { Limits } from "../limits/limits.ts";
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

/** The store's API tokens in the callers' terms. Last use is written with the issue it was used for. */
function apiTokensOf({ apiTokens }: Store): ApiTokenStore {
  return {
    async findByDigest(digest) {
      const row = await apiTokens.byDigest(digest);
      if (!row) return undefined;
      const { products, onBehalf, lastUsedAt, revokedAt, expiresAt, ...rest } = row;
      return {
        ...rest,
        ...(products === null ? {} : { products }),
        ...(onBehalf === null ? {} : { onBehalf }),
        ...(lastUsedAt === null ? {} : { lastUsedAt }),
        ...(revokedAt === null ? {} : { revokedAt }),
        ...(expiresAt === null ? {} : { expiresAt }),
      };
    },
    touch: () => {},
  };
}
