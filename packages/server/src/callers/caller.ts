/** Who is asking: the first type of the pipeline, made only by what has judged a credential. */
import type { JsonObject, Scope } from "@handstamp/protocol";

export type CallerKind = "jwt" | "session" | "api_token" | "passcode" | "open" | "cli";

/** What is known of a caller. */
interface CallerFacts {
  readonly kind: CallerKind;
  /** The project that the credential belongs to. It is never chosen by the request. */
  readonly project: string;
  /** Stable and unique in the project: `jwt:<issuer>|<subject>`, an API token's id. For the record. */
  readonly id: string;
  /** The one identity this caller is, in canonical form; null for a back end that is nobody itself. */
  readonly identity: string | null;
  readonly scopes: ReadonlySet<Scope>;
  /** The claims of the JWT, or the session's answer: what policy conditions read. */
  readonly claims: JsonObject;
  /** The Agora uid that a claim gives, where `callers[].uid` maps one. */
  readonly uid?: number;
  /** Products an API token is limited to; absent means no limit of its own. */
  readonly products?: readonly string[];
  /** Patterns of the identities that `mint:others` may name; absent means no limit of its own. */
  readonly onBehalf?: readonly string[];
  /** Unix seconds at which the credential itself ends, where it does. */
  readonly expiresAt?: number;
}

// A private member, and not a symbol: neither a literal nor a copy under another name is a Caller.
declare class Judged {
  private readonly judged: true;
}

/** Only `judgedCaller` makes one, and only the folder `callers` calls it. */
export interface Caller extends CallerFacts, Judged {}

/** Marks a caller as judged. Called by the sources in this folder alone; checked in CI. */
export function judgedCaller(facts: CallerFacts): Caller {
  return Object.freeze(facts) as unknown as Caller;
}

/** What a request shows of itself, before anyone has judged it. */
export interface Presented {
  /** All `Authorization` header values as they came; more than one is a refusal. */
  readonly authorization: string | readonly string[] | undefined;
  readonly cookie: string | undefined;
  /** Lower-case names. Only those that a source names are read. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly method: string;
  /** The client's address after trusted proxies, and the socket's own. */
  readonly ip: string;
  readonly remoteAddress: string;
}
