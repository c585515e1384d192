/** Copies of the whole store, out and in, while it is in use. */
import { chmodSync, closeSync, openSync, renameSync, rmSync } from "node:fs";
import { backup, DatabaseSync } from "node:sqlite";
import { Worker } from "node:worker_threads";
import { HandstampError } from "@handstamp/protocol";
import { connect } from "./connection.ts";
import { storeFault } from "./fault.ts";
import { checkFile } from "./file.ts";

// VACUUM INTO copies one snapshot however much is written meanwhile; the backup interface would
// begin again at each commit of another connection. It takes its time, so it has its own thread.
const COPY = `
const { DatabaseSync } = require("node:sqlite");
const { workerData } = require("node:worker_threads");
const db = new DatabaseSync(workerData.from, { readOnly: true });
db.prepare("VACUUM INTO ?").run(workerData.to);
db.close();
`;

/**
 * Writes a consistent copy of a store that may be in use. The copy appears whole or not at all.
 *
 * @param to a path where no file is yet
 * @throws HandstampError `conflict` when there is one, `store_unavailable` when it cannot be written
 */
export async function backupTo(from: string, to: string): Promise<void> {
  const partial = `${to}.partial`;
  try {
    closeSync(openSync(to, "wx", 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw storeFault(error);
    throw new HandstampError("conflict", `There is a file at ${to} already; choose another name.`);
  }
  try {
    rmSync(partial, { force: true });
    closeSync(openSync(partial, "wx", 0o600));
    await copyInThread(from, partial);
    chmodSync(partial, 0o600);
    renameSync(partial, to);
  } catch (error) {
    for (const file of [partial, to]) rmSync(file, { force: true });
    throw storeFault(error);
  }
}

function copyInThread(from: string, to: string): Promise<void> {
  const worker = new Worker(COPY, { eval: true, workerData: { from, to } });
  return new Promise((resolve, reject) => {
    worker.once("error", reject);
    worker.once("exit", () => resolve());
  });
}

/**
 * Puts a backup in the place of a store's content, in one transaction: a running service sees the
 * old content or the new, and its open connections go on.
 *
 * @param backupPath a file that `backup` wrote
 * @throws HandstampError `store_unavailable` for a damaged backup or a locked store
 */
export async function restoreSqlite(backupPath: string, storePath: string): Promise<void> {
  try {
    const source = new DatabaseSync(backupPath, { readOnly: true });
    try {
      checkFile(source, backupPath);
      await backup(source, storePath, { rate: 1_000_000 });
    } finally {
      source.close();
    }
    // The copy brings the backup's journal mode along; opening it once makes it WAL again.
    connect(storePath, { busyTimeout: 1_000 }).close();
    chmodSync(storePath, 0o600);
  } catch (error) {
    throw storeFault(error);
  }
}
