import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { issue, keyCreated } from "../contract/samples.test-suite.ts";
import type { AuditQuery } from "../store.ts";
import { testFolder } from "./folder.test-suite.ts";
import { compileLogQuery } from "./log-query.ts";
import { openSqliteStore } from "./open.ts";

const SEARCHES: readonly Omit<AuditQuery, "limit">[] = [
  {},
  { project: "default" },
  { project: "default", order: "oldest" },
  { project: "default", identity: "alice", from: 1, to: 2 },
  { project: "default", type: "token.refused" },
  { project: "default", product: "twilio.video", caller: "ci" },
  { type: "token.refused", identity: "alice" },
];

// A search that sorts or scans reads the whole log; one automatic index took minutes to build.
test("every search walks its index in order: no scan, no sort, no index made on the way", async () => {
  const { folder, dispose } = await testFolder();
  const path = join(folder, "handstamp.db");
  const store = await openSqliteStore({ path, thread: false });
  await store.commit([keyCreated(), ...Array.from({ length: 5_000 }, () => issue())]);
  await store.close();
  const db = new DatabaseSync(path);
  db.exec("PRAGMA automatic_index = OFF");
  for (const analyzed of [false, true]) {
    if (analyzed) db.exec("ANALYZE");
    for (const search of SEARCHES) {
      const { sql, values } = compileLogQuery({ ...search, limit: 50 });
      const plan = db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...values) as { detail: string }[];
      const steps = plan.map(({ detail }) => detail).filter((step) => !step.includes("json_each"));
      const said = `${JSON.stringify(search)}: ${steps.join("; ")}`;
      for (const step of steps)
        assert.match(step, /^SEARCH [sta] USING (INTEGER )?PRIMARY KEY/, said);
    }
  }
  db.close();
  await dispose();
});
