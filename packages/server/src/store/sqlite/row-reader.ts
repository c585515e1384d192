/** Reading the small tables: rows as the database has them into rows as the rest knows them. */
import type { DatabaseSync } from "node:sqlite";
import type { JsonObject, ProviderId, Scope } from "@handstamp/protocol";
import type { ApiTokenRow, IdempotencyRow, SigningKeyRow } from "../rows.ts";
import type { ApiTokens, SigningKeys } from "../store.ts";

type Raw = Readonly<Record<string, string | number | null>>;

function apiTokenRow(raw: Raw): ApiTokenRow {
  return {
    id: raw.id as string,
    project: raw.project as string,
    name: raw.name as string,
    digest: raw.digest as string,
    scopes: JSON.parse(raw.scopes as string) as Scope[],
    products: raw.products === null ? null : (JSON.parse(raw.products as string) as string[]),
    onBehalf: raw.on_behalf === null ? null : (JSON.parse(raw.on_behalf as string) as string[]),
    createdAt: raw.created_at as number,
    createdBy: raw.created_by as string,
    expiresAt: raw.expires_at as number | null,
    lastUsedAt: raw.last_used_at as number | null,
    revokedAt: raw.revoked_at as number | null,
  };
}

function signingKeyRow(raw: Raw): SigningKeyRow {
  return {
    project: raw.project as string,
    provider: raw.provider as ProviderId,
    id: raw.id as string,
    state: raw.state as SigningKeyRow["state"],
    fingerprint: raw.fingerprint as string,
    createdAt: raw.created_at as number,
    changedAt: raw.changed_at as number,
  };
}

function idempotencyRow(raw: Raw): IdempotencyRow {
  return {
    project: raw.project as string,
    caller: raw.caller as string,
    key: raw.key as string,
    bodyDigest: raw.body_digest as string,
    inputs: JSON.parse(raw.inputs as string) as JsonObject,
    expiresAt: raw.expires_at as number,
  };
}

/** Prepares a statement and gives its rows, or its first row, through a mapper. */
function reader<T>(db: DatabaseSync, sql: string, map: (raw: Raw) => T) {
  const statement = db.prepare(sql);
  return {
    async first(...values: (string | number)[]): Promise<T | undefined> {
      const raw = statement.get(...values);
      return raw === undefined ? undefined : map(raw as Raw);
    },
    async all(...values: (string | number)[]): Promise<readonly T[]> {
      return statement.all(...values).map((raw) => map(raw as Raw));
    },
  };
}

export function apiTokensOn(db: DatabaseSync): ApiTokens {
  const digest = reader(db, "SELECT * FROM api_tokens WHERE digest = ?", apiTokenRow);
  const one = reader(db, "SELECT * FROM api_tokens WHERE project = ? AND id = ?", apiTokenRow);
  const many = reader(
    db,
    `SELECT * FROM api_tokens WHERE project = ? AND revoked_at IS NULL ORDER BY created_at, id`,
    apiTokenRow,
  );
  return {
    byDigest: (value) => digest.first(value),
    get: (project, id) => one.first(project, id),
    list: (project) => many.all(project),
  };
}

export function signingKeysOn(db: DatabaseSync): SigningKeys {
  const keys = "SELECT * FROM signing_keys WHERE project = ?";
  const one = reader(db, `${keys} AND provider = ? AND id = ?`, signingKeyRow);
  const all = reader(db, `${keys} ORDER BY created_at, id`, signingKeyRow);
  const some = reader(db, `${keys} AND provider = ? ORDER BY created_at, id`, signingKeyRow);
  return {
    get: (project, provider, id) => one.first(project, provider, id),
    list: (project, provider) => (provider ? some.all(project, provider) : all.all(project)),
  };
}

/** The look-ups of one value each. */
export function valuesOn(db: DatabaseSync) {
  const uid = reader(db, "SELECT uid FROM uids WHERE project = ? AND identity = ?", (raw) =>
    Number(raw.uid),
  );
  const blocked = reader(
    db,
    "SELECT 1 FROM blocked_identities WHERE project = ? AND identity = ?",
    () => true,
  );
  const revoked = reader(
    db,
    "SELECT revoked_at FROM revoked_tokens WHERE project = ? AND token = ?",
    (raw) => Number(raw.revoked_at),
  );
  const meta = reader(db, "SELECT value FROM meta WHERE key = ?", (raw) => String(raw.value));
  const kept = reader(
    db,
    "SELECT * FROM idempotency WHERE project = ? AND caller = ? AND key = ? AND expires_at > ?",
    idempotencyRow,
  );
  return {
    uid: (project: string, identity: string) => uid.first(project, identity),
    isBlocked: async (project: string, identity: string) =>
      (await blocked.first(project, identity)) ?? false,
    revokedAt: (project: string, token: string) => revoked.first(project, token),
    meta: (key: string) => meta.first(key),
    idempotency: (project: string, caller: string, key: string, now: number) =>
      kept.first(project, caller, key, now),
  };
}
