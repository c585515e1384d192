/** What a policy is asked and what it answers. */
import type { ErrorCode, FieldError, JsonObject, ProviderId } from "@handstamp/protocol";
import type { Settings } from "./judge.ts";
import type { Lookup } from "./lookup.ts";
import type { Rule } from "./rule.ts";
import type { PolicyCaller } from "./scope.ts";

export type Grants = Readonly<Record<string, JsonObject>>;

/** A compiled policy: immutable, so that a new one can take its place between two requests. */
export interface Policy {
  readonly rules: readonly Rule[];
  /** By the product's full name. Products that no rule names are here with no entries. */
  readonly products: ReadonlyMap<string, Lookup>;
}

export interface PolicyRequest {
  readonly provider: ProviderId;
  /** Whole seconds; the rules' or the provider's default when it is left out. */
  readonly ttl?: number | undefined;
  /** Of the provider's form. Empty or left out: what the policy names literally. */
  readonly grants?: Grants | undefined;
  readonly ip?: string;
  /** `all`: everything that is asked for or a refusal. `some`: what is allowed of it. */
  readonly want?: "all" | "some";
}

export interface PolicyInput {
  readonly caller: PolicyCaller;
  readonly request: PolicyRequest;
  /** The provider's configured defaults, such as `chat_service_sid`. */
  readonly settings: Settings;
  /** The provider's own, in seconds. */
  readonly defaultTtl: number;
  /** Unix seconds. */
  readonly now: number;
}

export type Decision = Allowed | Refused;

export interface Allowed {
  readonly allowed: true;
  /** Complete: what the request left out is filled in. */
  readonly grants: Grants;
  /** Seconds, after the rules' `max_ttl`. */
  readonly ttl: number;
  /** The ttl asked for, where the policy made it shorter. */
  readonly clampedFrom?: number;
  /** The names of the rules that allowed it, each once. */
  readonly rules: readonly string[];
  /** Which rule allowed which grant. */
  readonly allowedBy: Readonly<Record<string, string>>;
}

export interface Refused {
  readonly allowed: false;
  readonly code: Extract<ErrorCode, "forbidden" | "invalid_request">;
  /** For the caller: plain, nothing of the rules. */
  readonly message: string;
  readonly fields: readonly FieldError[];
  /** For the operator and the log: which rule came closest, and why it failed. */
  readonly detail: string;
  readonly closest?: Closest;
}

/** The rule that was nearest to allowing a grant. Not for the caller. */
export interface Closest {
  readonly rule: string;
  readonly why: string;
}
