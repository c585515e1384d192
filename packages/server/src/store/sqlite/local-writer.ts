/** The writer with its own connection: what the thread runs, and what tests run without one. */
import type { Entry, Outcome } from "../store.ts";
import { connect } from "./connection.ts";
import { fileGuard } from "./file.ts";
import { writerOn } from "./writer.ts";
import type { WriterData } from "./writer-messages.ts";

export interface LocalWriter {
  commit(entries: readonly Entry[]): Outcome[];
  probe(): void;
  prune(now: number): number;
  close(): void;
}

export function localWriter({ path, chain, busyTimeout }: WriterData): LocalWriter {
  const db = connect(path, { busyTimeout });
  const assertFile = fileGuard(path);
  const writer = writerOn(db, chain);
  // The value changes each time: SQLite writes nothing for an update to what is there already.
  const probe = db.prepare(
    "INSERT OR REPLACE INTO meta (key, value) VALUES ('probe', hex(randomblob(8)))",
  );
  const prune = db.prepare("DELETE FROM idempotency WHERE expires_at <= ?");
  return {
    commit(entries) {
      assertFile();
      return writer.commit(entries);
    },
    probe() {
      assertFile();
      probe.run();
    },
    prune(now) {
      assertFile();
      return Number(prune.run(now).changes);
    },
    close: () => db.close(),
  };
}
