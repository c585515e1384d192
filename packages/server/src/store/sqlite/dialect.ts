/**
 * Kysely over `node:sqlite`: a driver of one connection. Kysely's own SQLite dialect brings the
 * grammar, the introspection and the migration table; only the driver is ours.
 */
import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from "kysely";

/** The connection stays the caller's: destroying the Kysely instance does not close it. */
export function nodeSqliteDialect(db: DatabaseSync): Dialect {
  return {
    createAdapter: () => new TransactionalAdapter(),
    createDriver: () => nodeSqliteDriver(db),
    createIntrospector: (kysely) => new SqliteIntrospector(kysely),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
}

/**
 * Kysely leaves SQLite's migrations outside of a transaction, for those that switch foreign keys off.
 * Ours do not, and inside one a step is whole, and two processes cannot both begin it.
 */
class TransactionalAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

function nodeSqliteDriver(db: DatabaseSync): Driver {
  const connection = connectionOver(db);
  let free = Promise.resolve();
  let release = () => {};
  return {
    init: () => Promise.resolve(),
    // One connection, so whoever holds it keeps the others waiting: a transaction stays whole.
    async acquireConnection() {
      const before = free;
      let done = () => {};
      free = new Promise((resolve) => {
        done = resolve;
      });
      await before;
      release = done;
      return connection;
    },
    // IMMEDIATE: two processes that migrate at once take turns, instead of one failing half way.
    beginTransaction: (c) => run(c, "begin immediate"),
    commitTransaction: (c) => run(c, "commit"),
    rollbackTransaction: (c) => run(c, "rollback"),
    releaseConnection: () => Promise.resolve(release()),
    destroy: () => Promise.resolve(),
  };
}

async function run(connection: DatabaseConnection, sql: string): Promise<void> {
  await connection.executeQuery(CompiledQuery.raw(sql));
}

function connectionOver(db: DatabaseSync): DatabaseConnection {
  return {
    executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
      const statement = db.prepare(sql);
      const bound = parameters as SQLInputValue[];
      if (statement.columns().length > 0)
        return Promise.resolve({ rows: statement.all(...bound) as R[] });
      const { changes } = statement.run(...bound);
      return Promise.resolve({ rows: [], numAffectedRows: BigInt(changes) });
    },
    streamQuery: () => {
      throw new Error("streaming goes page by page here, see query.ts");
    },
  };
}
