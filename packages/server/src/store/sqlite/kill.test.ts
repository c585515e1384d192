import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { verifyChain } from "../../audit/verify.ts";
import { keyCreated } from "../contract/samples.test-suite.ts";
import { testFolder } from "./folder.test-suite.ts";
import { openSqliteStore } from "./open.ts";
import { startAppender } from "./processes.test-suite.ts";

const KILLS = process.env.HANDSTAMP_LONG ? 200 : 20;

test(`${KILLS} times killed while appending, no acknowledged record is lost`, async () => {
  const { folder, dispose } = await testFolder();
  const path = join(folder, "handstamp.db");
  const store = await openSqliteStore({ path });
  await store.commit([keyCreated()]);
  await store.close();
  let total = 0;
  for (let round = 0; round < KILLS; round++) {
    const appender = startAppender(path, `r${round}`);
    // Every other one lives until it has acknowledged something; the rest may die before.
    await (round % 2 === 0 ? appender.ready : appender.working);
    await sleep(5 + Math.random() * 120);
    appender.child.kill("SIGKILL");
    const { errors } = await appender.ended;
    assert.equal(errors, "");
    total += appender.acknowledged.length;
    await checkAll(path, appender.acknowledged);
  }
  assert.ok(total > KILLS, `only ${total} records were acknowledged in ${KILLS} rounds`);
  await dispose();
});

/** Opens the store as the next start would, and looks for everything that was acknowledged. */
async function checkAll(path: string, acknowledged: readonly (readonly [string, number])[]) {
  const store = await openSqliteStore({ path, thread: false });
  for (const [id, seq] of acknowledged) {
    const [record] = await store.audit.read("main", seq - 1, 1);
    assert.equal(record && JSON.parse(record.text).data.token, id);
    assert.equal((await store.tokens.get("default", id))?.id, id);
  }
  const verdict = await verifyChain(store, "main");
  assert.equal(verdict.ok, true, JSON.stringify(verdict));
  await store.close();
}
