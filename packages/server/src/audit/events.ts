/**
 * The vocabulary of the log. An event says what happened, to whom, by whose hand; never a token
 * (only its digest) and never a secret. Types and field names are promises: a stored event is read
 * for years.
 */
import type { JsonObject } from "@handstamp/protocol";

/** The version of the event format, the field `v` of every stored event. */
export const EVENT_VERSION = 1;

/**
 * Every type of event. `refused` is the type recorded in its stead when the store refuses the entry;
 * an event without one is dropped silently, because nobody asked for it by name.
 */
export const EVENTS = {
  "token.issued": { title: "A token was issued", refused: "token.refused" },
  "token.replayed": {
    title: "A token was issued again for the same idempotency key",
    refused: "token.refused",
  },
  "token.refused": { title: "A known caller was refused a token" },
  "token.revoked": { title: "A token was revoked", refused: "operation.refused" },
  "identity.blocked": { title: "An identity was blocked", refused: "operation.refused" },
  "identity.unblocked": { title: "An identity was unblocked", refused: "operation.refused" },
  "callers.created": { title: "An API token was created", refused: "operation.refused" },
  "callers.deleted": { title: "An API token was deleted", refused: "operation.refused" },
  "keys.created": { title: "A signing key was created", refused: "operation.refused" },
  "keys.imported": { title: "A signing key was imported", refused: "operation.refused" },
  "keys.changed": { title: "A signing key changed its state", refused: "operation.refused" },
  "keys.deleted": { title: "A signing key was deleted", refused: "operation.refused" },
  "uid.assigned": { title: "An identity was given an integer uid" },
  "operation.refused": { title: "An operation was refused" },
  "anonymous.refused": { title: "Requests of unknown callers were refused, in sum" },
  "policy.loaded": { title: "The policy was loaded" },
  "service.started": { title: "The service started" },
  "service.stopped": { title: "The service stopped" },
  "audit.trimmed": { title: "Old entries were removed after their time" },
  "audit.exported": { title: "The log was exported" },
  "store.restored": { title: "The store was restored from a backup" },
} as const satisfies Record<string, { readonly title: string; readonly refused?: string }>;

/** The type of an event, a key of {@link EVENTS}. */
export type EventType = keyof typeof EVENTS;

/** Whose hand it was. */
export interface Actor {
  /** `jwt`, `session`, `api_token`, `passcode`, `open`, or `service` and `cli` for our own work. */
  readonly kind: string;
  /** Stable: `jwt:<issuer>|<subject>`, an API token's id. */
  readonly id: string;
}

/** One thing that happened. */
export interface AuditEvent {
  readonly type: EventType;
  /** Unix milliseconds. */
  readonly at: number;
  /** Null for what concerns the service as a whole. */
  readonly project: string | null;
  readonly actor: Actor;
  /** The request's id, null for what no request caused. */
  readonly request: string | null;
  /** Whom it concerns, where it concerns one. */
  readonly identity: string | null;
  /** Full names: `twilio.video`. */
  readonly products: readonly string[];
  readonly data: JsonObject;
}

/** An event as it stands in the log: the event, its version and its place. */
export interface StoredEvent extends AuditEvent {
  readonly v: typeof EVENT_VERSION;
  /** The hash chain it belongs to; one chain a writer. */
  readonly chain: string;
  /** Its place in the chain, counted from 1 without gaps. */
  readonly seq: number;
}

/**
 * The event that is recorded when the store refuses another one, or undefined where the table names
 * none. It keeps who, whom and which request, and drops the details of what did not happen.
 */
export function refusalOf(event: AuditEvent, reason: string): AuditEvent | undefined {
  const type = (EVENTS as Readonly<Record<EventType, { refused?: EventType }>>)[event.type].refused;
  if (!type) return undefined;
  return { ...event, type, data: { reason, wanted: event.type } };
}
