import type { ApiTokenStore } from "./api-token.ts";
import type { Resolver } from "./outgoing.ts";

/** Something an operator should read. Never holds a credential. */
export interface CallerEvent {
  readonly event: string;
  readonly detail: string;
  readonly error?: unknown;
}

/** What judging callers takes from the world. Nothing here is read from the environment. */
export interface CallerDeps {
  /** Unix seconds by the wall clock, for what credentials say of time. */
  readonly now: () => number;
  /** Seconds of a clock that never jumps, for the ages of caches. */
  readonly elapsed: () => number;
  readonly resolve: Resolver;
  readonly apiTokens: ApiTokenStore;
  readonly log: (event: CallerEvent) => void;
  /** Exact origins whose pages may use a cookie, from `cors`. */
  readonly allowedOrigins: readonly string[];
  /** Called before a passcode is looked at; throws `rate_limited`. */
  readonly limitPasscodes?: (ip: string) => void | Promise<void>;
  /** How many verified JWTs are remembered; 0 remembers none. Default 10,000. */
  readonly verifiedJwts?: number;
}
