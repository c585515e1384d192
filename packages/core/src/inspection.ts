import type { Json, ProviderId } from "@handstamp/protocol";

/** Everything that can be seen of a token without trusting it. */
export interface Inspection {
  /** Null when no provider recognises the text. */
  readonly provider: ProviderId | null;
  /** What it is in words: "Twilio Access Token", "Agora AccessToken2 (007)", "HTML page". */
  readonly format: string;
  /** True or false after a check against a key; null where there was no key to check with. */
  readonly verified: boolean | null;
  /** The id of the key that verified it. */
  readonly keyId?: string;
  readonly id?: string;
  readonly identity?: string;
  /** Whose it says it is, proven or not: Twilio's account SID, Agora's app ID. */
  readonly account?: string;
  /** What it says it grants, in a request's terms: `{"video": {"room": "lesson-12"}}`. */
  readonly grants?: Readonly<Record<string, Json>>;
  /** Unix seconds. */
  readonly issuedAt?: number;
  readonly notBefore?: number;
  readonly expiresAt?: number;
  readonly parts: readonly Part[];
  /** All of them, the gravest first. Empty for a token that would be accepted as far as can be seen. */
  readonly problems: readonly Finding[];
}

/** One part of the token's text, and what it decodes to. */
export interface Part {
  /** "header", "payload", "signature", "prefix", "message". */
  readonly name: string;
  /** Where it stands in the text that was given: [start, end). */
  readonly range: readonly [number, number];
  /** The decoded value, where there is one. */
  readonly value?: Json;
  /** The layout of a binary part, field by field. */
  readonly bytes?: readonly ByteField[];
}

/** A field of a binary part: where its bytes are and what they say. */
export interface ByteField {
  readonly name: string;
  /** Offset and size in bytes, inside the decoded part. */
  readonly offset: number;
  readonly size: number;
  readonly hex: string;
  readonly value: Json;
  /** The value in words: "publish audio", "2026-11-21T12:00:00Z". */
  readonly meaning?: string;
}

/** One thing that is wrong, or that will surprise. */
export interface Finding {
  /** Stable, in snake_case: `expired`, `ttl_in_milliseconds`. */
  readonly code: string;
  /** An `error` is refused by the provider, a `warning` may be, an `info` is worth knowing. */
  readonly severity: "error" | "warning" | "info";
  /** What the provider's SDK or API would report: Twilio 20104, Agora 109. */
  readonly providerCode?: number;
  /** What is wrong, in one sentence. */
  readonly message: string;
  /** What to do about it, in one sentence. */
  readonly mend: string;
  /** Where it is, a JSON pointer into the part's value: `/payload/exp`. */
  readonly pointer?: string;
}

const GRAVITY = { error: 0, warning: 1, info: 2 } as const;

/** The gravest first; equals keep their order. */
export function byGravity(findings: readonly Finding[]): readonly Finding[] {
  return [...findings].sort((a, b) => GRAVITY[a.severity] - GRAVITY[b.severity]);
}
