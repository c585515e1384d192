import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { isHandstampError } from "@handstamp/protocol";
import { verifyChain } from "../../audit/verify.ts";
import { issue, keyCreated } from "../contract/samples.test-suite.ts";
import { restoreSqlite } from "./backup.ts";
import { testFolder } from "./folder.test-suite.ts";
import { openSqliteStore } from "./open.ts";

test("a store in use is put back to a backup, and goes on from there", async () => {
  const { folder, dispose } = await testFolder();
  const [path, copy] = [join(folder, "handstamp.db"), join(folder, "copy.db")];
  const store = await openSqliteStore({ path });
  await store.commit([keyCreated(), issue({ id: "kept" })]);
  await store.backup(copy);
  await store.commit(Array.from({ length: 300 }, (_, i) => issue({ id: `later-${i}` })));
  await restoreSqlite(copy, path);
  assert.equal(await store.tokens.get("default", "later-7"), undefined);
  assert.equal((await store.tokens.get("default", "kept"))?.id, "kept");
  const [outcome] = await store.commit([issue({ id: "after" })]);
  assert.equal(outcome?.committed && outcome.seq, 3);
  const verdict = await verifyChain(store, "main");
  assert.equal(verdict.ok && verdict.entries, 3);
  await store.close();
  const again = await openSqliteStore({ path });
  assert.equal((await again.tokens.get("default", "after"))?.id, "after");
  await again.close();
  await dispose();
});

test("what is not a backup is refused, and the store stays as it was", async () => {
  const { folder, dispose } = await testFolder();
  const [path, copy] = [join(folder, "handstamp.db"), join(folder, "copy.db")];
  const store = await openSqliteStore({ path });
  await store.commit([keyCreated()]);
  writeFileSync(copy, "no database at all".repeat(500));
  await assert.rejects(
    restoreSqlite(copy, path),
    (error) => isHandstampError(error) && error.code === "store_unavailable",
  );
  assert.equal((await store.commit([issue()]))[0]?.committed, true);
  await store.close();
  await dispose();
});
