/** API tokens in the record: what their creation and their deletion commit, and how they are shown. */
import type { JsonObject } from "@handstamp/protocol";
import type { Actor, AuditEvent } from "../audit/events.ts";
import type { ApiTokenRow as StoredRow } from "../store/rows.ts";
import type { Entry } from "../store/store.ts";
import type { ApiTokenRow } from "./api-token.ts";

/** Whose hand it was, and when. */
export interface Hand {
  readonly actor: Actor;
  /** The request's id, null for what no request caused. */
  readonly request: string | null;
  /** Unix milliseconds. */
  readonly at: number;
}

/** Records a new API token, which `createApiToken` made. */
export function apiTokenCreated(row: ApiTokenRow, hand: Hand): Entry {
  const { products = null, onBehalf = null, expiresAt = null } = row;
  const { id, project, name, digest, scopes, createdAt } = row;
  const createdBy = `${hand.actor.kind}:${hand.actor.id}`;
  const stored: StoredRow = {
    ...{ id, project, name, digest, scopes, products, onBehalf, createdAt, createdBy, expiresAt },
    lastUsedAt: null,
    revokedAt: null,
  };
  const data = { id, name, scopes, products, on_behalf: onBehalf, expires_at: expiresAt };
  return {
    event: eventOf("callers.created", project, data, hand),
    effects: [{ kind: "api_token_created", row: stored }],
  };
}

/** Records the end of an API token. Refused `not_found` for one that is not there or ended already. */
export function apiTokenDeleted(project: string, id: string, hand: Hand): Entry {
  const at = Math.floor(hand.at / 1000);
  return {
    event: eventOf("callers.deleted", project, { id }, hand),
    effects: [{ kind: "api_token_revoked", project, id, at }],
  };
}

function eventOf(
  type: "callers.created" | "callers.deleted",
  project: string,
  data: JsonObject,
  hand: Hand,
): AuditEvent {
  return { type, project, identity: null, products: [], data, ...hand };
}
