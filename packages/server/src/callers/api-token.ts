/**
 * API tokens: `hs_`, 12 characters of id, 32 of secret, 6 of checksum, all in base62.
 *
 * The prefix and the checksum let secret scanners find a leaked one without asking anybody; the id
 * inside lets its owner delete it without knowing more. The secret has 190 bits from the system's
 * source, so that a plain SHA-256 digest of the token is safe to store.
 */
import { hash, timingSafeEqual } from "node:crypto";
import { crc32 } from "node:zlib";
import { HandstampError, type Scope } from "@handstamp/protocol";
import { Secret } from "../secret.ts";

export const API_TOKEN_PREFIX = "hs_";
/** For secret scanners too: `\bhs_[0-9A-Za-z]{50}\b`. */
export const API_TOKEN_FORM = /^hs_([0-9A-Za-z]{12})[0-9A-Za-z]{32}([0-9A-Za-z]{6})$/;
const ANYWHERE = /hs_[0-9A-Za-z]{50}/;

/** What the store keeps of an API token. Times in unix seconds. */
export interface ApiTokenRow {
  readonly id: string;
  readonly project: string;
  readonly name: string;
  /** SHA-256 of the token's text, lower-case hex. */
  readonly digest: string;
  readonly scopes: readonly Scope[];
  /** Products it may mint; absent means all that policy allows. */
  readonly products?: readonly string[];
  /** Patterns of identities that it may name; absent means all that policy allows. */
  readonly onBehalf?: readonly string[];
  readonly createdAt: number;
  readonly expiresAt?: number;
  readonly revokedAt?: number;
  readonly lastUsedAt?: number;
}

/** What authentication needs of the store. */
export interface ApiTokenStore {
  /** The row with this digest, revoked and expired ones too. */
  findByDigest(digest: string): ApiTokenRow | undefined | Promise<ApiTokenRow | undefined>;
  /** Records the last use. */
  touch(id: string, at: number): void | Promise<void>;
}

export interface NewApiToken {
  readonly project: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly products?: readonly string[];
  readonly onBehalf?: readonly string[];
  /** Unix seconds. */
  readonly expiresAt?: number;
}

/**
 * Makes an API token. The token itself is in this answer and nowhere else.
 *
 * @param random bytes from a cryptographic source
 * @param now unix seconds
 *
 * @example
 * const { token, row } = createApiToken({ project: "default", name: "ci", scopes: ["mint"] }, randomBytes, now);
 */
export function createApiToken(
  wanted: NewApiToken,
  random: (size: number) => Uint8Array,
  now: number,
): { readonly token: Secret; readonly row: ApiTokenRow } {
  if (wanted.scopes.length === 0)
    throw new HandstampError("invalid_request", "An API token needs at least one scope.", {
      fields: [{ pointer: "/scopes", message: "must name at least one scope" }],
    });
  const id = base62(random, 12);
  const bare = API_TOKEN_PREFIX + id + base62(random, 32);
  const token = bare + checksum(bare);
  return {
    token: new Secret(token),
    row: Object.freeze({ ...wanted, id, digest: digestOf(token), createdAt: now }),
  };
}

/** True for a text with the form and the checksum of an API token; says nothing of its existence. */
export function isApiToken(text: string): boolean {
  const form = API_TOKEN_FORM.exec(text);
  return form !== null && checksum(text.slice(0, -6)) === form[2];
}

/** True where an API token stands anywhere in a header, in Basic's base64 too. */
export function holdsApiToken(header: string): boolean {
  if (ANYWHERE.test(header)) return true;
  const basic = /^basic +([\w+/=-]+)$/i.exec(header)?.[1];
  return basic !== undefined && ANYWHERE.test(Buffer.from(basic, "base64").toString("latin1"));
}

/** The digest under which a token is stored: lower-case hex of its SHA-256. */
export function digestOf(token: string): string {
  return hash("sha256", token, "hex");
}

/** Compares two digests in constant time. */
export function sameDigest(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a, "latin1"), Buffer.from(b, "latin1")];
  return left.length === right.length && timingSafeEqual(left, right);
}

const BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const UNBIASED = 256 - (256 % BASE62.length);

function base62(random: (size: number) => Uint8Array, length: number): string {
  let text = "";
  while (text.length < length)
    for (const byte of random(length * 2))
      if (byte < UNBIASED && text.length < length) text += BASE62[byte % BASE62.length];
  return text;
}

function checksum(text: string): string {
  let rest = crc32(text);
  let digits = "";
  for (let i = 0; i < 6; i++) {
    digits = BASE62[rest % 62] + digits;
    rest = Math.floor(rest / 62);
  }
  return digits;
}
