/** The schema, step by step. A step that was released is never changed; a new one is added. */
import type { DatabaseSync } from "node:sqlite";
import type { HandstampError } from "@handstamp/protocol";
import { unavailable } from "./fault.ts";

const FIRST = [
  `CREATE TABLE chains (
    chain TEXT PRIMARY KEY,
    seq INTEGER NOT NULL, hash BLOB NOT NULL, at INTEGER NOT NULL,
    anchor_seq INTEGER NOT NULL, anchor_hash BLOB NOT NULL
  ) STRICT, WITHOUT ROWID`,
  // The log. AUTOINCREMENT: an id is never given twice, so a cursor stays true after trimming.
  `CREATE TABLE audit (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    chain TEXT NOT NULL, seq INTEGER NOT NULL, at INTEGER NOT NULL,
    project TEXT, type TEXT NOT NULL, identity TEXT, caller TEXT NOT NULL,
    hash BLOB NOT NULL, event TEXT NOT NULL
  ) STRICT`,
  `CREATE UNIQUE INDEX audit_chain ON audit (chain, seq)`,
  // What postings.ts describes: the index over everything that the log is searched by.
  `CREATE TABLE audit_segments (
    segment INTEGER PRIMARY KEY, min_at INTEGER NOT NULL, max_at INTEGER NOT NULL
  ) STRICT`,
  `CREATE TABLE audit_postings (
    segment INTEGER NOT NULL, term INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
    PRIMARY KEY (segment, term, first)
  ) STRICT, WITHOUT ROWID`,
  `CREATE TABLE revoked_tokens (
    project TEXT NOT NULL, token TEXT NOT NULL, revoked_at INTEGER NOT NULL,
    PRIMARY KEY (project, token)
  ) STRICT, WITHOUT ROWID`,
  `CREATE TABLE blocked_identities (
    project TEXT NOT NULL, identity TEXT NOT NULL, blocked_at INTEGER NOT NULL,
    PRIMARY KEY (project, identity)
  ) STRICT, WITHOUT ROWID`,
  `CREATE TABLE api_tokens (
    id TEXT PRIMARY KEY, project TEXT NOT NULL, name TEXT NOT NULL, digest TEXT NOT NULL UNIQUE,
    scopes TEXT NOT NULL, products TEXT, on_behalf TEXT,
    created_at INTEGER NOT NULL, created_by TEXT NOT NULL,
    expires_at INTEGER, last_used_at INTEGER, revoked_at INTEGER
  ) STRICT, WITHOUT ROWID`,
  `CREATE INDEX api_tokens_project ON api_tokens (project, created_at)`,
  `CREATE TABLE idempotency (
    project TEXT NOT NULL, caller TEXT NOT NULL, key TEXT NOT NULL,
    body_digest TEXT NOT NULL, inputs TEXT NOT NULL, expires_at INTEGER NOT NULL,
    PRIMARY KEY (project, caller, key)
  ) STRICT, WITHOUT ROWID`,
  `CREATE INDEX idempotency_expiry ON idempotency (expires_at)`,
  `CREATE TABLE uids (
    project TEXT NOT NULL, identity TEXT NOT NULL, uid INTEGER NOT NULL,
    PRIMARY KEY (project, identity), UNIQUE (project, uid)
  ) STRICT, WITHOUT ROWID`,
  `CREATE TABLE signing_keys (
    project TEXT NOT NULL, provider TEXT NOT NULL, id TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'active', 'passive', 'deleted')),
    fingerprint TEXT NOT NULL, created_at INTEGER NOT NULL, changed_at INTEGER NOT NULL,
    PRIMARY KEY (project, provider, id)
  ) STRICT, WITHOUT ROWID`,
  // Never two active keys, whatever the code above it does.
  `CREATE UNIQUE INDEX signing_keys_active ON signing_keys (project, provider)
    WHERE state = 'active'`,
  `CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID`,
];

/** Each step's statements by its name, in the order of the names. */
export const SCHEMA: Readonly<Record<string, readonly string[]>> = { "0001_first": FIRST };

/**
 * True when every step has been taken. Asked with plain SQL, because loading Kysely costs a start a
 * tenth of a second, and nearly every start finds nothing to do.
 *
 * @throws HandstampError `store_unavailable` for a database that a newer version has written
 */
export function isCurrent(db: DatabaseSync): boolean {
  const tables = "SELECT 1 FROM sqlite_schema WHERE name = 'kysely_migration'";
  if (db.prepare(tables).get() === undefined) return false;
  const taken = db.prepare("SELECT name FROM kysely_migration").all() as unknown as Named[];
  const unknown = taken.find(({ name }) => !(name in SCHEMA));
  if (unknown) throw newer(unknown.name);
  return taken.length === Object.keys(SCHEMA).length;
}

interface Named {
  readonly name: string;
}

function newer(step: string): HandstampError {
  return unavailable(
    `the database was written by a newer version (schema step ${step}); update this one`,
  );
}
