/** Taking the schema's steps with Kysely's migrator. Loaded only when there is one to take. */
import type { DatabaseSync } from "node:sqlite";
import { Kysely, sql } from "kysely";
import { type Migration, Migrator } from "kysely/migration";
import { nodeSqliteDialect } from "./dialect.ts";
import { SCHEMA } from "./schema.ts";

/**
 * Brings the schema up to date. Safe to run in several processes at once.
 *
 * @throws what a failed step threw; nothing of that run stays
 */
export async function migrate(db: DatabaseSync): Promise<void> {
  const kysely = new Kysely<unknown>({ dialect: nodeSqliteDialect(db) });
  const migrator = new Migrator({
    db: kysely,
    provider: { getMigrations: () => Promise.resolve(migrations()) },
  });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
}

function migrations(): Record<string, Migration> {
  const steps = Object.entries(SCHEMA).map(([name, statements]) => [name, migration(statements)]);
  return Object.fromEntries(steps) as Record<string, Migration>;
}

function migration(statements: readonly string[]): Migration {
  return {
    async up(db) {
      for (const statement of statements) await sql.raw(statement).execute(db);
    },
  };
}
