/** What can go wrong beneath the store, in words that help; and all of it as one error code. */
import { HandstampError } from "@handstamp/protocol";

/** SQLite's primary result codes (https://sqlite.org/rescode.html) and what to do about each. */
const FAULTS: Readonly<Record<number, string>> = {
  3: "the database file may not be read or written by this user",
  5: "another process holds a lock on the database; end it, or wait until it is done",
  6: "another connection holds a lock on the database",
  8: "the database is read-only; the service needs to write it",
  10: "the disk reported an error",
  11: "the database is damaged; restore a backup with `handstamp restore`",
  13: "the disk is full; make room, the service goes on by itself",
  14: "the database file cannot be opened; check that its folder exists and is writable",
  26: "the file is not a database, or its beginning is damaged; restore a backup with `handstamp restore`",
};

/** Not SQLite's own: the file is no longer the one that was opened. */
export const FILE_GONE =
  "the database file was deleted or replaced while in use; restart the service";

/**
 * A failure of the store, in our terms: `store_unavailable` where the fault lies with the place (disk,
 * lock, file), so that nothing else can be written either; `internal` where it lies with what was to
 * be written. The message names what to do, the detail is for the log; neither holds a row.
 */
export function storeFault(error: unknown): HandstampError {
  if (error instanceof HandstampError) return error;
  const { errcode, message } = error as { errcode?: number; message?: string };
  const known = errcode === undefined ? undefined : FAULTS[errcode & 0xff];
  if (known) return unavailable(known, message, error);
  const detail = message ?? String(error);
  return new HandstampError("internal", "The record refused what was to be written.", { detail });
}

export function unavailable(why: string, detail?: string, cause?: unknown): HandstampError {
  return new HandstampError("store_unavailable", `The store is not available: ${why}.`, {
    retryAfter: 1,
    ...(detail === undefined ? {} : { detail }),
    ...(cause === undefined ? {} : { cause }),
  });
}
