import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { issue, keyCreated } from "../store/contract/samples.test-suite.ts";
import { testFolder } from "../store/sqlite/folder.test-suite.ts";
import { openSqliteStore } from "../store/sqlite/open.ts";
import { exportChain, exportHeads } from "./export.ts";

const PAGE = new URL("../../../../docs/reference/audit-log.md", import.meta.url);

/** Runs the documented script on an export. */
async function checkByScript(ndjson: string, ...args: string[]): Promise<string> {
  const { folder, dispose } = await testFolder();
  const [, script = ""] = /```js\n([\s\S]*?)```/.exec(readFileSync(PAGE, "utf8")) ?? [];
  const file = join(folder, "check.mjs");
  writeFileSync(file, script);
  const { stdout, status } = spawnSync(process.execPath, [file, ...args], { input: ndjson });
  await dispose();
  return status === 0 ? stdout.toString().trim() : "refused";
}

async function exported(): Promise<{ ndjson: string; end: string }> {
  const { folder, dispose } = await testFolder();
  const store = await openSqliteStore({ path: join(folder, "handstamp.db"), thread: false });
  const people = ["alice", "Zoë", 'q"uote', "\u{1F3B5}\u2028"];
  await store.commit([keyCreated(), ...people.map((identity) => issue({ identity }))]);
  let ndjson = "";
  for await (const lines of exportChain(store, "main")) ndjson += lines;
  const [head] = await exportHeads(store);
  await store.close();
  await dispose();
  return { ndjson, end: `${head?.seq} ${head?.hash}` };
}

test("the documented script comes to the same end as the service", async () => {
  const { ndjson, end } = await exported();
  assert.equal(await checkByScript(ndjson), end);
});

test("the documented script starts from a checkpoint", async () => {
  const { ndjson, end } = await exported();
  const [first = "", second = "", ...rest] = ndjson.split("\n");
  const anchor = JSON.parse(second).hash as string;
  assert.ok(first.length > 0);
  assert.equal(await checkByScript(rest.join("\n"), anchor), end);
});

test("the documented script refuses an edited line and a missing one", async () => {
  const { ndjson } = await exported();
  const edited = ndjson.replace('"identity":"alice"', '"identity":"mallory"');
  assert.notEqual(edited, ndjson);
  assert.equal(await checkByScript(edited), "refused");
  assert.equal(await checkByScript(ndjson.split("\n").toSpliced(2, 1).join("\n")), "refused");
});
