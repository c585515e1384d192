/** What both changes of the list of callers share: the event, the commit, the refusal. */
import { HandstampError, isHandstampError, type JsonObject } from "@handstamp/protocol";
import type { AuditEvent, EventType } from "../../audit/events.ts";
import type { Ask } from "../../http/operation.ts";
import type { Journal } from "../../store/journal.ts";
import type { Effect, Refusal, Requirement, Store } from "../../store/store.ts";

export interface CallersDeps {
  readonly store: Pick<Store, "apiTokens" | "idempotency">;
  readonly journal: Pick<Journal, "record">;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** Bytes from a cryptographic source. */
  readonly random: (size: number) => Uint8Array;
}

/**
 * Commits a change with its event. Whether the caller itself still stands is asked in the same
 * transaction: a token that was deleted a moment ago makes no other.
 *
 * @returns the store's refusal, or undefined once the change is durable
 */
export async function commitChange(
  deps: CallersDeps,
  ask: Ask,
  type: EventType,
  data: JsonObject,
  effects: readonly Effect[],
): Promise<Refusal | undefined> {
  const event = eventOf(deps, ask, type, data);
  const outcome = await deps.journal.record({ event, require: standing(ask), effects });
  if (outcome.committed) return undefined;
  if (outcome.reason !== "caller_revoked") return outcome.reason;
  throw new HandstampError("unauthenticated", "The credential is missing or not valid.", {
    detail: "the API token was revoked",
  });
}

/**
 * Writes down that a known caller was refused, and gives the error to answer with.
 *
 * @param wanted the event that did not come about
 */
export async function recordRefusal(
  deps: CallersDeps,
  ask: Ask,
  wanted: EventType,
  error: unknown,
): Promise<unknown> {
  if (!isHandstampError(error) || error.code !== "forbidden") return error;
  const data = { wanted, reason: error.code, detail: error.message };
  try {
    await deps.journal.record({ event: eventOf(deps, ask, "operation.refused", data) });
    return error;
  } catch (unrecorded) {
    return unrecorded;
  }
}

function standing({ caller }: Ask): Requirement[] {
  if (caller.kind !== "api_token") return [];
  return [{ kind: "api_token_valid", project: caller.project, id: caller.id }];
}

function eventOf(deps: CallersDeps, ask: Ask, type: EventType, data: JsonObject): AuditEvent {
  const { kind, id, project } = ask.caller;
  return {
    type,
    at: deps.now(),
    project,
    actor: { kind, id },
    request: ask.requestId,
    identity: null,
    products: [],
    data,
  };
}
