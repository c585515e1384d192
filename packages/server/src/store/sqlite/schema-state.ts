import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { SCHEMA } from "./schema.ts";

/** The steps of the schema that a file has, and those that it lacks. */
export interface SchemaState {
  readonly applied: readonly string[];
  readonly pending: readonly string[];
  /** Steps that this program does not know: a newer one made them. */
  readonly unknown: readonly string[];
}

/** Reads a file's schema without changing it. A file that is not there has none of it. */
export function schemaOf(path: string): SchemaState {
  const applied = existsSync(path) ? appliedIn(path) : [];
  const known = Object.keys(SCHEMA);
  return {
    applied,
    pending: known.filter((name) => !applied.includes(name)),
    unknown: applied.filter((name) => !known.includes(name)),
  };
}

function appliedIn(path: string): readonly string[] {
  const db = new DatabaseSync(path, { readOnly: true });
  try {
    const has = db
      .prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'kysely_migration'")
      .get();
    if (!has) return [];
    const rows = db.prepare("SELECT name FROM kysely_migration ORDER BY name").all();
    return rows.map((row) => (row as { name: string }).name);
  } finally {
    db.close();
  }
}
