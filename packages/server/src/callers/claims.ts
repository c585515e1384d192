/**
 * From verified claims to who that is: claim paths, identity templates, Agora's uid.
 *
 * A path walks own properties only: `sub`, `user.id`, `emails.0.value`. One that holds a slash is the
 * name of a single claim, as in `https://example.com/role`. A template holds paths: `learner:${sub}`.
 */
import { HandstampError, isObject, type Json, type JsonObject } from "@handstamp/protocol";
import { canonicalIdentity, isGuestIdentity } from "./identity.ts";
import { refusal } from "./refusal.ts";

export type ClaimPath = readonly string[];

/** Literal text and claims by turns: `["learner:", path, ""]`. */
export interface IdentityTemplate {
  readonly source: string;
  readonly parts: readonly (string | ClaimPath)[];
}

const SEGMENT = /^[\w:@$-]{1,128}$/;
const MAX_SEGMENTS = 8;
const PLACEHOLDER = /\$\{([^{}]*)\}/;
/** So that a template's own text cannot combine with a claim into another letter. */
const LITERAL = /^[ -~]*$/;

/** The path that a setting names, or undefined where it is none. */
export function parseClaimPath(text: string): ClaimPath | undefined {
  if (text.includes("/")) return /^[!-~]{1,256}$/.test(text) ? [text] : undefined;
  const segments = text.split(".");
  const fine = segments.length <= MAX_SEGMENTS && segments.every((name) => SEGMENT.test(name));
  return fine && !text.startsWith("env:") ? segments : undefined;
}

/** The template that a setting names, or what is wrong with it. */
export function parseIdentityTemplate(source: string): IdentityTemplate | { error: string } {
  const isTemplate = source.includes("${");
  const pieces = isTemplate ? source.split(PLACEHOLDER) : ["", source, ""];
  const parts: (string | ClaimPath)[] = [];
  for (const [i, piece] of pieces.entries()) {
    const part = i % 2 === 0 ? literalOf(piece) : parseClaimPath(piece);
    if (part === undefined)
      return {
        error:
          'must be a claim, such as "sub" or "user.id", or a text with claims in it, such as "learner:${sub}"',
      };
    parts.push(part);
  }
  if (parts.slice(2, -2).includes(""))
    return { error: 'must have a text between two claims, such as "${tenant}:${sub}"' };
  return { source, parts };
}

function literalOf(text: string): string | undefined {
  return LITERAL.test(text) && !/[{}]/.test(text) ? text : undefined;
}

/**
 * True where no claim can make two templates give the same identity: what they begin with differs
 * within their common length, or what they end with does. Case counts for nothing.
 */
export function areApart(a: IdentityTemplate, b: IdentityTemplate): boolean {
  const [startA, startB] = [a, b].map(({ parts }) => String(parts[0]).toLowerCase());
  const [endA, endB] = [a, b].map(({ parts }) => String(parts.at(-1)).toLowerCase());
  const startsApart = !startA?.startsWith(startB ?? "") && !startB?.startsWith(startA ?? "");
  const endsApart = !endA?.endsWith(endB ?? "") && !endB?.endsWith(endA ?? "");
  return startsApart || endsApart;
}

/** The claim at a path, or undefined. */
export function claimAt(claims: JsonObject, path: ClaimPath): Json | undefined {
  let value: Json | undefined = claims;
  for (const name of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, name))
      return undefined;
    value = (value as JsonObject)[name];
  }
  return value;
}

/**
 * The canonical identity that verified claims give.
 *
 * @throws HandstampError `unauthenticated` where a claim is absent or gives no acceptable identity
 */
export function identityFrom(claims: JsonObject, template: IdentityTemplate): string {
  const texts = template.parts.map((part) =>
    typeof part === "string" ? part : claimText(claims, part),
  );
  checkSeparators(texts);
  const identity = acceptable(texts.join(""));
  if (isGuestIdentity(identity)) throw refusal("the identity begins with the guests' prefix");
  return identity;
}

/**
 * A claim that holds the text which parts it from the next could give the identity of another: with
 * `${tenant}:${sub}` the `b:c` of `a` and the `c` of `a:b` would be one person.
 */
function checkSeparators(texts: readonly string[]): void {
  for (let i = 1; i + 2 < texts.length; i += 2) {
    const [claim = "", separator = ""] = texts.slice(i, i + 2);
    if ((claim + separator).indexOf(separator) < claim.length)
      throw refusal("a claim holds the text that parts it from the next one in the identity");
  }
}

function claimText(claims: JsonObject, path: ClaimPath): string {
  const value = claimAt(claims, path);
  if (typeof value === "string" && value !== "") return value;
  if (typeof value === "number" && Number.isSafeInteger(value)) return String(value);
  throw refusal(`the claim ${path.join(".")} is missing, or no text and no whole number`);
}

function acceptable(text: string): string {
  try {
    return canonicalIdentity(text);
  } catch (error) {
    throw refusal(error instanceof HandstampError ? error.message : "no identity", error);
  }
}

const MAX_UID = 0xffff_ffff;

/** Agora's integer uid, 1 to 2^32 - 1, as a number or in canonical decimal text; else undefined. */
export function parseUid(value: unknown): number | undefined {
  const number = typeof value === "string" && /^[1-9]\d{0,9}$/.test(value) ? Number(value) : value;
  if (typeof number !== "number" || !Number.isInteger(number)) return undefined;
  return number >= 1 && number <= MAX_UID ? number : undefined;
}

/**
 * The uid that a mapped claim gives. Where it is mapped it must be there: a uid made up by the
 * service could be another person's.
 *
 * @throws HandstampError `unauthenticated`
 */
export function uidFrom(claims: JsonObject, path: ClaimPath): number {
  const uid = parseUid(claimAt(claims, path));
  if (uid === undefined)
    throw refusal(`the claim ${path.join(".")} is no uid from 1 to ${MAX_UID}`);
  return uid;
}

/** The claims that policy reads: all of them, with the mapped names taken from where they point. */
export function mapClaims(
  claims: JsonObject,
  mapping: Readonly<Record<string, ClaimPath>>,
): JsonObject {
  const all: Record<string, Json> = { ...claims };
  for (const [name, path] of Object.entries(mapping)) {
    const value = claimAt(claims, path);
    // A mapped name never falls back to a claim that happens to have it.
    if (value === undefined) delete all[name];
    else all[name] = value;
  }
  return all;
}

/** What a source learned, as the pieces of a caller that come from claims. */
export interface ClaimMapping {
  readonly identity: IdentityTemplate;
  readonly uid?: ClaimPath;
  readonly claims?: Readonly<Record<string, ClaimPath>>;
}

/** Identity, uid and claims in one go. @throws HandstampError `unauthenticated` */
export function mapped(claims: JsonObject, mapping: ClaimMapping) {
  return {
    identity: identityFrom(claims, mapping.identity),
    claims: deepFreeze(mapping.claims ? mapClaims(claims, mapping.claims) : claims),
    ...(mapping.uid ? { uid: uidFrom(claims, mapping.uid) } : {}),
  };
}

// Callers are remembered between requests: nobody may change what the next request will read.
function deepFreeze<T extends Json>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  for (const inner of Object.values(value)) deepFreeze(inner);
  return Object.freeze(value);
}

/** A JSON object without a member called `__proto__` anywhere, not deeper than 16, else undefined. */
export function plainObject(value: unknown): JsonObject | undefined {
  return isObject(value) && memberCount(value) !== undefined ? (value as JsonObject) : undefined;
}

const MAX_DEPTH = 16;

/** How many members a JSON value holds, all levels together; undefined for a hostile one. */
export function memberCount(value: unknown, depth = 0): number | undefined {
  if (typeof value !== "object" || value === null) return 0;
  if (depth === MAX_DEPTH || Object.hasOwn(value, "__proto__")) return undefined;
  const inner = Object.values(value);
  let count = Array.isArray(value) ? 0 : inner.length;
  for (const entry of inner) {
    const more = memberCount(entry, depth + 1);
    if (more === undefined) return undefined;
    count += more;
  }
  return count;
}
