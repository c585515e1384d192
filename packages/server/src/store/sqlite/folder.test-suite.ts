import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StoreFactory } from "../contract/with-store.test-suite.ts";
import { openSqliteStore, type SqliteOptions } from "./open.ts";

/** A folder for one test, and how to be rid of it. */
export async function testFolder(): Promise<{ folder: string; dispose: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "handstamp-store-"));
  return { folder, dispose: () => rm(folder, { recursive: true, force: true }) };
}

export function sqliteFactory(options: Partial<SqliteOptions> = {}): StoreFactory {
  return async () => {
    const { folder, dispose } = await testFolder();
    const store = await openSqliteStore({ path: join(folder, "data", "handstamp.db"), ...options });
    return { store, dispose };
  };
}
