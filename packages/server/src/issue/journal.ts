import type { CallerKind } from "../callers/caller.ts";
import type { TokenFacts } from "./types.ts";

/** Where every decision about a known caller is written down before its answer leaves. */
export interface Journal {
  /** Resolves when the entry is durable. @throws HandstampError `store_unavailable` */
  issued(entry: IssuedEntry): Promise<void>;
  /** @throws HandstampError `store_unavailable` */
  refused(entry: RefusedEntry): Promise<void>;
}

export interface Who {
  readonly project: string;
  readonly kind: CallerKind;
  readonly id: string;
  readonly ip: string;
  readonly requestId: string;
  readonly route: string;
}

export interface IssuedEntry {
  readonly who: Who;
  readonly facts: TokenFacts;
  readonly keyId: string;
  /** SHA-256 of the token's text, in hex. The text itself is never written. */
  readonly digest: string;
}

export interface RefusedEntry {
  readonly who: Who;
  readonly provider: string;
  readonly identity: string | null;
  readonly products: readonly string[];
  /** The stable error code. */
  readonly code: string;
  /** Why, for the operator: which rule came closest. */
  readonly reason: string;
}
