/** Plausible entries for tests. */
import type { AuditEvent, EventType } from "../../audit/events.ts";
import { tokenIssued } from "../issuance.ts";
import type { ApiTokenRow, Issuance, SigningKeyRow } from "../rows.ts";
import type { Effect, Entry } from "../store.ts";

/** A whole second, in unix seconds; events in tests are at this time unless they say otherwise. */
export const NOW = 1_763_700_000;
export const KEY = `SK${"0".repeat(31)}1`;

export function issuance(change: Partial<Issuance> = {}): Omit<Issuance, "revokedAt"> {
  return {
    id: `${KEY}-${crypto.randomUUID()}`,
    project: "default",
    provider: "twilio",
    products: ["twilio.video", "twilio.chat"],
    identity: "alice",
    uid: null,
    grants: { video: { room: "lesson-12" }, chat: { service_sid: "IS1" } },
    key: KEY,
    issuedAt: NOW,
    expiresAt: NOW + 3600,
    caller: { kind: "jwt", id: "jwt:https://login.example.com|alice" },
    rule: "tutors run their lessons",
    request: "req_1",
    digest: "n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg",
    ...change,
  };
}

/** An issue with the requirements that the pipeline asks for. */
export function issue(change: Partial<Issuance> = {}, at = NOW * 1000): Entry {
  const row = issuance(change);
  const { project, provider, key, identity } = row;
  return {
    event: tokenIssued(row, at),
    require: [
      { kind: "key_active", project, provider, key },
      { kind: "identity_allowed", project, identity },
    ],
  };
}

export function event(type: EventType, change: Partial<AuditEvent> = {}): AuditEvent {
  return {
    type,
    at: NOW * 1000,
    project: "default",
    actor: { kind: "cli", id: "operator" },
    request: null,
    identity: null,
    products: [],
    data: {},
    ...change,
  };
}

export function entry(type: EventType, ...effects: Effect[]): Entry {
  return { event: event(type), effects };
}

export function signingKey(change: Partial<SigningKeyRow> = {}): SigningKeyRow {
  return {
    project: "default",
    provider: "twilio",
    id: KEY,
    state: "active",
    fingerprint: "ab".repeat(32),
    createdAt: NOW,
    changedAt: NOW,
    ...change,
  };
}

export function keyCreated(change: Partial<SigningKeyRow> = {}): Entry {
  return entry("keys.created", { kind: "key_created", row: signingKey(change) });
}

export function apiToken(change: Partial<ApiTokenRow> = {}): ApiTokenRow {
  return {
    id: "ci",
    project: "default",
    name: "Continuous integration",
    digest: "cd".repeat(32),
    scopes: ["mint", "read"],
    products: ["twilio.video"],
    onBehalf: ["student-*"],
    createdAt: NOW,
    createdBy: "operator",
    expiresAt: null,
    lastUsedAt: null,
    revokedAt: null,
    ...change,
  };
}
