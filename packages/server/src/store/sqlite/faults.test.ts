import assert from "node:assert/strict";
import { mkdirSync, renameSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { isHandstampError } from "@handstamp/protocol";
import { verifyChain } from "../../audit/verify.ts";
import { issue, keyCreated } from "../contract/samples.test-suite.ts";
import { createJournal } from "../journal.ts";
import type { Store } from "../store.ts";
import { testFolder } from "./folder.test-suite.ts";
import { openSqliteStore } from "./open.ts";

/** An error of the store's whose message tells the operator what to do. */
const says = (hint: RegExp) => (error: unknown) =>
  isHandstampError(error) && error.code === "store_unavailable" && hint.test(error.message);

async function inFolder(body: (path: string) => Promise<void>): Promise<void> {
  const { folder, dispose } = await testFolder();
  await body(join(folder, "data", "handstamp.db"));
  await dispose();
}

async function withStore(path: string, body: (store: Store) => Promise<void>): Promise<void> {
  const store = await openSqliteStore({ path, busyTimeout: 100 });
  await store.commit([keyCreated()]);
  await body(store);
  await store.close();
}

async function filled(path: string, entries = 200): Promise<void> {
  await withStore(path, async (store) => {
    await store.commit(Array.from({ length: entries }, () => issue()));
  });
}

const modeOf = (path: string) => statSync(path).mode & 0o777;

test("a new folder and its files belong to their owner alone", () =>
  inFolder(async (path) => {
    await withStore(path, async () => {
      assert.equal(modeOf(join(path, "..")), 0o700);
      for (const name of ["", "-wal", "-shm"]) assert.equal(modeOf(path + name), 0o600, name);
    });
  }));

test("a file that others could read is closed to them; a folder that was there is left alone", () =>
  inFolder(async (path) => {
    mkdirSync(join(path, ".."), { mode: 0o755 });
    writeFileSync(path, "", { mode: 0o644 });
    await withStore(path, async () => {
      assert.equal(modeOf(join(path, "..")), 0o755);
      for (const name of ["", "-wal", "-shm"]) assert.equal(modeOf(path + name), 0o600, name);
    });
  }));

test("another process's lock is reported as such, and waited for no longer than asked", () =>
  inFolder(async (path) => {
    await withStore(path, async (store) => {
      const other = new DatabaseSync(path);
      other.exec("BEGIN IMMEDIATE");
      const began = performance.now();
      await assert.rejects(store.commit([issue()]), says(/holds a lock/));
      assert.ok(performance.now() - began < 10_000);
      other.exec("ROLLBACK");
      other.close();
      assert.equal((await store.commit([issue()]))[0]?.committed, true);
    });
  }));

test("a start on a file that is locked for good names the lock", () =>
  inFolder(async (path) => {
    await filled(path, 1);
    const other = new DatabaseSync(path);
    other.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE; CREATE TABLE x (y); COMMIT");
    await assert.rejects(openSqliteStore({ path, busyTimeout: 50 }), says(/holds a lock/));
    other.close();
  }));

for (const [what, remove] of [
  ["deleted", (path: string) => rmSync(path)],
  ["replaced", (path: string) => writeFileSync(`${path}.new`, "")],
] as const)
  test(`a file that is ${what} while in use stops every write`, () =>
    inFolder(async (path) => {
      await withStore(path, async (store) => {
        remove(path);
        if (what === "replaced") renameSync(`${path}.new`, path);
        await assert.rejects(store.commit([issue()]), says(/deleted or replaced/));
        const journal = createJournal({ store });
        await assert.rejects(journal.record(issue()), says(/deleted or replaced/));
        assert.equal(journal.ready(), false);
        await assert.rejects(store.probe(), says(/deleted or replaced/));
        await journal.close();
      });
    }));

test("a file with a damaged beginning is refused", () =>
  inFolder(async (path) => {
    await filled(path);
    const file = await open(path, "r+");
    await file.write(Buffer.from("this is no database"), 0, 19, 0);
    await file.close();
    await assert.rejects(openSqliteStore({ path }), says(/not a database.*restore/));
  }));

test("a file with a damaged page is refused", () =>
  inFolder(async (path) => {
    await filled(path);
    const file = await open(path, "r+");
    const page = Buffer.alloc(4096, 0xa5);
    for (let at = 4096; at < 40_960; at += 4096) await file.write(page, 0, 4096, at);
    await file.close();
    await assert.rejects(openSqliteStore({ path }), says(/damaged.*restore/));
  }));

test("a file cut short is refused", () =>
  inFolder(async (path) => {
    await filled(path);
    truncateSync(path, 30_000);
    await assert.rejects(openSqliteStore({ path }), says(/damaged.*restore/));
  }));

test("any text instead of a database is refused and left as it is", () =>
  inFolder(async (path) => {
    mkdirSync(join(path, ".."));
    writeFileSync(path, "notes".repeat(2_000));
    await assert.rejects(openSqliteStore({ path }), says(/not a database/));
    assert.equal(statSync(path).size, 10_000);
  }));

test("a backup taken while entries are written is whole, private and verifiable", () =>
  inFolder(async (path) => {
    const copy = `${path}.backup`;
    await withStore(path, async (store) => {
      const stop = new AbortController();
      const writer = (async () => {
        while (!stop.signal.aborted) await store.commit(Array.from({ length: 20 }, () => issue()));
      })();
      await sleep(50);
      await store.backup(copy);
      stop.abort();
      await writer;
      await assert.rejects(
        store.backup(copy),
        (error) => isHandstampError(error) && error.code === "conflict",
      );
    });
    assert.equal(statSync(copy).mode & 0o777, 0o600);
    const restored = await openSqliteStore({ path: copy });
    const verdict = await verifyChain(restored, "main");
    assert.ok(verdict.ok && verdict.entries > 20);
    await restored.close();
  }));
