/**
 * What an entry changes besides the log. An effect first asks whether it may (`check`), and all of an
 * entry's effects are asked before the first is applied: a refused entry leaves nothing half done.
 */
import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import type { Effect, Refusal } from "../store.ts";

type Kind = Effect["kind"];
type Of<K extends Kind> = Extract<Effect, { kind: K }>;
type Values = readonly SQLInputValue[];

/** A question whose row, when there is one (or none, with `absent`), refuses the effect. */
interface Check<K extends Kind> {
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
interface Rule<K extends Kind> {
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

const RULES: { readonly [K in Kind]: Rule<K> } = {
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
        sql: `DELETE FROM audit_postings WHERE segment <
              coalesce((SELECT min(id) / 2048 FROM audit), (SELECT max(segment) FROM audit_segments))`,
        values: () => [],
      },
      {
        sql: `DELETE FROM audit_segments WHERE segment <
              coalesce((SELECT min(id) / 2048 FROM audit), (SELECT max(segment) FROM audit_segments))`,
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

export interface Effects {
  /** The first effect that may not be applied, by its reason. */
  check(effects: readonly Effect[]): Refusal | undefined;
  /** @returns true when something may have changed that requirements ask about */
  apply(effects: readonly Effect[]): boolean;
  /** Called when a transaction begins. */
  forget(): void;
}

export function effectsOn(db: DatabaseSync): Effects {
  const prepared = new Map<string, StatementSync>();
  const done = new Set<string>();
  const statement = (sql: string): StatementSync => {
    const known = prepared.get(sql);
    if (known) return known;
    const fresh = db.prepare(sql);
    prepared.set(sql, fresh);
    return fresh;
  };
  const refuses = (check: Check<Kind>, effect: Effect): boolean => {
    if (check.when && !check.when(effect)) return false;
    const found = statement(check.sql).get(...check.values(effect)) !== undefined;
    return found !== (check.absent ?? false);
  };
  return {
    check(effects) {
      for (const effect of effects)
        for (const check of (RULES[effect.kind] as Rule<Kind>).checks ?? [])
          if (refuses(check, effect)) return check.reason;
      return undefined;
    },
    apply(effects) {
      let changed = false;
      for (const effect of effects) {
        const rule = RULES[effect.kind] as Rule<Kind>;
        if (rule.once && done.has(rule.once(effect))) continue;
        if (rule.once) done.add(rule.once(effect));
        changed ||= !rule.aside;
        for (const { sql, values } of rule.changes) statement(sql).run(...values(effect));
      }
      return changed;
    },
    forget: () => done.clear(),
  };
}
