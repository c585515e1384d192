/**
 * The parts of JWS compact serialisation (RFC 7515) that real-time providers use: HS256 over JSON.
 *
 * The guard stands before any JSON parser. Public libraries accept texts that are not canonical
 * (stray spaces, padding, non-zero last bits), so that one signed token has many spellings; here it
 * has one.
 */

import { HandstampError, isObject } from "@handstamp/protocol";
import {
  decodeBase64url,
  decodeUtf8,
  encodeBase64url,
  equalBytes,
  hmacSha256,
  hmacSha256Base64url,
} from "#platform";

/** The longest token that is looked at, in characters. */
export const MAX_TOKEN_LENGTH = 8192;
/** RFC 7518, section 3.2: an HS256 key is at least as long as the hash. */
export const MIN_HMAC_KEY_BYTES = 32;

/** A token whose form has been checked; its signature has not. */
export interface Jws {
  readonly header: Readonly<Record<string, unknown>>;
  readonly payload: Readonly<Record<string, unknown>>;
  /** What was signed: the first two parts and the dot between them. */
  readonly signed: string;
  readonly signature: Uint8Array;
}

/** A header's one spelling, and what it says. */
export interface KnownHeader {
  readonly encoded: string;
  readonly header: Readonly<Record<string, unknown>>;
}

/** The three texts of a token, or what is wrong with it, before anything is decoded. */
export function splitJws(token: string): readonly [string, string, string] {
  if (typeof token !== "string")
    throw new HandstampError("token_malformed", "A token is a string.");
  if (token.length > MAX_TOKEN_LENGTH)
    throw new HandstampError(
      "token_too_large",
      `A token has at most ${MAX_TOKEN_LENGTH} characters.`,
    );
  const parts = token.split(".", 4);
  if (parts.length !== 3 || parts.includes(""))
    throw new HandstampError("token_malformed", "A JWT has three parts with a dot between them.");
  return parts as unknown as readonly [string, string, string];
}

/**
 * Reads a JWT strictly: size, three parts, canonical base64url, JSON objects in valid UTF-8, `alg`
 * exactly HS256, no `crit`, `b64` or key inside the header.
 *
 * @param known a header that needs no second look, because it is one that we write
 * @throws HandstampError `token_malformed`, `token_too_large` or `token_header_invalid`
 */
export function decodeJws(token: string, known?: KnownHeader): Jws {
  const [first, second, third] = splitJws(token);
  const payload = decodePart(second);
  const signature = decodePart(third);
  return {
    header: first === known?.encoded ? known.header : decodeHeader(first),
    payload: parseObject(payload, "payload"),
    signed: token.slice(0, first.length + 1 + second.length),
    signature,
  };
}

function decodePart(part: string): Uint8Array {
  const bytes = decodeBase64url(part);
  if (bytes) return bytes;
  throw new HandstampError(
    "token_malformed",
    "The parts of a JWT are unpadded, canonical base64url.",
  );
}

function decodeHeader(part: string): Readonly<Record<string, unknown>> {
  const header = parseObject(decodePart(part), "header");
  checkHeader(header);
  return header;
}

function parseObject(bytes: Uint8Array, part: string): Record<string, unknown> {
  const text = decodeUtf8(bytes);
  let value: unknown;
  try {
    value = text === undefined ? undefined : JSON.parse(text);
  } catch {
    value = undefined;
  }
  if (!isObject(value))
    throw new HandstampError("token_malformed", `The ${part} of the token is not a JSON object.`);
  return value;
}

/** RFC 7515, section 4.1: header fields that bring a key, or change what is signed. */
export const FORBIDDEN_HEADER = ["jwk", "jku", "x5u", "x5c", "crit", "b64"] as const;

function checkHeader(header: Readonly<Record<string, unknown>>): void {
  if (header["alg"] !== "HS256")
    throw new HandstampError("token_header_invalid", 'The header\'s "alg" must be exactly HS256.');
  for (const name of FORBIDDEN_HEADER)
    if (Object.hasOwn(header, name))
      throw new HandstampError("token_header_invalid", `The header must not hold "${name}".`);
}

/**
 * Refuses an HMAC key that is empty or shorter than the hash.
 *
 * @throws HandstampError `key_invalid`
 */
export function checkHmacKey(secret: string): void {
  if (typeof secret !== "string" || secret.length < MIN_HMAC_KEY_BYTES)
    throw new HandstampError(
      "key_invalid",
      `The secret must have at least ${MIN_HMAC_KEY_BYTES} characters.`,
    );
}

/** True when the signature is the HMAC-SHA256 of the token under this secret. Constant in time. */
export function hasSignature(jws: Pick<Jws, "signed" | "signature">, secret: string): boolean {
  return equalBytes(hmacSha256(secret, jws.signed), jws.signature);
}

/** Signs a header, already encoded, and a payload, already JSON, with HS256. */
export function signHs256(encodedHeader: string, payload: string, secret: string): string {
  const signed = `${encodedHeader}.${encodeBase64url(payload)}`;
  return `${signed}.${hmacSha256Base64url(secret, signed)}`;
}
