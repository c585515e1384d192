/** What an entry may change besides the log: for each kind of effect its questions and its changes. */
import type { SQLInputValue } from "node:sqlite";
import type { Effect, Refusal } from "../store.ts";
import { SEGMENT_SIZE } from "./postings.ts";

export type EffectKind = Effect["kind"];
type Kind = EffectKind;
type Of<K extends Kind> = Extract<Effect, { kind: K }>;
type Values = readonly SQLInputValue[];

/** A question whose row, when there is one (or none, with `absent`), refuses the effect. */
export interface Check<K extends Kind> {
  readonly sql: string;
  readonly values: (effect: Of<K>) => Values;
  readonly reason: Refusal;
  readonly absent?: true;
  readonly when?: (effect: Of<K>) => boolean;
}
interface Change<K extends Kind> {
  readonly sql: string;
  readonly values: (effect: Of<K>) => Values;
}
export interface EffectRule<K extends Kind> {
  /** True for what no requirement asks about. */
  readonly aside?: true;
  /** Where it is enough to apply one such effect of a batch: what makes two the same. */
  readonly once?: (effect: Of<K>) => string;
  readonly checks?: readonly Check<K>[];
  readonly changes: readonly Change<K>[];
}

const json = (value: unknown) => (value === null ? null : JSON.stringify(value));

const LIVE_API_TOKEN =
  "SELECT 1 FROM api_tokens WHERE project = ? AND id = ? AND revoked_at IS NULL";
const ONE_KEY = "FROM signing_keys WHERE project = ? AND provider = ? AND id = ?";
const OTHER_ACTIVE = `SELECT 1 FROM signing_keys
  WHERE project = ? AND provider = ? AND id <> ? AND state = 'active'`;

const OLDEST_SEGMENT = `(SELECT min(id) / ${SEGMENT_SIZE} FROM audit)`;

/** One rule for each kind of effect. */
export const EFFECTS: { readonly [K in Kind]: EffectRule<K> } = {
  idempotency_kept: {
    aside: true,
    checks: [
      {
        sql: `SELECT 1 FROM idempotency
              WHERE project = ? AND caller = ? AND key = ? AND expires_at > ?`,
        values: ({ row, now }) => [row.project, row.caller, row.key, now],
        reason: "idempotency_used",
      },
    ],
    changes: [
      {
        sql: `INSERT OR REPLACE INTO idempotency
              (project, caller, key, body_digest, inputs, expires_at) VALUES (?, ?, ?, ?, ?, ?)`,
        values: ({ row }) => [
          row.project,
          row.caller,
          row.key,
          row.bodyDigest,
          json(row.inputs),
          row.expiresAt,
        ],
      },
    ],
  },
  api_token_created: {
    checks: [
      {
        sql: "SELECT 1 FROM api_tokens WHERE id = ? OR digest = ?",
        values: ({ row }) => [row.id, row.digest],
        reason: "already_exists",
      },
    ],
    changes: [
      {
        sql: `INSERT INTO api_tokens (id, project, name, digest, scopes, products, on_behalf,
              created_at, created_by, expires_at, last_used_at, revoked_at)
              VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        values: ({ row }) => [
          row.id,
          row.project,
          row.name,
          row.digest,
          json(row.scopes),
          json(row.products),
          json(row.onBehalf),
          row.createdAt,
          row.createdBy,
          row.expiresAt,
          row.lastUsedAt,
          row.revokedAt,
        ],
      },
    ],
  },
  api_token_revoked: {
    checks: [
      {
        sql: LIVE_API_TOKEN,
        values: (e) => [e.project, e.id],
        reason: "not_found",
        absent: true,
      },
    ],
    changes: [
      {
        sql: "UPDATE api_tokens SET revoked_at = ? WHERE project = ? AND id = ?",
        values: (e) => [e.at, e.project, e.id],
      },
    ],
  },
  api_token_used: {
    aside: true,
    once: (e) => e.id,
    changes: [
      {
        sql: `UPDATE api_tokens SET last_used_at = ?1
              WHERE id = ?2 AND (last_used_at IS NULL OR last_used_at <= ?1 - 60)`,
        values: (e) => [e.at, e.id],
      },
    ],
  },
  key_created: {
    checks: [
      {
        sql: `SELECT 1 ${ONE_KEY}`,
        values: ({ row }) => [row.project, row.provider, row.id],
        reason: "already_exists",
      },
      {
        sql: OTHER_ACTIVE,
        values: ({ row }) => [row.project, row.provider, row.id],
        reason: "second_active",
        when: ({ row }) => row.state === "active",
      },
    ],
    changes: [
      {
        sql: `INSERT INTO signing_keys
              (project, provider, id, state, fingerprint, created_at, changed_at)
              VALUES (?, ?, ?, ?, ?, ?, ?)`,
        values: ({ row }) => [
          row.project,
          row.provider,
          row.id,
          row.state,
          row.fingerprint,
          row.createdAt,
          row.changedAt,
        ],
      },
    ],
  },
  key_state: {
    checks: [
      {
        sql: `SELECT 1 ${ONE_KEY}`,
        values: (e) => [e.project, e.provider, e.key],
        reason: "not_found",
        absent: true,
      },
      {
        sql: `SELECT 1 ${ONE_KEY} AND state IN (SELECT value FROM json_each(?))`,
        values: (e) => [e.project, e.provider, e.key, json(e.from)],
        reason: "key_state",
        absent: true,
      },
      {
        sql: OTHER_ACTIVE,
        values: (e) => [e.project, e.provider, e.key],
        reason: "second_active",
        when: (e) => e.to === "active",
      },
    ],
    changes: [
      {
        sql: `UPDATE signing_keys SET state = ?, changed_at = ?
              WHERE project = ? AND provider = ? AND id = ?`,
        values: (e) => [e.to, e.at, e.project, e.provider, e.key],
      },
    ],
  },
  token_revoked: {
    changes: [
      {
        sql: "INSERT OR IGNORE INTO revoked_tokens (project, token, revoked_at) VALUES (?, ?, ?)",
        values: (e) => [e.project, e.token, e.at],
      },
    ],
  },
  identity_blocked: {
    changes: [
      {
        sql: `INSERT OR IGNORE INTO blocked_identities (project, identity, blocked_at)
              VALUES (?, ?, ?)`,
        values: (e) => [e.project, e.identity, e.at],
      },
    ],
  },
  identity_unblocked: {
    checks: [
      {
        sql: "SELECT 1 FROM blocked_identities WHERE project = ? AND identity = ?",
        values: (e) => [e.project, e.identity],
        reason: "not_found",
        absent: true,
      },
    ],
    changes: [
      {
        sql: "DELETE FROM blocked_identities WHERE project = ? AND identity = ?",
        values: (e) => [e.project, e.identity],
      },
    ],
  },
  uid_assigned: {
    aside: true,
    checks: [
      {
        sql: "SELECT 1 FROM uids WHERE project = ? AND identity = ?",
        values: (e) => [e.project, e.identity],
        reason: "already_exists",
      },
      {
        sql: "SELECT 1 FROM uids WHERE project = ? AND uid = ?",
        values: (e) => [e.project, e.uid],
        reason: "uid_taken",
      },
    ],
    changes: [
      {
        sql: "INSERT INTO uids (project, identity, uid) VALUES (?, ?, ?)",
        values: (e) => [e.project, e.identity, e.uid],
      },
    ],
  },
  audit_trimmed: {
    // Asked before anything is removed: the entry that the chain will stand on must still be there.
    checks: [
      {
        sql: "SELECT 1 FROM audit WHERE chain = ? AND seq = ?",
        values: (e) => [e.chain, e.through],
        reason: "not_found",
        absent: true,
      },
    ],
    changes: [
      {
        sql: `UPDATE chains SET anchor_seq = ?2,
              anchor_hash = (SELECT hash FROM audit WHERE chain = ?1 AND seq = ?2) WHERE chain = ?1`,
        values: (e) => [e.chain, e.through],
      },
      {
        sql: "DELETE FROM audit WHERE chain = ? AND seq <= ?",
        values: (e) => [e.chain, e.through],
      },
      // Terms go with their segment, once nothing in it is left.
      {
        sql: `DELETE FROM audit_postings WHERE segment < ${OLDEST_SEGMENT}`,
        values: () => [],
      },
      {
        sql: `DELETE FROM audit_segments WHERE segment < ${OLDEST_SEGMENT}`,
        values: () => [],
      },
    ],
  },
  meta: {
    changes: [
      {
        sql: "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)",
        values: (e) => [e.key, e.value],
      },
    ],
  },
};
