/**
 * `Idempotency-Key`: a client that did not get its answer asks again and gets the same token. Kept is
 * what the token was made of, never the token; it is made again under the same key.
 */

import { hash } from "node:crypto";
import type { MintRequest } from "@handstamp/core";
import { HandstampError, type JsonObject } from "@handstamp/protocol";
import type { IdempotencyRow } from "../store/rows.ts";
import type { Effect } from "../store/store.ts";
import type { Asked } from "./ask.ts";
import { allowedBefore } from "./authorize.ts";
import type { IssueDeps } from "./deps.ts";
import { keptDraw } from "./draw.ts";
import { type Recorded, record } from "./record.ts";
import { type Signed, sign } from "./sign.ts";
import type { Idempotency, RequestInfo } from "./types.ts";

const KEPT_SECONDS = 86_400;

/** What is kept under a key. */
interface Inputs {
  readonly request: MintRequest;
  readonly draw: JsonObject;
  readonly key: string;
  readonly token: string;
  readonly rules: readonly string[];
  readonly uid: number | null;
  readonly clampedFrom: number | null;
}

/** The effect that keeps a token's inputs, for the same commit that records it. */
export function keep(deps: IssueDeps, signed: Signed, { key, body }: Idempotency): Effect {
  const { caller, decision, uid } = signed.allowed;
  const inputs: Inputs = {
    request: decision.request,
    draw: signed.draw.kept(),
    key: signed.key.id,
    token: signed.facts.id,
    rules: decision.rules,
    uid: uid ?? null,
    clampedFrom: decision.clampedFrom ?? null,
  };
  const now = Math.floor(deps.now() / 1000);
  return {
    kind: "idempotency_kept",
    now,
    row: {
      project: caller.project,
      caller: caller.id,
      key,
      bodyDigest: digestOf(body),
      inputs: inputs as unknown as JsonObject,
      expiresAt: now + KEPT_SECONDS,
    },
  };
}

/**
 * The token that was issued under this key before, made again; undefined where there was none.
 *
 * @throws HandstampError `idempotency_mismatch` for another body or another identity, `conflict` where
 * the token was revoked or its signing key is no longer the active one
 */
export async function replay(
  deps: IssueDeps,
  asked: Asked,
  info: RequestInfo,
  { key, body }: Idempotency,
): Promise<Recorded | undefined> {
  const { caller } = asked;
  const now = Math.floor(deps.now() / 1000);
  const row = await deps.store.idempotency(caller.project, caller.id, key, now);
  if (!row) return undefined;
  const inputs = checked(row, body, asked);
  const decision = {
    request: inputs.request,
    rules: inputs.rules,
    ...(inputs.clampedFrom === null ? {} : { clampedFrom: inputs.clampedFrom }),
  };
  const allowed = allowedBefore(asked, decision, inputs.uid ?? undefined);
  const signed = sign(deps, allowed, keptDraw(inputs.draw));
  // Another version of this service may write a token's bytes otherwise; two tokens are no replay.
  if (signed.facts.id !== inputs.token) throw notAgain();
  const notRevoked = {
    kind: "token_not_revoked",
    project: caller.project,
    token: inputs.token,
  } as const;
  return record(deps, signed, info, { type: "token.replayed", require: [notRevoked] });
}

function checked(row: IdempotencyRow, body: string, asked: Asked): Inputs {
  if (row.bodyDigest !== digestOf(body))
    throw new HandstampError(
      "idempotency_mismatch",
      "This Idempotency-Key was used for another body: take a new one.",
    );
  const inputs = row.inputs as unknown as Inputs;
  if (inputs.key !== asked.settings.key.id) throw notAgain();
  return inputs;
}

function notAgain(): HandstampError {
  return new HandstampError(
    "conflict",
    "The key that signed this token is no longer in use: ask again with a new Idempotency-Key.",
  );
}

function digestOf(body: string): string {
  return hash("sha256", body, "hex");
}
