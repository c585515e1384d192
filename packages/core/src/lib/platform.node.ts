/** What Node does itself, and so do Deno and Bun: hashes, zlib and base64, all synchronous. */
import { isUtf8 } from "node:buffer";
import crypto, { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { deflateSync } from "node:zlib";

export { inflate } from "./inflate.ts";

/** Bytes, or text taken as UTF-8. */
export type Data = Uint8Array | string;

/** HMAC-SHA256 (RFC 2104). */
export function hmacSha256(key: Data, message: Data): Uint8Array {
  const inner = innerHash(key, message);
  if (!inner) return createHmac("sha256", key).update(message).digest();
  return Buffer.from(outerHash(inner, "latin1"), "latin1");
}

/** HMAC-SHA256 as unpadded base64url, the form that a JWT carries. */
export function hmacSha256Base64url(key: Data, message: Data): string {
  const inner = innerHash(key, message);
  if (!inner) return createHmac("sha256", key).update(message).digest("base64url");
  return outerHash(inner, "base64url");
}

/*
 * HMAC is two hashes: H(key ^ opad || H(key ^ ipad || message)). As two one-shot calls they take a
 * fraction of the time of createHmac, whose object costs more than its hash; a digest comes back
 * sooner as latin1 text than as a Buffer. Longer keys and messages, and runtimes without a one-shot
 * hash, take createHmac.
 */
const BLOCK = 64;
const HASH = 32;
const MAX_MESSAGE = 8192;
const IPAD = 0x36;
const OPAD = 0x5c;
const innerBlock = Buffer.alloc(BLOCK + 3 * MAX_MESSAGE);
const outerBlock = Buffer.alloc(BLOCK + HASH);
const oneShot = (crypto as Partial<typeof crypto>).hash;

/** The inner hash, with the outer key left in `outerBlock` for {@link outerHash}. */
function innerHash(key: Data, message: Data): string | undefined {
  const keySize = typeof key === "string" ? Buffer.byteLength(key) : key.length;
  if (!oneShot || keySize > BLOCK || message.length > MAX_MESSAGE) return undefined;
  innerBlock.fill(0, 0, BLOCK);
  place(key, 0);
  for (let i = 0; i < BLOCK; i++) {
    const byte = innerBlock[i] as number;
    outerBlock[i] = byte ^ OPAD;
    innerBlock[i] = byte ^ IPAD;
  }
  const size = BLOCK + place(message, BLOCK);
  const inner = oneShot("sha256", innerBlock.subarray(0, size), "latin1");
  innerBlock.fill(0, 0, BLOCK);
  return inner;
}

function outerHash(inner: string, encoding: "latin1" | "base64url"): string {
  outerBlock.write(inner, BLOCK, "latin1");
  const mac = crypto.hash("sha256", outerBlock, encoding);
  outerBlock.fill(0);
  return mac;
}

function place(data: Data, at: number): number {
  if (typeof data === "string") return innerBlock.write(data, at, "utf8");
  innerBlock.set(data, at);
  return data.length;
}

export function sha256(message: Data): Uint8Array {
  return createHash("sha256").update(message).digest();
}

/** SHA-256 as unpadded base64url, the form of an id. */
export function sha256Base64url(message: Data): string {
  if (!oneShot) return createHash("sha256").update(message).digest("base64url");
  return oneShot("sha256", message, "base64url");
}

/** MD5, for the identifiers that Agora derives with it. Never for security. */
export function md5Hex(message: Data): string {
  return createHash("md5").update(message).digest("hex");
}

/** Compares in a time that depends on the lengths alone. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

// Node allocates 16 KiB for the output by default, most of the cost of a token; the bytes are the same.
const SMALL_CHUNKS = { chunkSize: 1024 };

/** A zlib stream (RFC 1950) at the default level, as the vendors' encoders write. */
export function deflate(data: Uint8Array): Uint8Array {
  return deflateSync(data, SMALL_CHUNKS);
}

/** Unpadded base64url (RFC 4648, section 5) of bytes or of a text's UTF-8. */
export function encodeBase64url(data: Data): string {
  if (typeof data === "string" && Buffer.byteLength(data) === data.length) return fromAscii(data);
  return view(data).toString("base64url");
}

// ASCII needs no copy through a Buffer; btoa is then three times as fast.
function fromAscii(text: string): string {
  const padded = btoa(text);
  const rest = text.length % 3;
  const bare = rest === 0 ? padded : padded.slice(0, rest - 3);
  if (!bare.includes("+") && !bare.includes("/")) return bare;
  return bare.replaceAll("+", "-").replaceAll("/", "_");
}

/** The text of UTF-8 bytes, or undefined where they are not valid UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  return isUtf8(bytes) ? view(bytes).toString("utf8") : undefined;
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
  // Buffer takes the standard alphabet too, and skips what it does not know, which shows in the size.
  if (text.length % 4 === 1 || Buffer.byteLength(text) !== text.length) return undefined;
  const bytes = Buffer.from(text, "base64url");
  const complete = bytes.length === Math.floor((text.length * 3) / 4);
  const strict = complete && !text.includes("+") && !text.includes("/") && !hasStrayBits(text);
  return strict ? bytes : undefined;
}

/** The last characters that leave no bits over, by what the length leaves of a group of four. */
const FULL_ENDS: readonly (string | undefined)[] = [undefined, "", "AQgw", "AEIMQUYcgkosw048"];

function hasStrayBits(text: string): boolean {
  const ends = FULL_ENDS[text.length % 4];
  return ends !== undefined && !ends.includes(text.charAt(text.length - 1));
}

/** The bytes of canonical padded base64, or undefined, as strictly as {@link decodeBase64url}. */
export function decodeBase64(text: string): Uint8Array | undefined {
  // What was read is written again and compared: strict, and off the path of every request.
  const bytes = Buffer.from(text, "base64");
  return bytes.toString("base64") === text ? bytes : undefined;
}

function view(data: Data): Buffer {
  if (typeof data === "string") return Buffer.from(data, "utf8");
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}
