import type { ProviderId } from "./names.ts";

/** Any JSON value. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json };
/** A JSON object. */
export type JsonObject = { readonly [key: string]: Json };

/** `POST /v1/tokens`: what a client asks for. */
export interface TokenRequest {
  readonly provider: ProviderId;
  /** The caller's own when it is left out. */
  readonly identity?: string;
  /** Whole seconds. */
  readonly ttl?: number;
  /** One key a product, in the provider's own snake_case: `{"video": {"room": "lesson-12"}}`. */
  readonly grants?: Readonly<Record<string, JsonObject>>;
}

/** The answer to `POST /v1/tokens`. All times are RFC 3339 in UTC. */
export interface TokenResponse {
  readonly id: string;
  readonly provider: ProviderId;
  readonly identity: string;
  /** Agora's integer uid, where the token has one. */
  readonly uid?: number;
  readonly token: string;
  readonly issued_at: string;
  readonly expires_at: string;
  readonly refresh_at: string;
  readonly grants: Readonly<Record<string, JsonObject>>;
  /** What the provider only advises against, in words. */
  readonly warnings?: readonly string[];
}

/** RFC 9457 problem details, as every native route answers a failure. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly request_id: string;
  readonly errors?: readonly { readonly pointer: string; readonly message: string }[];
}
