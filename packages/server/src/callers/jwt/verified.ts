/**
 * JWTs whose signature has been checked, so that the next request with the same one need not check it
 * again. The key is the SHA-256 of the whole token: two tokens that differ anywhere never meet.
 */
import { hash } from "node:crypto";
import type { Caller } from "../caller.ts";
import type { VerificationKey } from "./keys.ts";

export interface VerifiedJwt {
  readonly caller: Caller;
  /** Unix seconds with the leeway applied: accepted from `from`, up to but not at `until`. */
  readonly from: number;
  readonly until: number;
  readonly key: VerificationKey;
  /** True while the issuer still has the key. */
  readonly stillHeld: (key: VerificationKey) => boolean;
}

export interface VerifiedJwts {
  get(token: string, now: number): Caller | undefined;
  put(token: string, verified: VerifiedJwt): void;
  readonly size: number;
}

/** @param capacity the most that are remembered; the longest unused goes first. 0 remembers none. */
export function createVerifiedJwts(capacity: number): VerifiedJwts {
  const entries = new Map<string, VerifiedJwt>();
  return {
    get(token, now) {
      if (capacity === 0) return undefined;
      const digest = hash("sha256", token, "base64url");
      const entry = entries.get(digest);
      if (!entry) return undefined;
      entries.delete(digest);
      if (now < entry.from || now >= entry.until || !entry.stillHeld(entry.key)) return undefined;
      entries.set(digest, entry);
      return entry.caller;
    },
    put(token, verified) {
      if (capacity === 0) return;
      const oldest = entries.size >= capacity ? entries.keys().next().value : undefined;
      if (oldest !== undefined) entries.delete(oldest);
      entries.set(hash("sha256", token, "base64url"), verified);
    },
    get size() {
      return entries.size;
    },
  };
}
