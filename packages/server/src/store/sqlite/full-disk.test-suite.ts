/**
 * Run on a small disk of its own: writes until the disk is full, makes room, and goes on. Prints what
 * it saw as one line of JSON. Arguments: the disk's folder, and a ballast file on it to remove.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isHandstampError } from "@handstamp/protocol";
import { verifyChain } from "../../audit/verify.ts";
import { issue, keyCreated } from "../contract/samples.test-suite.ts";
import { createJournal } from "../journal.ts";
import { openSqliteStore } from "./open.ts";

const [folder = "", ballast = ""] = process.argv.slice(2);
const store = await openSqliteStore({ path: join(folder, "handstamp.db") });
const journal = createJournal({ store, probeEvery: 20 });
await journal.record(keyCreated());

let recorded = 0;
const failures = new Set<string>();
const details = new Set<string>();

async function issueUntilFull(): Promise<void> {
  for (;;)
    try {
      await journal.record(issue({ id: `t-${recorded}` }));
      recorded += 1;
    } catch (error) {
      if (!isHandstampError(error)) throw error;
      failures.add(error.code);
      details.add(error.message);
      return;
    }
}

await Promise.all(Array.from({ length: 16 }, issueUntilFull));
const readyWhileFull = journal.ready();
rmSync(ballast);
const began = performance.now();
while (!journal.ready() && performance.now() - began < 5_000) await sleep(10);
const outcome = await journal.record(issue({ id: "after" }));
const verdict = await verifyChain(store, "main");
const found = (await store.tokens.get("default", "t-0")) !== undefined;
await journal.close();
await store.close();
const seen = { recorded, failures: [...failures], details: [...details], readyWhileFull };
const after = { committed: outcome.committed, verdict, found };
process.stdout.write(JSON.stringify({ ...seen, ...after }));
