/** `Idempotency-Key` for the creation of a caller: a replay shows what was made, without the token. */
import { hash } from "node:crypto";
import { HandstampError } from "@handstamp/protocol";
import type { Ask } from "../../http/operation.ts";
import type { Idempotency } from "../../issue/types.ts";
import type { ApiTokenRow } from "../../store/rows.ts";
import type { Effect } from "../../store/store.ts";
import type { CallersDeps } from "./change.ts";

const KEPT_SECONDS = 86_400;

/** The effect that keeps which caller a key has made, for the commit that makes it. */
export function keepCreation(
  ask: Ask,
  made: string,
  { key, body }: Idempotency,
  now: number,
): Effect {
  const { project, id: caller } = ask.caller;
  const bodyDigest = digestOf(ask, body);
  const expiresAt = now + KEPT_SECONDS;
  const row = { project, caller, key, bodyDigest, inputs: { made }, expiresAt };
  return { kind: "idempotency_kept", now, row };
}

/**
 * What this key has made before; undefined where it has made nothing.
 *
 * @throws HandstampError `idempotency_mismatch` for another body, `conflict` where it was deleted since
 */
export async function replayCreation(
  { store, now }: CallersDeps,
  ask: Ask,
  { key, body }: Idempotency,
): Promise<ApiTokenRow | undefined> {
  const { project, id: caller } = ask.caller;
  const kept = await store.idempotency(project, caller, key, Math.floor(now() / 1000));
  if (!kept) return undefined;
  if (kept.bodyDigest !== digestOf(ask, body))
    throw new HandstampError(
      "idempotency_mismatch",
      "This Idempotency-Key was used for another body: take a new one.",
    );
  const row = await store.apiTokens.get(project, kept.inputs["made"] as string);
  if (row && row.revokedAt === null) return row;
  throw new HandstampError("conflict", "The caller that this Idempotency-Key made was deleted.");
}

/** With the route: a key that stands for a mint must not stand for this. */
function digestOf({ route }: Ask, body: string): string {
  return hash("sha256", `${route}\n${body}`, "hex");
}
