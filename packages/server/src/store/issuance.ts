import type { JsonObject } from "@handstamp/protocol";
import type { AuditEvent, StoredEvent } from "../audit/events.ts";
import type { Issuance } from "./rows.ts";

/**
 * The event that records an issue: what `journal.record` takes for a token.
 *
 * @param at unix milliseconds
 */
export function tokenIssued(issuance: Omit<Issuance, "revokedAt">, at: number): AuditEvent {
  return {
    type: "token.issued",
    at,
    project: issuance.project,
    actor: issuance.caller,
    request: issuance.request,
    identity: issuance.identity,
    products: issuance.products,
    data: {
      digest: issuance.digest,
      expires_at: issuance.expiresAt,
      grants: issuance.grants,
      issued_at: issuance.issuedAt,
      key: issuance.key,
      provider: issuance.provider,
      rule: issuance.rule,
      token: issuance.id,
      uid: issuance.uid,
    },
  };
}

/** The record that a `token.issued` event holds. */
export function issuanceOf(event: StoredEvent, revokedAt: number | null): Issuance {
  const data = event.data as JsonObject & IssuedData;
  return {
    id: data.token,
    project: event.project as string,
    provider: data.provider,
    products: event.products,
    identity: event.identity as string,
    uid: data.uid,
    grants: data.grants,
    key: data.key,
    issuedAt: data.issued_at,
    expiresAt: data.expires_at,
    caller: event.actor,
    rule: data.rule,
    request: event.request as string,
    digest: data.digest,
    revokedAt,
  };
}

/** The members of a `token.issued` event's data. `token` is its id, never its text. */
interface IssuedData {
  readonly digest: string;
  readonly expires_at: number;
  readonly grants: Readonly<Record<string, JsonObject>>;
  readonly issued_at: number;
  readonly key: string;
  readonly provider: Issuance["provider"];
  readonly rule: string;
  readonly token: string;
  readonly uid: number | null;
}
