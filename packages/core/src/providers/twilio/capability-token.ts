/** What both kinds of capability tokens share: a plain JWT under the account's auth token. */
import { HandstampError, isHandstampError, type JsonObject } from "@handstamp/protocol";
import { encodeBase64url } from "#platform";
import { decodeJws, hasSignature, type Jws, signHs256 } from "../../lib/jwt.ts";
import { systemNow } from "../../lib/random.ts";
import { claimsError } from "./claims.ts";
import { checkSecret } from "./credentials.ts";
import { isSid } from "./sid.ts";
import { MAX_TTL } from "./ttl.ts";

/** What a capability token is held against. */
export interface CapabilityCheck {
  readonly authToken: string;
  /** The account that the token must be for. */
  readonly accountSid?: string;
  /** The present, in unix seconds. */
  readonly now?: number;
  /** Seconds by which the clocks may differ. Default 0. */
  readonly leeway?: number;
}

/** Twilio's code for each failure. */
export interface FailureCodes {
  readonly malformed: number;
  readonly signature: number;
  readonly account: number;
  readonly expired: number;
  readonly tooLong: number;
}

const HEADER = {
  encoded: encodeBase64url('{"alg":"HS256","typ":"JWT"}'),
  header: Object.freeze({ alg: "HS256", typ: "JWT" }),
};

/** Signs the claims in the order in which they are given. */
export function signCapability(claims: object, authToken: string): string {
  return signHs256(HEADER.encoded, JSON.stringify(claims), authToken);
}

/** @throws HandstampError `token_...` */
export function verifyCapability(
  token: string,
  check: CapabilityCheck,
  codes: FailureCodes,
): {
  payload: JsonObject;
  accountSid: string;
  issuedAt: number | undefined;
  expiresAt: number;
} {
  checkSecret("authToken", check.authToken);
  const jws = decode(token, codes.malformed);
  if (!hasSignature(jws, check.authToken))
    throw new HandstampError(
      "token_signature_invalid",
      "The token was signed with another auth token, or changed since.",
      { providerCode: codes.signature },
    );
  const { iss } = jws.payload;
  if (!isSid(iss, "AC")) throw claimsError("has no account SID as its iss", codes.account);
  if (check.accountSid !== undefined && iss !== check.accountSid)
    throw claimsError("is for another account", codes.account);
  const times = readTimes(jws.payload, check, codes);
  return { payload: jws.payload as JsonObject, accountSid: iss, ...times };
}

function decode(token: string, malformed: number): Jws {
  try {
    return decodeJws(token, HEADER);
  } catch (error) {
    if (!isHandstampError(error)) throw error;
    throw new HandstampError(error.code, error.message, { providerCode: malformed });
  }
}

function readTimes(
  { exp, iat }: Readonly<Record<string, unknown>>,
  { now = systemNow(), leeway = 0 }: CapabilityCheck,
  codes: FailureCodes,
): { issuedAt: number | undefined; expiresAt: number } {
  if (typeof exp !== "number" || !Number.isSafeInteger(exp))
    throw claimsError("has no exp in whole unix seconds", codes.malformed);
  if (iat !== undefined && (typeof iat !== "number" || !Number.isSafeInteger(iat)))
    throw claimsError("has an iat that is no time", codes.malformed);
  if (exp - (iat ?? now + leeway) > MAX_TTL)
    throw claimsError("expires more than 24 hours after it is issued", codes.tooLong);
  if (exp <= now - leeway)
    throw new HandstampError("token_expired", `The token expired ${now - exp} s ago.`, {
      providerCode: codes.expired,
    });
  return { issuedAt: iat, expiresAt: exp };
}
