/** Reads a JWT as leniently as can be, for people who want to know what is wrong with one. */
import type { Json, JsonObject } from "@handstamp/protocol";
import { isObject } from "@handstamp/protocol";
import { decodeBase64url } from "#platform";
import { fromUtf8Lossy } from "./bytes.ts";

/** One part of a text that may be a JWT. */
export interface TextPart {
  readonly name: "header" | "payload" | "signature" | "extra";
  /** [start, end) in the text. */
  readonly range: readonly [number, number];
  readonly text: string;
  /** Only unpadded base64url without stray last bits; what else decodes is not canonical. */
  readonly canonical: boolean;
  readonly value: Json | undefined;
}

const NAMES = ["header", "payload", "signature"] as const;
/** A text beyond this is shown without being decoded. */
const MAX_DECODED = 262_144;
/** Deeper JSON is not shown, so that no reader of an inspection recurses too far. */
const MAX_DEPTH = 64;

/** Splits a text at its dots and decodes what can be decoded. Never throws. */
export function readParts(text: string): readonly TextPart[] {
  const parts: TextPart[] = [];
  let start = 0;
  // One more than a JWE has, so that "too many" can be told.
  for (const piece of text.split(".", 6)) {
    const name = NAMES[parts.length] ?? "extra";
    parts.push(readPart(name, piece, start));
    start += piece.length + 1;
  }
  return parts;
}

function readPart(name: TextPart["name"], text: string, start: number): TextPart {
  const range = [start, start + text.length] as const;
  const canonical =
    text !== "" && text.length <= MAX_DECODED && decodeBase64url(text) !== undefined;
  const value = name === "header" || name === "payload" ? jsonOf(text) : undefined;
  return { name, range, text, canonical, value };
}

function jsonOf(text: string): Json | undefined {
  if (text.length > MAX_DECODED) return undefined;
  const bytes = lenientBytes(text);
  if (!bytes) return undefined;
  const json = fromUtf8Lossy(bytes);
  if (depthOf(json) > MAX_DEPTH) return undefined;
  try {
    return JSON.parse(json) as Json;
  } catch {
    return undefined;
  }
}

/** The bytes of base64 in either alphabet, padded or not, broken by white space or not. */
function lenientBytes(text: string): Uint8Array | undefined {
  const bare = text.replaceAll(/[\s=]/g, "").replaceAll("+", "-").replaceAll("/", "_");
  return decodeBase64url(bare) ?? decodeBase64url(withoutStrayBits(bare));
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** The last character says less than six bits; those that it says too much are cleared. */
function withoutStrayBits(text: string): string {
  const spare = { 2: 16, 3: 4 }[text.length % 4];
  if (!spare) return text;
  const last = ALPHABET.indexOf(text.at(-1) as string);
  return last < 0 ? text : text.slice(0, -1) + ALPHABET[last - (last % spare)];
}

/** How deep the brackets of a JSON text nest. Those in strings count too: it is a bound. */
function depthOf(json: string): number {
  let depth = 0;
  let deepest = 0;
  for (let i = 0; i < json.length; i++) {
    const code = json.charCodeAt(i) | 0x20;
    // "[" and "{" differ in one bit, and so do "]" and "}".
    if (code === 0x7b) deepest = Math.max(deepest, ++depth);
    else if (code === 0x7d) depth--;
  }
  return deepest;
}

/** The object that a part holds, or undefined. */
export function objectOf(part: TextPart | undefined): JsonObject | undefined {
  const value = part?.value;
  return isObject(value) ? value : undefined;
}
