/** Mints Agora tokens, 007 and 006. */
import { type FieldError, HandstampError, invalid } from "@handstamp/protocol";
import { deflate, encodeBase64 } from "#platform";
import { type Random, systemNow, systemRandom } from "../../lib/random.ts";
import { toWire } from "./build.ts";
import type { Services } from "./grants.ts";
import {
  checkKey,
  DEFAULT_TTL,
  MAX_SALT,
  MAX_TOKEN_LENGTH,
  MAX_TTL,
  MAX_U32,
  secondsProblem,
} from "./rules.ts";
import { idOf, signatureOf } from "./signature.ts";
import { mintV6 } from "./v6.ts";
import { PREFIX, packMessage, placeSignature, type WireMessage } from "./wire.ts";

/** What goes into a token. */
export interface MintParams {
  /** 32 hex digits. */
  readonly appId: string;
  /** 32 hex digits: the primary or the secondary certificate of the project. */
  readonly appCertificate: string;
  /** Whole seconds from now, at most 86400. 3600 when it is left out. */
  readonly ttl?: number;
  /** 7 (AccessToken2) when it is left out; 6 for one RTC or RTM service. */
  readonly version?: 7 | 6;
  /** An object with one entry a service, or a list, which may hold a kind twice. */
  readonly services: Services;
  /** Permits the channel "*": every channel, for the given uid. */
  readonly anyChannel?: boolean;
  /** Permits uid 0: anyone, in the given channel. */
  readonly anyUid?: boolean;
  /** Unix seconds. */
  readonly now?: number;
  /** 1 to 4294967295, for exact vectors. Otherwise from `random`, in 1..99999999 as officially. */
  readonly salt?: number;
  readonly random?: Random;
}

/** A token and what to keep of it. */
export interface MintedToken {
  readonly token: string;
  /** base64url(SHA-256(what was signed)): the same however the token is compressed. */
  readonly id: string;
  /** Unix seconds. */
  readonly issuedAt: number;
  readonly expiresAt: number;
  /** What Agora only advises against, in words. */
  readonly warnings: readonly string[];
}

/**
 * Makes an Agora token, by default AccessToken2 ("007").
 *
 * @throws HandstampError `key_invalid`, `ttl_invalid`, or `invalid_request` naming every wrong field
 * @example
 * const { token, expiresAt } = mintToken({
 *   appId, appCertificate, ttl: 3600,
 *   services: { rtc: { channel: "lesson-12", uid: 7, role: "publisher" }, rtm: { userId: "7" } },
 * });
 */
export function mintToken(params: MintParams): MintedToken {
  const { appId, appCertificate, ttl = DEFAULT_TTL } = params;
  checkKey(appId, appCertificate);
  checkTtl(ttl);
  const errors: FieldError[] = [];
  const warnings: string[] = [];
  const terms = { ttl, anyChannel: params.anyChannel === true, anyUid: params.anyUid === true };
  const services = toWire(params.services, terms, { errors, warnings }, "/services");
  const issuedAt = checkedNow(params.now, errors);
  const salt = checkedSalt(params.salt, params.random, errors);
  if (params.version !== undefined && params.version !== 7 && params.version !== 6)
    errors.push({ pointer: "/version", message: "must be 7 or 6" });
  if (errors.length > 0) throw invalid(errors);
  const message = { appId, issuedAt, expire: ttl, salt, services };
  const made =
    params.version === 6 ? mintV6(message, appCertificate) : sign(message, appCertificate);
  if (made.token.length > MAX_TOKEN_LENGTH)
    throw new HandstampError(
      "token_too_large",
      `The token would have ${made.token.length} characters; at most ${MAX_TOKEN_LENGTH} are allowed. Name fewer resources.`,
    );
  return { ...made, issuedAt, expiresAt: issuedAt + ttl, warnings };
}

function sign(message: WireMessage, certificate: string): { token: string; id: string } {
  const { content, info } = packMessage(message);
  placeSignature(content, signatureOf(info, message.issuedAt, message.salt, certificate));
  return { token: PREFIX + encodeBase64(deflate(content)), id: idOf(info) };
}

/** @throws HandstampError `ttl_invalid` */
export function checkTtl(ttl: unknown): asserts ttl is number {
  const problem = secondsProblem(ttl, 1, MAX_TTL);
  if (problem)
    throw new HandstampError("ttl_invalid", `ttl ${problem} (24 hours).`, {
      fields: [{ pointer: "/ttl", message: problem }],
    });
}

function checkedNow(now: number | undefined, errors: FieldError[]): number {
  if (now === undefined) return systemNow();
  if (!Number.isInteger(now) || now < 1 || now > MAX_U32 - MAX_TTL)
    errors.push({ pointer: "/now", message: "must be in whole unix seconds (not milliseconds)" });
  return now;
}

function checkedSalt(
  salt: number | undefined,
  random: Random = systemRandom,
  errors: FieldError[],
): number {
  if (salt === undefined) return randomSalt(random);
  if (!Number.isInteger(salt) || salt < 1 || salt > MAX_U32)
    errors.push({ pointer: "/salt", message: `must be a whole number from 1 to ${MAX_U32}` });
  return salt;
}

/**
 * A number of 1..99999999 out of 52 random bits: the remainder favours no value by more than one in
 * forty million, and one call to `random` is enough whatever it gives.
 */
function randomSalt(random: Random): number {
  const b = random(7) as unknown as Record<number, number>;
  const byte = (i: number): number => b[i] as number;
  const high = ((byte(0) & 15) << 16) | (byte(1) << 8) | byte(2);
  const low = byte(3) * 0x1000000 + ((byte(4) << 16) | (byte(5) << 8) | byte(6));
  return ((high * 0x1_0000_0000 + low) % MAX_SALT) + 1;
}
