/** The same as `platform.node.ts` where Node's modules are not: browsers, workerd, React Native. */
import { md5 } from "@noble/hashes/legacy.js";
import { zlibSync } from "fflate";
import * as base64 from "./base64.ts";
import { toHex, utf8 } from "./bytes.ts";
import * as plain from "./sha256.ts";

export { inflate } from "./inflate.ts";

/** Bytes, or text taken as UTF-8. */
export type Data = Uint8Array | string;

const bytes = (data: Data): Uint8Array => (typeof data === "string" ? utf8(data) : data);

/** HMAC-SHA256 (RFC 2104). */
export function hmacSha256(key: Data, message: Data): Uint8Array {
  return plain.hmacSha256(bytes(key), bytes(message));
}

/** HMAC-SHA256 as unpadded base64url, the form that a JWT carries. */
export function hmacSha256Base64url(key: Data, message: Data): string {
  return encodeBase64url(hmacSha256(key, message));
}

export function sha256(message: Data): Uint8Array {
  return plain.sha256(bytes(message));
}

/** SHA-256 as unpadded base64url, the form of an id. */
export function sha256Base64url(message: Data): string {
  return encodeBase64url(sha256(message));
}

/** MD5, for the identifiers that Agora derives with it. Never for security. */
export function md5Hex(message: Data): string {
  return toHex(md5(bytes(message)));
}

/** Compares in a time that depends on the lengths alone. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= (a[i] as number) ^ (b[i] as number);
  return difference === 0;
}

/** A zlib stream (RFC 1950) at the default level, as the vendors' encoders write. */
export function deflate(data: Uint8Array): Uint8Array {
  return zlibSync(data, { level: 6 });
}

/** Unpadded base64url (RFC 4648, section 5) of bytes or of a text's UTF-8. */
export function encodeBase64url(data: Data): string {
  return base64.encodeBase64url(bytes(data));
}

/** Padded base64 with the standard alphabet (RFC 4648, section 4). */
export function encodeBase64(data: Data): string {
  return base64.encodeBase64(bytes(data));
}

export { decodeBase64, decodeBase64url } from "./base64.ts";
export { fromUtf8 as decodeUtf8 } from "./bytes.ts";
