/** The database file: made with the right modes, checked when opened, watched while in use. */
import { chmodSync, closeSync, mkdirSync, openSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { FILE_GONE, unavailable } from "./fault.ts";

/** Files up to this size are read through at the start; larger ones only where it matters most. */
const FULL_CHECK_BYTES = 64 * 1024 * 1024;
const SMALL_TABLES = ["chains", "api_tokens", "signing_keys", "revoked_tokens", "uids", "meta"];

/**
 * Makes the folder (0700) and the file (0600) where they are missing, and takes others' rights to the
 * file away where it is there. SQLite gives its log and its index the modes of the database file. A
 * folder that is there may be anyone's (`sqlite:/tmp/try.db`), so it stays as it is.
 */
export function prepareFile(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    closeSync(openSync(path, "a", 0o600));
    chmodSync(path, 0o600);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const what = `the file ${path} cannot be made or written (${code}); check its folder and its owner`;
    throw unavailable(what, message, error);
  }
}

/** @throws HandstampError `store_unavailable` for a damaged file, saying what to do */
export function checkFile(db: DatabaseSync, path: string): void {
  if (statSync(path).size <= FULL_CHECK_BYTES) return quickCheck(db, "PRAGMA quick_check(1)");
  for (const table of SMALL_TABLES) quickCheck(db, `PRAGMA quick_check(${table})`);
}

function quickCheck(db: DatabaseSync, pragma: string): void {
  const row = db.prepare(pragma).get() as { quick_check: string } | undefined;
  if (row && row.quick_check !== "ok")
    throw unavailable(
      "the database is damaged; restore a backup with `handstamp restore`",
      row.quick_check,
    );
}

/**
 * A check that the path still leads to the file that was opened. A deleted file goes on working on
 * Linux, for whoever has it open: commits into it would be lost with the process.
 */
export function fileGuard(path: string): () => void {
  const opened = statSync(path);
  return () => {
    const now = statSync(path, { throwIfNoEntry: false });
    if (!now || now.ino !== opened.ino || now.dev !== opened.dev) throw unavailable(FILE_GONE);
  };
}
