/** The embedded store, looked at without changing it. */
import { accessSync, constants, existsSync, statfsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { isHandstampError } from "@handstamp/protocol";
import { storeFault } from "../../store/sqlite/fault.ts";
import { checkFile } from "../../store/sqlite/file.ts";
import { schemaOf } from "../../store/sqlite/schema-state.ts";
import { size } from "../output/size.ts";
import { error, type Outcome, ok, warning } from "./check.ts";

/** A day of a busy service; below it the next full disk is near. */
const ROOM = 500 * 1000 * 1000;

export function examineSqlite(path: string): readonly Outcome[] {
  if (!existsSync(path))
    return [ok(`SQLite at ${path}, made at the first start`), ...roomIn(dirname(path))];
  const wrong = [...unwritable(path), ...damage(path)];
  if (wrong.length > 0) return wrong;
  return [...schema(path), ...roomIn(dirname(path))];
}

function unwritable(path: string): readonly Outcome[] {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return [];
  } catch {
    return [
      error(
        `${path} cannot be written by this user`,
        `chown it to the user that runs the service.`,
      ),
    ];
  }
}

function damage(path: string): readonly Outcome[] {
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(path, { readOnly: true, timeout: 1000 });
    checkFile(db, path);
    return [];
  } catch (cause) {
    const fault = storeFault(cause);
    const message = isHandstampError(fault) ? fault.message : "it cannot be read";
    return [error(`${path}: ${message}`, "Restore a backup: `handstamp restore FILE`.")];
  } finally {
    db?.close();
  }
}

function schema(path: string): readonly Outcome[] {
  const { pending, unknown, applied } = schemaOf(path);
  if (unknown.length > 0)
    return [error(`${path} was made by a newer Handstamp`, "Run that version, or a newer one.")];
  const whole = `SQLite at ${path}: ${size(statSync(path).size)}, undamaged`;
  if (pending.length === 0) return [ok(`${whole}, schema ${applied.at(-1) ?? "empty"}`)];
  return [ok(`${whole}; the next start brings its schema up to date (${pending.join(", ")})`)];
}

function roomIn(folder: string): readonly Outcome[] {
  let place = folder;
  while (!existsSync(place) && dirname(place) !== place) place = dirname(place);
  const { bavail, bsize } = statfsSync(place);
  const free = bavail * bsize;
  if (free >= ROOM) return [];
  const mend = "Make room: with a full disk no token is issued.";
  return [warning(`only ${size(free)} are free on the disk of ${folder}`, mend)];
}
