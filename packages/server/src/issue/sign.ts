import { refreshAt } from "@handstamp/protocol";
import { revealKey, type SigningKey } from "../config/config.ts";
import type { Allowed } from "./authorize.ts";
import type { IssueDeps } from "./deps.ts";
import type { Draw } from "./draw.ts";
import type { TokenFacts } from "./types.ts";

declare const signed: unique symbol;

/** A signed token that is in no record yet: its text is out of reach, so that it cannot leave. */
export interface Signed {
  readonly facts: TokenFacts;
  readonly key: SigningKey;
  readonly draw: Draw;
  readonly allowed: Allowed;
  readonly [signed]: true;
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
  const result = { facts, key, draw, allowed } as Signed;
  texts.set(result, minted.token);
  return result;
}

/** The token's text, for the step that records it and for no other. */
export function textOf(unrecorded: Signed): string {
  return texts.get(unrecorded) as string;
}
