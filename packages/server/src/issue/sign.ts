import { hash } from "node:crypto";
import { refreshAt } from "@handstamp/protocol";
import { revealKey, type SigningKey } from "../config/config.ts";
import type { Outcome } from "../store/store.ts";
import type { Allowed } from "./authorize.ts";
import type { IssueDeps } from "./deps.ts";
import type { Draw } from "./draw.ts";
import type { TokenFacts } from "./types.ts";

// As in ask.ts: only this module makes one, and a changed copy is none.
declare class MadeHere {
  private readonly signed: true;
}

/** A signed token that is in no record yet: its text is out of reach, so that it cannot leave. */
export interface Signed extends MadeHere {
  readonly facts: TokenFacts;
  readonly key: SigningKey;
  readonly draw: Draw;
  readonly allowed: Allowed;
  /** base64url(SHA-256(the text)), by which the record knows it. */
  readonly digest: string;
}

const texts = new WeakMap<Signed, string>();

/** Signs what has been allowed, with the project's active key. */
export function sign(deps: Pick<IssueDeps, "providers">, allowed: Allowed, draw: Draw): Signed {
  const { project, provider, key, decision, uid } = allowed;
  const minted = deps.providers[provider].mint(decision.request, revealKey(key), draw);
  const facts: TokenFacts = {
    id: minted.id,
    provider,
    project,
    identity: decision.request.identity,
    ...(uid === undefined ? {} : { uid }),
    grants: decision.request.grants,
    issuedAt: minted.issuedAt,
    expiresAt: minted.expiresAt,
    refreshAt: refreshAt(minted.issuedAt, minted.expiresAt, draw.jitter),
    warnings: minted.warnings,
    rules: decision.rules,
    ...(decision.clampedFrom === undefined ? {} : { clampedFrom: decision.clampedFrom }),
  };
  const digest = hash("sha256", minted.token, "base64url");
  const result = { facts, key, draw, allowed, digest } as unknown as Signed;
  texts.set(result, minted.token);
  return result;
}

/** The outcome of an entry that is durably in the record. */
export type Committed = Extract<Outcome, { readonly committed: true }>;

/** The token's text, in exchange for the outcome of its commit. */
export function textOf(signed: Signed, outcome: Committed): string {
  if (!outcome.committed) throw new TypeError("a token leaves only when it is in the record");
  return texts.get(signed) as string;
}
