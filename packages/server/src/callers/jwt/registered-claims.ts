/** The claims that RFC 7519, section 4.1, registers: times and audience. */
import type { Json, JsonObject } from "@handstamp/protocol";
import { refusal } from "../refusal.ts";

/** The end of the year 9999. A larger number is milliseconds, and a token that never ends. */
const LAST_MOMENT = 253_402_300_799;

/** Unix seconds between which a token is accepted, and the `exp` it states. */
export interface Lifetime {
  readonly from: number;
  readonly until: number;
  readonly expiresAt: number;
}

/**
 * Checks `exp`, which must be there, and `nbf` and `iat` where they are.
 *
 * @param leeway seconds by which the issuer's clock may differ, at most 60
 * @throws HandstampError `unauthenticated`
 */
export function checkTimes(claims: JsonObject, leeway: number, now: number): Lifetime {
  const expiresAt = moment(claims, "exp");
  if (expiresAt === undefined) throw refusal("the JWT has no exp");
  const notBefore = moment(claims, "nbf") ?? 0;
  const issuedAt = moment(claims, "iat") ?? 0;
  const from = Math.max(notBefore, issuedAt) - leeway;
  const until = expiresAt + leeway;
  if (now >= until) throw refusal("the JWT has expired");
  if (now < from) throw refusal("the JWT is not valid yet: its nbf or iat lies in the future");
  return { from, until, expiresAt };
}

function moment(claims: JsonObject, name: "exp" | "nbf" | "iat"): number | undefined {
  if (!Object.hasOwn(claims, name)) return undefined;
  const value = claims[name];
  // Fractions are allowed (RFC 7519, section 2, NumericDate); 1e400 parses as Infinity and is not.
  if (typeof value !== "number" || !(value >= 0 && value <= LAST_MOMENT))
    throw refusal(`the JWT's ${name} is no time in unix seconds`);
  return value;
}

/** True where `aud`, one text or a list of them, names one of ours exactly. */
export function hasAudience(aud: Json | undefined, ours: readonly string[]): boolean {
  if (typeof aud === "string") return ours.includes(aud);
  return (
    Array.isArray(aud) &&
    aud.every((entry) => typeof entry === "string") &&
    aud.some((entry) => ours.includes(entry))
  );
}
