/** Mints and verifies Access Tokens. */
import { HandstampError, isHandstampError, isObject, type JsonObject } from "@handstamp/protocol";
import { decodeJws, hasSignature, type Jws, MAX_TOKEN_LENGTH, signHs256 } from "../../lib/jwt.ts";
import { type Random, randomHex, systemNow, systemRandom } from "../../lib/random.ts";
import type { KeyMaterial } from "../../provider.ts";
import { claimsError, readClaims } from "./claims.ts";
import { checkKeyIds, checkSecret } from "./credentials.ts";
import { fieldError } from "./field-error.ts";
import { type AccessTokenGrants, grantsJson } from "./grants.ts";
import { checkIdentity } from "./identity.ts";
import { checkTtl, checkUnixTime, DEFAULT_TTL, MAX_TTL, MAX_VOICE_TTL } from "./ttl.ts";
import { grantWarnings } from "./warnings.ts";
import {
  type Claims,
  encodedHeader,
  formatOfWire,
  PLAIN_HEADER,
  readGrant,
  setOwn,
} from "./wire.ts";

/** What {@link mintAccessToken} takes. */
export interface AccessTokenOptions {
  /** AC... */
  readonly accountSid: string;
  /** SK..., of a Main or Standard key. */
  readonly keySid: string;
  /** The secret that was shown once, when the key was created. */
  readonly keySecret: string;
  readonly identity: string;
  /** Whole seconds, 1 to 86400 (86399 with the voice grant). Default 3600. */
  readonly ttl?: number;
  /** Not valid before this, in unix seconds. Left out, the claim is absent. */
  readonly nbf?: number;
  /** The region of the key, such as `ie1`. Left out, the claim is absent, which means US1. */
  readonly region?: string;
  readonly grants: AccessTokenGrants;
  /** The present, in unix seconds. */
  readonly now?: number;
  /** The source of the token's unique id. */
  readonly random?: Random;
}

/** A new Access Token. */
export interface MintedAccessToken {
  readonly token: string;
  /** The `jti`: the key's SID, a dash and 128 random bits. */
  readonly id: string;
  /** Unix seconds. */
  readonly issuedAt: number;
  /** Unix seconds. */
  readonly expiresAt: number;
  /** What Twilio only advises against, in words. Mostly empty. */
  readonly warnings: readonly string[];
}

const ID_BYTES = 16;

/**
 * Signs a Twilio Access Token, as Twilio's own libraries do, with a unique id.
 *
 * @throws HandstampError `key_invalid`, `identity_invalid`, `ttl_invalid` or `invalid_request`,
 * naming the field
 * @example
 * const { token, expiresAt } = mintAccessToken({
 *   accountSid, keySid, keySecret, identity: "alice", ttl: 3600,
 *   grants: { video: { room: "lesson-12" }, chat: { serviceSid } },
 * });
 */
export function mintAccessToken(options: AccessTokenOptions): MintedAccessToken {
  const { accountSid, keySid, keySecret, nbf } = options;
  const region = checkRegion(options.region);
  checkKeyIds(accountSid, keySid);
  checkSecret("keySecret", keySecret);
  const { identity, grants } = options;
  if (!isObject(grants)) throw fieldError(["grants"], "must be an object");
  const advice = checkIdentity(identity, grants);
  const json = grantsJson(identity, grants);
  const ttl = checkTtl(options.ttl ?? DEFAULT_TTL, grants.voice ? MAX_VOICE_TTL : MAX_TTL);
  const iat = options.now === undefined ? systemNow() : checkUnixTime("now", options.now);
  const exp = iat + ttl;
  const jti = `${keySid}-${randomHex(options.random ?? systemRandom, ID_BYTES)}`;
  const notBefore = nbf === undefined ? "" : `"nbf":${checkNbf(nbf, exp)},`;
  const payload = `{"jti":"${jti}","grants":${json},${notBefore}"iat":${iat},"exp":${exp},"iss":"${keySid}","sub":"${accountSid}"}`;
  const token = signHs256(encodedHeader(region), payload, keySecret);
  if (token.length > MAX_TOKEN_LENGTH) throw tooLong();
  return {
    token,
    id: jti,
    issuedAt: iat,
    expiresAt: exp,
    warnings: grantWarnings(grants, ttl, region, advice),
  };
}

function checkNbf(nbf: unknown, exp: number): number {
  const time = checkUnixTime("nbf", nbf);
  if (time < exp) return time;
  throw fieldError(["nbf"], "must be before the token expires");
}

function checkRegion(region: unknown): string | undefined {
  if (region === undefined || region === "") return undefined;
  if (typeof region === "string" && /^[a-z][a-z0-9-]{1,31}$/.test(region)) return region;
  throw fieldError(["region"], "must be a region's name in lower case, such as us1, ie1 or au1");
}

function tooLong(): HandstampError {
  return fieldError(["grants"], `make a token of more than ${MAX_TOKEN_LENGTH} characters`);
}

/** What {@link verifyAccessToken} takes: one secret, or keys to choose from by the token's `iss`. */
export type VerifyOptions = {
  /** The account that the token must be for. */
  readonly accountSid?: string;
  /** The present, in unix seconds. */
  readonly now?: number;
  /** Seconds by which the clocks may differ. Default 0. */
  readonly leeway?: number;
} & (
  | { readonly keySecret: string; readonly keys?: never }
  | { readonly keys: readonly KeyMaterial[]; readonly keySecret?: never }
);

/** A verified Access Token's content. */
export interface AccessToken {
  readonly id: string;
  readonly identity: string;
  readonly accountSid: string;
  readonly keySid: string;
  /** Unix seconds; undefined for tokens of the libraries that do not write it. */
  readonly issuedAt: number | undefined;
  /** Unix seconds. */
  readonly notBefore: number | undefined;
  /** Unix seconds. */
  readonly expiresAt: number;
  readonly region: string | undefined;
  /** Grants that are not known here stand under the key that they have in the token. */
  readonly grants: AccessTokenGrants;
}

/**
 * Verifies an Access Token strictly: form, signature, claims and times.
 *
 * It cannot know whether the key still exists at Twilio, nor whether it is a Restricted key, which
 * Twilio refuses (20160).
 *
 * @throws HandstampError `token_...` with Twilio's code as `providerCode`; `key_invalid` for a secret
 * that cannot be one
 * @example
 * const { identity, grants } = verifyAccessToken(token, { keySecret });
 */
export function verifyAccessToken(token: string, options: VerifyOptions): AccessToken {
  const { claims, region } = verifyClaims(token, options);
  return {
    id: claims.jti,
    identity: claims.grants.identity,
    accountSid: claims.sub,
    keySid: claims.iss,
    issuedAt: claims.iat,
    notBefore: claims.nbf,
    expiresAt: claims.exp,
    region,
    grants: typedGrants(claims.grants),
  };
}

function typedGrants(wire: Claims["grants"]): AccessTokenGrants {
  const grants: Record<string, unknown> = {};
  for (const key in wire) {
    if (key === "identity") continue;
    const format = formatOfWire(key);
    if (format) grants[format.name] = readGrant(format, wire[key] as JsonObject);
    else setOwn(grants, key, wire[key]);
  }
  return grants;
}

/** The checked claims as they travel. @throws like {@link verifyAccessToken} */
export function verifyClaims(
  token: string,
  options: VerifyOptions,
): { claims: Claims; region: string | undefined } {
  const jws = decode(token);
  const secret = secretFor(jws, options);
  if (!hasSignature(jws, secret))
    throw new HandstampError(
      "token_signature_invalid",
      "The token was signed with another secret, or changed since.",
      { providerCode: 20107 },
    );
  return readClaims(jws, {
    accountSid: options.accountSid,
    now: options.now ?? systemNow(),
    leeway: options.leeway ?? 0,
  });
}

const FORM_CODES: Readonly<Record<string, number>> = {
  token_malformed: 20101,
  token_too_large: 20101,
  token_header_invalid: 20102,
};

function decode(token: string): Jws {
  try {
    return decodeJws(token, PLAIN_HEADER);
  } catch (error) {
    if (!isHandstampError(error)) throw error;
    const providerCode = FORM_CODES[error.code];
    throw providerCode ? new HandstampError(error.code, error.message, { providerCode }) : error;
  }
}

function secretFor(jws: Jws, options: VerifyOptions): string {
  const { keySecret, keys } = options;
  if (keySecret !== undefined) {
    checkSecret("keySecret", keySecret);
    return keySecret;
  }
  const { iss, sub } = jws.payload;
  if (!Array.isArray(keys))
    throw new HandstampError("key_invalid", "keySecret or keys is missing.");
  const key = (keys as readonly KeyMaterial[]).find(
    ({ id, account }) => id === iss && account === sub,
  );
  if (!key) throw claimsError("was signed by a key that is not known here", 20103);
  checkSecret("secret", key.secret);
  return key.secret;
}
