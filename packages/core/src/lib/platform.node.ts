/** What Node does itself, and so do Deno and Bun: hashes, zlib and base64, all synchronous. */
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { deflateSync, inflateSync } from "node:zlib";

/** Bytes, or text taken as UTF-8. */
export type Data = Uint8Array | string;

/** HMAC-SHA256 (RFC 2104). */
export function hmacSha256(key: Data, message: Data): Uint8Array {
  return createHmac("sha256", key).update(message).digest();
}

/** HMAC-SHA256 as unpadded base64url, the form that a JWT carries. */
export function hmacSha256Base64url(key: Data, message: Data): string {
  return createHmac("sha256", key).update(message).digest("base64url");
}

export function sha256(message: Data): Uint8Array {
  return createHash("sha256").update(message).digest();
}

/** MD5, for the identifiers that Agora derives with it. Never for security. */
export function md5Hex(message: Data): string {
  return createHash("md5").update(message).digest("hex");
}

/** Compares in a time that depends on the lengths alone. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

/** A zlib stream (RFC 1950) at the default level, as the vendors' encoders write. */
export function deflate(data: Uint8Array): Uint8Array {
  return deflateSync(data);
}

/**
 * The content of a zlib stream.
 *
 * @param limit the most bytes that may come out, so that a small token cannot fill the memory
 * @throws when the stream is not valid, or longer than the limit
 */
export function inflate(data: Uint8Array, limit: number): Uint8Array {
  return inflateSync(data, { maxOutputLength: limit });
}

/** Unpadded base64url (RFC 4648, section 5) of bytes or of a text's UTF-8. */
export function encodeBase64url(data: Data): string {
  return view(data).toString("base64url");
}

/** Padded base64 with the standard alphabet (RFC 4648, section 4). */
export function encodeBase64(data: Data): string {
  return view(data).toString("base64");
}

/**
 * The bytes of canonical unpadded base64url, or undefined. Padding, white space, the standard
 * alphabet and stray last bits are all refused: each would let one token have several texts.
 */
export function decodeBase64url(text: string): Uint8Array | undefined {
  return canonical(text, "base64url");
}

/** The bytes of canonical padded base64, or undefined, as strictly as {@link decodeBase64url}. */
export function decodeBase64(text: string): Uint8Array | undefined {
  return canonical(text, "base64");
}

// Buffer skips what it does not know, so what it read is written again and compared.
function canonical(text: string, encoding: "base64" | "base64url"): Uint8Array | undefined {
  const bytes = Buffer.from(text, encoding);
  return bytes.toString(encoding) === text ? bytes : undefined;
}

function view(data: Data): Buffer {
  if (typeof data === "string") return Buffer.from(data, "utf8");
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}
