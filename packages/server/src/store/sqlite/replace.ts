/** Putting a backup in the place of a store that nobody has open. Nothing that was there is lost. */
import { existsSync, renameSync, rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { HandstampError } from "@handstamp/protocol";
import type { Entry } from "../store.ts";
import { backupTo } from "./backup.ts";
import { storeFault } from "./fault.ts";
import { checkFile } from "./file.ts";
import { openSqliteStore } from "./open.ts";

export interface Replacement {
  /** The file that `backup` wrote. */
  readonly backup: string;
  readonly store: string;
  /** Where the replaced store is kept. */
  readonly aside: string;
  /** What the restored log says of it, given what is replaced. */
  readonly record: (replaced: Replaced) => Entry;
}

export interface Replaced {
  /** Entries in the backup's log, and in the replaced one's; null where that cannot be read. */
  readonly entries: number;
  readonly before: number | null;
  /** Where the replaced store is, null where there was none. */
  readonly aside: string | null;
}

/**
 * Restores a backup: a copy is checked, brought to this version's schema and told of its restoration,
 * and only then takes the store's place. The backup itself is not touched.
 *
 * @throws HandstampError `conflict` while a process has the store open, `store_unavailable` for a file
 * that is no backup or is damaged
 */
export async function replaceStore(wanted: Replacement): Promise<Replaced> {
  const { backup, store, record } = wanted;
  const prepared = `${store}.restoring`;
  try {
    const entries = entriesIn(backup);
    if (entries === null) throw noBackup(backup);
    const present = existsSync(store);
    const before = present ? takeOutOfUse(store) : null;
    const replaced = { entries, before, aside: present ? wanted.aside : null };
    for (const file of filesOf(prepared)) rmSync(file, { force: true });
    await prepare(backup, prepared, record(replaced));
    if (present) moveAside(store, wanted.aside);
    renameSync(prepared, store);
    return replaced;
  } catch (error) {
    for (const file of filesOf(prepared)) rmSync(file, { force: true });
    throw storeFault(error);
  }
}

async function prepare(backup: string, to: string, entry: Entry): Promise<void> {
  await backupTo(backup, to);
  const store = await openSqliteStore({ path: to, thread: false });
  try {
    await store.commit([entry]);
  } finally {
    await store.close();
  }
}

/** How many entries a file's log has, or null where it is no store of ours. */
function entriesIn(path: string): number | null {
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(path, { readOnly: true });
    checkFile(db, path);
    const row = db.prepare("SELECT coalesce(sum(seq), 0) AS entries FROM chains").get();
    return (row as { entries: number }).entries;
  } catch {
    return null;
  } finally {
    db?.close();
  }
}

/**
 * Writes the log of recent changes into the file itself, which SQLite only does for whoever has it
 * alone: so it also says whether anybody else has it open.
 *
 * @returns the entries of its log, null where the file is too damaged to tell
 */
function takeOutOfUse(path: string): number | null {
  const entries = entriesIn(path);
  if (entries === null) return null;
  const db = new DatabaseSync(path, { timeout: 500 });
  try {
    const row = db.prepare("PRAGMA journal_mode = DELETE").get() as { journal_mode: string };
    if (row.journal_mode !== "delete") throw inUse();
    return entries;
  } catch (error) {
    const { errcode } = error as { errcode?: number };
    throw errcode !== undefined && (errcode & 0xff) === 5 ? inUse() : error;
  } finally {
    db.close();
  }
}

function inUse(): HandstampError {
  return new HandstampError(
    "conflict",
    "A process has the store open: stop the service first, so that nothing it records is lost.",
  );
}

function noBackup(path: string): HandstampError {
  return new HandstampError(
    "invalid_request",
    `${path} is no backup of a store, or is damaged: nothing was changed.`,
  );
}

const filesOf = (path: string) => [path, `${path}-wal`, `${path}-shm`, `${path}-journal`];

/** A damaged store may have its log beside it; they stay together. */
function moveAside(store: string, aside: string): void {
  const target = filesOf(aside);
  for (const [i, file] of filesOf(store).entries())
    if (existsSync(file)) renameSync(file, target[i] as string);
}
