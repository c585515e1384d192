/**
 * Whom a token names. Each product has rules of its own: what Twilio refuses is an error, what it
 * only advises against is a warning.
 *
 * Sources: https://www.twilio.com/docs/api/errors/31105 (Voice), /53200 to /53202 (Video),
 * https://www.twilio.com/docs/conversations/create-tokens (reserved characters).
 */
import type { HandstampError } from "@handstamp/protocol";
import { fieldError } from "./field-error.ts";
import type { GrantName } from "./wire.ts";

export const MAX_VOICE_IDENTITY = 121;
export const MAX_VIDEO_IDENTITY = 128;
export const MAX_IDENTITY = 256;

/** One thing about an identity; `code` is the one that an inspection reports. */
export interface IdentityProblem {
  readonly code: string;
  readonly severity: "error" | "warning";
  readonly providerCode: number;
  readonly message: string;
}

/** Which grants a token has: those that are not undefined. */
export type GrantSet = { readonly [K in GrantName]?: unknown };

interface Rule {
  /** The grants that it holds for; null for every token. */
  readonly grants: readonly GrantName[] | null;
  readonly problem: IdentityProblem;
  readonly breaks: (identity: string) => boolean;
}

const rule = (
  grants: readonly GrantName[] | null,
  severity: "error" | "warning",
  [code, providerCode]: readonly [string, number],
  message: string,
  breaks: (identity: string) => boolean,
): Rule => ({ grants, breaks, problem: { code, severity, providerCode, message } });

const INVALID = ["identity_invalid", 20106] as const;

const RULES: readonly Rule[] = [
  rule(null, "error", ["identity_missing", 20106], "must not be empty", (t) => t === ""),
  rule(null, "error", INVALID, "holds a lone surrogate, which is no character", isIllFormed),
  rule(null, "error", INVALID, "holds a control character", (t) => /\p{Cc}/u.test(t)),
  rule(
    null,
    "error",
    ["identity_too_long", 20106],
    `has more than ${MAX_IDENTITY} characters`,
    (t) => t.length > MAX_IDENTITY && width(t, 1) > MAX_IDENTITY,
  ),
  rule(
    ["voice"],
    "error",
    ["identity_invalid_for_voice", 31105],
    `must be letters, digits and underscores, at most ${MAX_VOICE_IDENTITY}, for the voice grant`,
    (t) => t !== "" && !isPlain(t),
  ),
  rule(
    ["video"],
    "error",
    ["identity_too_long_for_video", 53202],
    `must be at most ${MAX_VIDEO_IDENTITY} characters for the video grant, where a double-byte one counts two`,
    (t) => width(t, 2) > MAX_VIDEO_IDENTITY,
  ),
  rule(
    ["chat", "ipMessaging"],
    "warning",
    ["identity_reserved_characters", 20106],
    "holds characters that Conversations advises against, such as @ : / +",
    (t) => /[!*'();:@&=+$,/?%#[\]]/.test(t),
  ),
  rule(
    null,
    "warning",
    ["identity_invisible_characters", 20106],
    "holds invisible or direction-changing characters, so that two identities may look alike",
    (t) => /\p{Cf}/u.test(t),
  ),
  rule(
    null,
    "warning",
    ["identity_not_normalised", 20106],
    "is not in Unicode's normal form NFC, so that two spellings of one name are two identities",
    (t) => !isIllFormed(t) && t.normalize("NFC") !== t,
  ),
];

/** Letters, digits and underscores that fit every product: the common case, decided in one loop. */
function isPlain(text: string): boolean {
  if (text.length === 0 || text.length > MAX_VOICE_IDENTITY) return false;
  for (let i = 0; i < text.length; i++) if (!isWordCode(text.charCodeAt(i))) return false;
  return true;
}

function isWordCode(code: number): boolean {
  const letter = code | 0x20;
  return (letter >= 97 && letter <= 122) || (code >= 48 && code <= 57) || code === 95;
}

/** Characters, where one beyond ASCII counts as many as `wide` says. */
function width(text: string, wide: number): number {
  let sum = 0;
  for (const character of text) sum += character.charCodeAt(0) < 128 ? 1 : wide;
  return sum;
}

/** True for text with half of a surrogate pair, which has no UTF-8. */
export function isIllFormed(text: string): boolean {
  return /\p{Cs}/u.test(text);
}

const NONE: readonly IdentityProblem[] = [];

/** Everything that Twilio, or its advice, has against an identity in a token with these grants. */
export function identityProblems(identity: string, grants: GrantSet): readonly IdentityProblem[] {
  if (isPlain(identity)) return NONE;
  return RULES.filter(
    (r) => r.grants === null || r.grants.some((name) => grants[name] !== undefined),
  )
    .filter(({ breaks }) => breaks(identity))
    .map(({ problem }) => problem);
}

/**
 * Refuses an identity that Twilio refuses.
 *
 * @returns what is only advised against
 * @throws HandstampError `identity_invalid`
 */
export function checkIdentity(identity: unknown, grants: GrantSet): readonly IdentityProblem[] {
  if (typeof identity !== "string")
    throw identityError(
      typeof identity === "number" ? "must be a string: pass String(id)" : "must be a string",
    );
  const problems = identityProblems(identity, grants);
  const worst = problems.find(({ severity }) => severity === "error");
  if (worst) throw identityError(worst.message, worst.providerCode);
  return problems;
}

/** An `identity_invalid` that says what is wrong, without the identity. */
export function identityError(problem: string, providerCode?: number): HandstampError {
  return fieldError(["identity"], problem, "identity_invalid", providerCode);
}
