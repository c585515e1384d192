import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { verifyChain } from "../../audit/verify.ts";
import { keyCreated } from "../contract/samples.test-suite.ts";
import { testFolder } from "./folder.test-suite.ts";
import { openSqliteStore } from "./open.ts";
import { startAppender } from "./processes.test-suite.ts";

test("three processes on one file keep one valid chain", async () => {
  const { folder, dispose } = await testFolder();
  const path = join(folder, "handstamp.db");
  const store = await openSqliteStore({ path });
  await store.commit([keyCreated()]);
  const appenders = ["a", "b"].map((prefix) => startAppender(path, prefix, 400));
  await Promise.all(appenders.map(({ ready }) => ready));
  for (let i = 0; i < 50; i++)
    await store.commit([keyCreated({ id: `SK-${i}`, state: "pending" })]);
  for (const { ended } of appenders) assert.deepEqual(await ended, { code: 0, errors: "" });
  const verdict = await verifyChain(store, "main");
  assert.equal(verdict.ok && verdict.entries, 1 + 2 * 400 + 50);
  const seqs = appenders.flatMap(({ acknowledged }) => acknowledged.map(([, seq]) => seq));
  assert.equal(new Set(seqs).size, 800);
  await store.close();
  await dispose();
});

test("processes that start at once on a new file agree on its schema", async () => {
  const { folder, dispose } = await testFolder();
  const path = join(folder, "handstamp.db");
  const starters = ["a", "b", "c", "d"].map((prefix) => startAppender(path, prefix, 0));
  for (const { ended } of starters) assert.deepEqual(await ended, { code: 0, errors: "" });
  const store = await openSqliteStore({ path });
  assert.equal((await store.commit([keyCreated()]))[0]?.committed, true);
  await store.close();
  await dispose();
});
