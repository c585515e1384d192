import { hash } from "node:crypto";
import { HandstampError, isHandstampError, type JsonObject } from "@handstamp/protocol";
import type { AuditEvent } from "../audit/events.ts";
import type { Caller } from "../callers/caller.ts";
import { canonicalIdentity } from "../callers/identity.ts";
import { tokenIssued } from "../store/issuance.ts";
import type { Effect, Outcome, Refusal, Requirement } from "../store/store.ts";
import type { IssueDeps } from "./deps.ts";
import { type Signed, textOf } from "./sign.ts";
import type { IssueRequest, RequestInfo, TokenFacts } from "./types.ts";

declare const recorded: unique symbol;

/** A token that is durably in the record: the one thing that an answer may be written from. */
export interface Recorded extends TokenFacts {
  readonly token: string;
  readonly [recorded]: true;
}

interface RecordDeps extends Pick<IssueDeps, "journal" | "now"> {
  readonly watch: Pick<IssueDeps["watch"], "issued">;
}

/** How an issue is entered into the record, beside what the token itself says. */
export interface EntryOptions {
  readonly type?: "token.issued" | "token.replayed";
  readonly require?: readonly Requirement[];
  readonly effects?: readonly Effect[];
}

/**
 * Writes the issue down, then hands the token out. This is the point of no return: whether the key is
 * active, the identity not blocked and the caller not revoked is asked inside the same transaction,
 * and when the record cannot be written, the token is dropped.
 *
 * @throws HandstampError `store_unavailable`, or the refusal that the commit found
 */
export async function record(
  deps: RecordDeps,
  caller: Caller,
  signed: Signed,
  info: RequestInfo,
  options: EntryOptions = {},
): Promise<Recorded> {
  const token = textOf(signed);
  const event = issuedEvent(deps, caller, signed, info, token);
  const outcome = await deps.journal.record({
    event: options.type ? { ...event, type: options.type } : event,
    require: [...requirementsOf(caller, signed), ...(options.require ?? [])],
    effects: [...usesOf(deps, caller), ...(options.effects ?? [])],
  });
  if (!outcome.committed) throw refusedInCommit(outcome);
  deps.watch.issued(signed.facts.provider, event.products);
  return { ...signed.facts, token } as Recorded;
}

function issuedEvent(
  deps: RecordDeps,
  caller: Caller,
  { facts, key }: Signed,
  info: RequestInfo,
  token: string,
): AuditEvent {
  const { id, project, provider, identity, uid = null, grants, issuedAt, expiresAt, rules } = facts;
  return tokenIssued(
    {
      id,
      project,
      provider,
      products: Object.keys(grants).map((name) => `${provider}.${name}`),
      identity,
      uid,
      grants,
      key: key.id,
      issuedAt,
      expiresAt,
      caller: { kind: caller.kind, id: caller.id },
      rule: rules.join(", "),
      request: info.requestId,
      digest: hash("sha256", token, "base64url"),
    },
    deps.now(),
  );
}

/** What must hold at the moment of the commit, on whatever machine it happens. */
function requirementsOf(caller: Caller, { facts, key }: Signed): Requirement[] {
  const { project, provider, identity } = facts;
  return [
    { kind: "key_active", project, provider, key: key.id },
    { kind: "identity_allowed", project, identity },
    ...(caller.kind === "api_token"
      ? [{ kind: "api_token_valid", project, id: caller.id } as const]
      : []),
  ];
}

function usesOf(deps: RecordDeps, caller: Caller): Effect[] {
  if (caller.kind !== "api_token") return [];
  return [{ kind: "api_token_used", id: caller.id, at: Math.floor(deps.now() / 1000) }];
}

const REFUSALS: Partial<Record<Refusal, () => HandstampError>> = {
  key_not_active: () =>
    new HandstampError(
      "key_not_active",
      "The signing key was taken out of use just now; try again.",
      {
        retryAfter: 1,
      },
    ),
  identity_blocked: () => new HandstampError("forbidden", "This identity is blocked."),
  caller_revoked: () =>
    new HandstampError("unauthenticated", "The credential is missing or not valid.", {
      detail: "the API token was revoked",
    }),
  token_revoked: () =>
    new HandstampError("conflict", "The token of this idempotency key has been revoked."),
};

/** Refusals that the commit itself has written into the record. */
const writtenDown = new WeakSet<object>();

/** The idempotency key was taken by another request in the same moment. */
export class KeyTaken extends Error {}

function refusedInCommit({ reason }: Extract<Outcome, { committed: false }>): Error {
  if (reason === "idempotency_used") return new KeyTaken();
  const make = REFUSALS[reason];
  const error =
    make?.() ?? new HandstampError("internal", "The record refused the entry.", { detail: reason });
  writtenDown.add(error);
  return error;
}

/**
 * Writes a known caller's refusal down and gives the error to answer with: the refusal itself, or
 * `store_unavailable` where even that could not be recorded.
 */
export async function recordRefusal(
  deps: IssueDeps,
  caller: Caller,
  request: IssueRequest,
  info: RequestInfo,
  error: unknown,
): Promise<unknown> {
  if (!isHandstampError(error) || writtenDown.has(error) || error.code === "store_unavailable")
    return error;
  try {
    await deps.journal.record({ event: refusedEvent(deps, caller, request, info, error) });
    return error;
  } catch (unrecorded) {
    return unrecorded;
  }
}

/** The identity that was named, if it is one; what is none does not enter the record. */
function acceptable(identity: string): string | null {
  try {
    return canonicalIdentity(identity);
  } catch {
    return null;
  }
}

function refusedEvent(
  deps: IssueDeps,
  caller: Caller,
  { provider, identity, grants }: IssueRequest,
  info: RequestInfo,
  error: HandstampError,
): AuditEvent {
  const data: JsonObject = { code: error.code, reason: error.detail ?? error.message, provider };
  return {
    type: "token.refused",
    at: deps.now(),
    project: caller.project,
    actor: { kind: caller.kind, id: caller.id },
    request: info.requestId,
    identity: identity === undefined ? caller.identity : acceptable(identity),
    products: Object.keys(grants).map((name) => `${provider}.${name}`),
    data,
  };
}
