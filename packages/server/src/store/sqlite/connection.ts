import { DatabaseSync } from "node:sqlite";

export interface ConnectionOptions {
  /** Milliseconds to wait for another process's lock. Shorter than a request's deadline. */
  readonly busyTimeout: number;
  readonly readOnly?: boolean;
}

/**
 * One connection with the settings that the promises rest on: a commit is on the disk before it
 * returns (`synchronous=FULL` in WAL mode syncs the log at every commit), readers never wait for the
 * writer, and foreign keys and types are held.
 */
export function connect(path: string, options: ConnectionOptions): DatabaseSync {
  const { busyTimeout, readOnly = false } = options;
  const db = new DatabaseSync(path, { timeout: busyTimeout, readOnly });
  try {
    if (!readOnly) db.exec("PRAGMA journal_mode = WAL");
    // A checkpoint each 1,000 pages (4 MB) is a stall of some milliseconds; a larger log means fewer
    // but longer ones, and the longest is what a waiting request feels.
    db.exec(`PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA wal_autocheckpoint = 1000;
      PRAGMA cache_size = -64000; PRAGMA automatic_index = OFF;
      PRAGMA trusted_schema = OFF`);
  } catch (error) {
    db.close();
    throw error;
  }
  return db;
}
