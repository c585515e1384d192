import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { issue, keyCreated } from "../store/contract/samples.test-suite.ts";
import { testFolder } from "../store/sqlite/folder.test-suite.ts";
import { openSqliteStore } from "../store/sqlite/open.ts";
import { exportHeads } from "./export.ts";
import { type Problem, verifyChain } from "./verify.ts";

/** What someone with write access to the file may do, and what verification says to it. */
const TAMPERING: readonly [string, sql: string, Problem, seq: number][] = [
  [
    "an edit of the text",
    "UPDATE audit SET event = replace(event, 'alice', 'mallory') WHERE seq = 7",
    "changed",
    7,
  ],
  ["an edit of the hash", "UPDATE audit SET hash = zeroblob(32) WHERE seq = 7", "changed", 7],
  ["an edit of a column alone", "UPDATE audit SET identity = 'bob' WHERE seq = 7", "misfiled", 7],
  ["an edit of the time column", "UPDATE audit SET at = at + 1 WHERE seq = 7", "misfiled", 7],
  ["a move into another project", "UPDATE audit SET project = NULL WHERE seq = 7", "misfiled", 7],
  ["a removal", "DELETE FROM audit WHERE seq = 7", "missing", 7],
  [
    "a removal that closes the gap",
    "DELETE FROM audit WHERE seq = 7; UPDATE audit SET seq = seq - 1 WHERE seq = 8;",
    "changed",
    7,
  ],
  [
    "a swap of two entries",
    "UPDATE audit SET seq = -1 WHERE seq = 7; UPDATE audit SET seq = 7 WHERE seq = 8; UPDATE audit SET seq = 8 WHERE seq = -1",
    "changed",
    7,
  ],
  ["a removal at the beginning", "DELETE FROM audit WHERE seq <= 3", "missing", 1],
  [
    "a removal at the beginning with the anchor moved",
    `UPDATE chains SET anchor_seq = 3, anchor_hash = (SELECT hash FROM audit WHERE seq = 3);
     DELETE FROM audit WHERE seq <= 3`,
    "unanchored",
    4,
  ],
  ["a removal at the end", "DELETE FROM audit WHERE seq > 15", "head", 16],
  ["an edit of the stored end", "UPDATE chains SET hash = zeroblob(32)", "head", 20],
];

/** Cut off at the end, with everything in the file made to agree. */
const TRUNCATION = `DELETE FROM audit WHERE seq > 15;
  UPDATE chains SET seq = 15, hash = (SELECT hash FROM audit WHERE seq = 15)`;

for (const [what, sql, problem, seq] of TAMPERING)
  test(`${what} is found at entry ${seq}: ${problem}`, async () => {
    await withTamperedLog(sql, async (path) => {
      const store = await openSqliteStore({ path, thread: false });
      const verdict = await verifyChain(store, "main");
      assert.deepEqual(verdict.ok || [verdict.problem, verdict.seq], [problem, seq]);
      await store.close();
    });
  });

test("a clean truncation is found against an exported head, and only there", async () => {
  await withTamperedLog(TRUNCATION, async (path, head) => {
    const store = await openSqliteStore({ path, thread: false });
    assert.equal((await verifyChain(store, "main")).ok, true);
    const verdict = await verifyChain(store, "main", head);
    assert.deepEqual(verdict.ok || [verdict.problem, verdict.seq], ["truncated", 16]);
    await store.close();
  });
});

test("a chain that was cut and filled again is found against an exported head", async () => {
  await withTamperedLog(TRUNCATION, async (path, head) => {
    const store = await openSqliteStore({ path, thread: false });
    await store.commit(Array.from({ length: 9 }, () => issue()));
    assert.equal((await verifyChain(store, "main")).ok, true);
    const verdict = await verifyChain(store, "main", head);
    assert.deepEqual(verdict.ok || [verdict.problem, verdict.seq], ["rewritten", 20]);
    await store.close();
  });
});

test("a log that nobody touched verifies", async () => {
  await withTamperedLog("SELECT 1", async (path, head) => {
    const store = await openSqliteStore({ path, thread: false });
    assert.deepEqual(await verifyChain(store, "main", head), {
      ok: true,
      chain: "main",
      entries: 20,
      head,
    });
    await store.close();
  });
});

async function withTamperedLog(
  sql: string,
  check: (path: string, head: Awaited<ReturnType<typeof exportHeads>>[number]) => Promise<void>,
): Promise<void> {
  const { folder, dispose } = await testFolder();
  const path = join(folder, "handstamp.db");
  const store = await openSqliteStore({ path, thread: false });
  await store.commit([keyCreated(), ...Array.from({ length: 19 }, () => issue())]);
  const [head] = await exportHeads(store);
  await store.close();
  const db = new DatabaseSync(path);
  db.exec(sql);
  db.close();
  assert.ok(head);
  await check(path, head);
  await dispose();
}
