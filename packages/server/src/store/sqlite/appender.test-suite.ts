/**
 * A process of its own that appends until it is ended, and says on its standard output which tokens
 * it was told are recorded. Arguments: the database's path, a prefix for its tokens, and how many
 * to issue at most.
 */

import { issue } from "../contract/samples.test-suite.ts";
import { createJournal } from "../journal.ts";
import { openSqliteStore } from "./open.ts";

const [path = "", prefix = "", most = "Infinity"] = process.argv.slice(2);
const store = await openSqliteStore({ path });
const journal = createJournal({ store });
let issued = 0;

async function append(): Promise<void> {
  while (issued < Number(most)) {
    issued += 1;
    const id = `${prefix}-${issued}`;
    const outcome = await journal.record(issue({ id, identity: `user-${issued % 97}` }));
    if (!outcome.committed) throw new Error(outcome.reason);
    process.stdout.write(`${id} ${outcome.seq}\n`);
  }
}

process.stdout.write("ready\n");
await Promise.all(Array.from({ length: 16 }, append));
await journal.close();
await store.close();
