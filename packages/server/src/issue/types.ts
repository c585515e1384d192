/**
 * The types of the pipeline. Each step takes the type that the step before it made, and the brands
 * are private to the step that makes them, so that to skip a step does not compile:
 *
 *   Caller -> Asked -> Allowed -> Signed -> Recorded
 */
import type { MintRequest } from "@handstamp/core";
import type { JsonObject, ProviderId } from "@handstamp/protocol";
import type { SigningKey } from "../config/config.ts";

/** What a route asks the pipeline for. Nothing in it has been believed yet. */
export interface IssueRequest {
  readonly provider: ProviderId;
  /** Whom the token is for; the caller's own identity when it is left out. */
  readonly identity?: string | undefined;
  /** Whole seconds; the policy's or the provider's default when it is left out. */
  readonly ttl?: number | undefined;
  readonly grants: Readonly<Record<string, JsonObject>>;
  /**
   * `all`: everything that is asked for or a refusal. `some`: what the policy allows of it, as the
   * sample servers' routes promise, which name no grants at all.
   */
  readonly want: "all" | "some";
  readonly idempotency?: Idempotency | undefined;
}

/** The client's key and the body it stands for, as text. */
export interface Idempotency {
  readonly key: string;
  readonly body: string;
}

/** What is known of the request beside its content. */
export interface RequestInfo {
  readonly requestId: string;
  readonly ip: string;
  /** The route, as the record names it: `POST /v1/tokens`. */
  readonly route: string;
}

/** A decision to allow: the final grants and the final ttl, nothing left to choose. */
export interface Decision {
  readonly request: MintRequest;
  /** The rules that allowed it. */
  readonly rules: readonly string[];
  /** The ttl asked for, where policy made it shorter. */
  readonly clampedFrom?: number;
}

/** A token that has been signed; its text is out of reach until it is recorded. */
export interface TokenFacts {
  readonly id: string;
  readonly provider: ProviderId;
  readonly project: string;
  readonly identity: string;
  readonly uid?: number;
  readonly grants: Readonly<Record<string, JsonObject>>;
  /** Unix seconds. */
  readonly issuedAt: number;
  readonly expiresAt: number;
  readonly refreshAt: number;
  readonly warnings: readonly string[];
  readonly rules: readonly string[];
  readonly clampedFrom?: number;
}

/** One project's side of a provider, ready to sign. */
export interface ProjectProvider {
  readonly key: SigningKey;
  /** Defaults that fill omitted fields. */
  readonly settings: Readonly<Record<string, string>>;
}
