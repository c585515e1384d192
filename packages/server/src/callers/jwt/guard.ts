/**
 * What a JWT must look like before anybody looks at its signature: size, three parts, canonical
 * base64url, then JSON. Public libraries are laxer (stray spaces, padding, non-zero last bits, the
 * last of two members with one name), which gives one signed token several readings; here it has one.
 */
import type { JsonObject } from "@handstamp/protocol";
import { memberCount, plainObject } from "../claims.ts";
import { refusal } from "../refusal.ts";

export const MAX_JWT_LENGTH = 8192;

/** A JWT whose form is right. Nothing in it is to be believed yet. */
export interface UnverifiedJwt {
  readonly header: JsonObject;
  readonly payload: JsonObject;
  /** What was signed: the first two parts and the dot between them. */
  readonly signed: Buffer;
  readonly signature: Buffer;
}

/** True for a text of three dotted parts: whatever they hold, a JWT source judges it. */
export function looksLikeJwt(text: string): boolean {
  return text.split(".", 4).length === 3;
}

/**
 * Reads a JWT's form strictly.
 *
 * @throws HandstampError `unauthenticated`
 */
export function readJwt(token: string): UnverifiedJwt {
  if (token.length > MAX_JWT_LENGTH) throw refusal(`the JWT is longer than ${MAX_JWT_LENGTH}`);
  const parts = token.split(".", 4);
  if (parts.length !== 3) throw refusal("the JWT does not have three parts");
  const [header, payload, signature] = parts.map(decode);
  return {
    header: readObject(header as Buffer),
    payload: readObject(payload as Buffer),
    signed: Buffer.from(token.slice(0, token.lastIndexOf(".")), "latin1"),
    signature: signature as Buffer,
  };
}

// Buffer skips what it does not know, so what it read is written again and compared.
function decode(part: string): Buffer {
  const bytes = Buffer.from(part, "base64url");
  if (part === "" || bytes.toString("base64url") !== part)
    throw refusal("a part of the JWT is empty or not canonical base64url");
  return bytes;
}

const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function readObject(bytes: Buffer): JsonObject {
  const { text, value } = readJson(bytes);
  const object = plainObject(value);
  if (!object) throw refusal("a part of the JWT is no plain JSON object");
  if (memberCount(object) !== writtenMembers(text))
    throw refusal("a part of the JWT names a member twice");
  return object;
}

function readJson(bytes: Buffer): { text: string; value: unknown } {
  try {
    const text = strictUtf8.decode(bytes);
    return { text, value: JSON.parse(text) };
  } catch (error) {
    // The parser's own message quotes its input, and so it is not passed on.
    throw refusal(`a part of the JWT is no JSON in UTF-8 (${(error as Error).name})`);
  }
}

/** How many members valid JSON writes, counting the colons outside strings. A repeated one is lost in parsing. */
function writtenMembers(text: string): number {
  let members = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (quoted && code === BACKSLASH) i++;
    else if (code === QUOTE) quoted = !quoted;
    else if (code === COLON && !quoted) members++;
  }
  return members;
}

const QUOTE = 0x22;
const COLON = 0x3a;
const BACKSLASH = 0x5c;

/** RFC 7515, section 4.1, and RFC 7797: what brings a key along, or changes what was signed. */
const FORBIDDEN = ["jwk", "jku", "x5u", "x5c", "crit", "b64", "enc", "zip"] as const;
/** Base64 and its URL form, thumbprints, UUIDs, names; nothing that climbs a path or ends a quotation. */
const KID = /^(?!.*\.\.)[\w.+/=:@~-]{1,128}$/;
/** Without a `typ` of its own in the configuration: plain JWTs and RFC 9068 access tokens. */
const USUAL_TYPES = ["jwt", "at+jwt"];

export interface HeaderRules<A extends string = string> {
  readonly algorithms: readonly A[];
  /** The one `typ` that is accepted; absent: none, `JWT` or `at+jwt`. */
  readonly typ?: string;
}

/**
 * Checks a header against what its issuer is configured for.
 *
 * @throws HandstampError `unauthenticated`
 */
export function checkHeader<A extends string>(
  header: JsonObject,
  rules: HeaderRules<A>,
): { readonly alg: A; readonly kid: string | undefined } {
  for (const name of FORBIDDEN)
    if (Object.hasOwn(header, name)) throw refusal(`the JWT's header holds ${name}`);
  checkType(header["typ"], rules.typ);
  const alg = rules.algorithms.find((name) => name === header["alg"]);
  if (alg === undefined)
    throw refusal("the JWT's alg is not one that its issuer is configured for");
  const { kid } = header;
  if (kid === undefined) return { alg, kid };
  if (typeof kid !== "string" || !KID.test(kid)) throw refusal("the JWT's kid is no key's name");
  return { alg, kid };
}

function checkType(typ: unknown, wanted: string | undefined): void {
  const given = typeof typ === "string" ? mediaType(typ) : typ;
  const accepted = wanted === undefined ? USUAL_TYPES : [mediaType(wanted)];
  if (given === undefined && wanted === undefined) return;
  if (typeof given !== "string" || !accepted.includes(given))
    throw refusal("the JWT's typ is not the one expected");
}

// RFC 7515, section 4.1.9: compared without case, and "application/" may be left out.
function mediaType(typ: string): string {
  return typ.toLowerCase().replace(/^application\//, "");
}
