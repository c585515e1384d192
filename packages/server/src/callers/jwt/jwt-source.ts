import type { JsonObject } from "@handstamp/protocol";
import { type Caller, judgedCaller } from "../caller.ts";
import { mapped } from "../claims.ts";
import { refusal } from "../refusal.ts";
import type { JwtSettings } from "../settings.ts";
import { ALGORITHMS } from "./algorithms.ts";
import { checkHeader, type UnverifiedJwt } from "./guard.ts";
import type { KeySource, VerificationKey } from "./keys.ts";
import { checkTimes, hasAudience } from "./registered-claims.ts";
import type { VerifiedJwt } from "./verified.ts";

/** Judges the JWTs of one issuer for one project. */
export interface JwtSource {
  readonly project: string;
  readonly settings: JwtSettings;
  readonly keys: KeySource;
  /** @throws HandstampError `unauthenticated`, `identity_provider_unavailable` */
  judge(jwt: UnverifiedJwt, now: number): Promise<VerifiedJwt>;
}

export function createJwtSource(
  project: string,
  settings: JwtSettings,
  keys: KeySource,
): JwtSource {
  return {
    project,
    settings,
    keys,
    async judge(jwt, now) {
      const { alg, kid } = checkHeader(jwt.header, settings);
      const candidates = await keys.find(kid, alg);
      const key = candidates.find((each) =>
        ALGORITHMS[alg].verify(each.key, jwt.signed, jwt.signature),
      );
      if (!key) throw refusal("no key of the issuer made the JWT's signature");
      return accept(project, settings, keys, key, jwt.payload, now);
    },
  };
}

// The signature is right; now what it says.
function accept(
  project: string,
  settings: JwtSettings,
  keys: KeySource,
  key: VerificationKey,
  claims: JsonObject,
  now: number,
): VerifiedJwt {
  if (claims["iss"] !== settings.issuer) throw refusal("the JWT has another issuer");
  if (!hasAudience(claims["aud"], settings.audience))
    throw refusal("the JWT is for another audience");
  const { from, until, expiresAt } = checkTimes(claims, settings.leeway, now);
  const caller = callerOf(project, settings, claims, expiresAt);
  return { caller, from, until, key, stillHeld: (held) => keys.holds(held) };
}

function callerOf(
  project: string,
  { issuer, mapping }: JwtSettings,
  claims: JsonObject,
  expiresAt: number,
): Caller {
  const who = mapped(claims, mapping);
  const subject = typeof claims["sub"] === "string" ? claims["sub"] : who.identity;
  return judgedCaller({
    kind: "jwt",
    project,
    id: `jwt:${issuer}|${subject}`,
    scopes: new Set(["mint"] as const),
    expiresAt,
    ...who,
  });
}
