/** What a decoded payload must hold to be an Access Token's. */
import { HandstampError, isObject } from "@handstamp/protocol";
import type { Jws } from "../../lib/jwt.ts";
import { isSid } from "./sid.ts";
import { isUnixMilliseconds, MAX_TTL } from "./ttl.ts";
import { type Claims, CONTENT_TYPE } from "./wire.ts";

/** What the claims are held against. Times in unix seconds, the leeway in seconds. */
export interface Expected {
  readonly accountSid: string | undefined;
  readonly now: number;
  readonly leeway: number;
}

/** A `token_claims_invalid` with Twilio's code. */
export function claimsError(problem: string, providerCode: number): HandstampError {
  return new HandstampError("token_claims_invalid", `The token ${problem}.`, { providerCode });
}

/** @throws HandstampError `token_...` with Twilio's code */
export function readClaims(
  jws: Jws,
  expected: Expected,
): { claims: Claims; region: string | undefined } {
  const region = checkHeader(jws.header);
  const { payload } = jws;
  checkParties(payload, expected.accountSid);
  checkGrants(payload["grants"]);
  checkTimes(payload, expected);
  if (typeof payload["jti"] !== "string" || payload["jti"] === "")
    throw claimsError("has no jti, by which it could be revoked", 20151);
  return { claims: payload as unknown as Claims, region };
}

function checkHeader(header: Readonly<Record<string, unknown>>): string | undefined {
  const { typ, cty, twr } = header;
  if (cty !== CONTENT_TYPE || (typ !== undefined && typ !== "JWT"))
    throw headerError(`must have "typ": "JWT" and "cty": "${CONTENT_TYPE}"`);
  if (twr !== undefined && typeof twr !== "string")
    throw headerError('has a "twr" that is no text');
  return twr;
}

function headerError(problem: string): HandstampError {
  return new HandstampError("token_header_invalid", `The header ${problem}.`, {
    providerCode: 20102,
  });
}

function checkParties(payload: Jws["payload"], accountSid: string | undefined): void {
  if (!isSid(payload["iss"], "SK")) throw claimsError("has no API key SID as its iss", 20103);
  if (!isSid(payload["sub"], "AC")) throw claimsError("has no account SID as its sub", 20103);
  if (accountSid !== undefined && payload["sub"] !== accountSid)
    throw claimsError("is for another account", 20103);
}

function checkGrants(grants: unknown): void {
  if (!isObject(grants)) throw claimsError("has no grants", 20106);
  if (typeof grants["identity"] !== "string" || grants["identity"] === "")
    throw claimsError("has no identity in its grants", 20106);
  for (const key in grants)
    if (key !== "identity" && !isObject(grants[key]))
      throw claimsError("has a grant that is not an object", 20106);
}

const isTime = (value: unknown): value is number =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0;

function checkTimes(payload: Jws["payload"], { now, leeway }: Expected): void {
  const { exp, iat, nbf } = payload;
  if (!isTime(exp)) throw claimsError("has no exp in whole unix seconds", 20156);
  if (iat !== undefined && !isTime(iat)) throw claimsError("has an iat that is no time", 20151);
  if (nbf !== undefined && !isTime(nbf)) throw claimsError("has an nbf that is no time", 20151);
  if (iat !== undefined && exp <= iat) throw claimsError("expires before it is issued", 20156);
  if (isUnixMilliseconds(exp)) throw claimsError("has an exp in milliseconds", 20157);
  if (exp - (iat ?? now + leeway) > MAX_TTL)
    throw claimsError("expires more than 24 hours after it is issued", 20157);
  if (exp <= now - leeway)
    throw new HandstampError("token_expired", `The token expired ${now - exp} s ago.`, {
      providerCode: 20104,
    });
  if (nbf !== undefined && nbf > now + leeway)
    throw new HandstampError(
      "token_not_yet_valid",
      `The token becomes valid in ${nbf - now} s; is a clock wrong?`,
      { providerCode: 20105 },
    );
}
