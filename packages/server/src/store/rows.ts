/** The rows that the store keeps, as plain objects. Times are whole unix seconds. */
import type { JsonObject, ProviderId, Scope } from "@handstamp/protocol";
import type { Actor } from "../audit/events.ts";

/**
 * What was given to whom: the record of one issued token. It is not a table of its own but the view
 * of its `token.issued` event, so that it stands in the hash chain and cannot differ from it.
 */
export interface Issuance {
  /** The token's id: Twilio's `jti`, or Agora's digest of the signed message. */
  readonly id: string;
  readonly project: string;
  readonly provider: ProviderId;
  /** Full names: `twilio.video`. */
  readonly products: readonly string[];
  readonly identity: string;
  readonly uid: number | null;
  readonly grants: Readonly<Record<string, JsonObject>>;
  /** The id of the signing key. */
  readonly key: string;
  readonly issuedAt: number;
  readonly expiresAt: number;
  readonly caller: Actor;
  /** The name of the policy rule that allowed it. */
  readonly rule: string;
  readonly request: string;
  /** base64url(SHA-256(the token)). */
  readonly digest: string;
  readonly revokedAt: number | null;
}

/** A bearer token of a back end or an operator. The token itself is kept nowhere. */
export interface ApiTokenRow {
  readonly id: string;
  readonly project: string;
  readonly name: string;
  /** SHA-256 of the token, lower-case hex. */
  readonly digest: string;
  readonly scopes: readonly Scope[];
  /** Products it is limited to; null for all. */
  readonly products: readonly string[] | null;
  /** Identities it may name, as globs; null for what its scopes say. */
  readonly onBehalf: readonly string[] | null;
  readonly createdAt: number;
  readonly createdBy: string;
  /** When it stops by itself; null for never. */
  readonly expiresAt: number | null;
  readonly lastUsedAt: number | null;
  readonly revokedAt: number | null;
}

/** What is kept under an `Idempotency-Key`: enough to mint the same token again, never the token. */
export interface IdempotencyRow {
  readonly project: string;
  readonly caller: string;
  readonly key: string;
  /** SHA-256 of the request's body, lower-case hex. */
  readonly bodyDigest: string;
  readonly inputs: JsonObject;
  readonly expiresAt: number;
}

/** A signing key's life. Its sealed secret is a later migration's column. */
export interface SigningKeyRow {
  readonly project: string;
  readonly provider: ProviderId;
  /** Twilio's SK..., the first characters of an Agora certificate's fingerprint. */
  readonly id: string;
  /** `active` mints; `passive` still verifies; `deleted` stays as a tombstone and never returns. */
  readonly state: "pending" | "active" | "passive" | "deleted";
  /** SHA-256 of the secret, lower-case hex, so that a changed secret under one id is noticed. */
  readonly fingerprint: string;
  readonly createdAt: number;
  readonly changedAt: number;
}
