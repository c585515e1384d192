import { HandstampError, isHandstampError, type JsonObject } from "@handstamp/protocol";
import type { AuditEvent } from "../audit/events.ts";
import type { Caller } from "../callers/caller.ts";
import { canonicalIdentity } from "../callers/identity.ts";
import { tokenIssued } from "../store/issuance.ts";
import type { Effect, Outcome, Refusal, Requirement } from "../store/store.ts";
import type { IssueDeps } from "./deps.ts";
import { type Signed, textOf } from "./sign.ts";
import type { IssueRequest, RequestInfo, TokenFacts } from "./types.ts";

// As in ask.ts: only this module makes one, and a changed copy is none.
declare class MadeHere {
  private readonly recorded: true;
}

/** A token that is durably in the record: the one thing that an answer may be written from. */
export interface Recorded extends TokenFacts, MadeHere {
  readonly token: string;
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
  signed: Signed,
  info: RequestInfo,
  options: EntryOptions = {},
): Promise<Recorded> {
  const { caller } = signed.allowed;
  const event = issuedEvent(deps, signed, info);
  const outcome = await deps.journal.record({
    event: options.type ? { ...event, type: options.type } : event,
    require: [...requirementsOf(caller, signed), ...(options.require ?? [])],
    effects: [...usesOf(deps, caller), ...(options.effects ?? [])],
  });
  if (!outcome.committed) throw refusedInCommit(outcome);
  deps.watch.issued(signed.facts.provider, event.products);
  return { ...signed.facts, token: textOf(signed, outcome) } as unknown as Recorded;
}

function issuedEvent(
  deps: RecordDeps,
  { facts, key, allowed: { caller }, digest }: Signed,
  info: RequestInfo,
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
      digest,
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
 * What is no entry of its own: what a spent limit refuses, or a limit would be no bound to what one
 * person can make us write; and that nothing can be written.
 */
const UNWRITTEN: ReadonlySet<string> = new Set(["rate_limited", "store_unavailable"]);

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
  if (!isHandstampError(error) || writtenDown.has(error) || UNWRITTEN.has(error.code)) return error;
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
  const reason = (error.detail ?? error.message).slice(0, MAX_REASON);
  const data: JsonObject = { code: error.code, reason, provider };
  return {
    type: "token.refused",
    at: deps.now(),
    project: caller.project,
    actor: { kind: caller.kind, id: caller.id },
    request: info.requestId,
    identity: identity === undefined ? caller.identity : acceptable(identity),
    products: productsAmong(deps, provider, grants),
    data,
  };
}

/** A message can repeat what it refuses. In characters. */
const MAX_REASON = 500;

/** Those that exist: the rest of the keys is a stranger's text. */
function productsAmong(
  { providers }: IssueDeps,
  provider: IssueRequest["provider"],
  grants: IssueRequest["grants"],
): string[] {
  const known = Object.hasOwn(providers, provider) ? providers[provider].products : [];
  return known.filter(({ key }) => Object.hasOwn(grants, key)).map(({ name }) => name);
}
