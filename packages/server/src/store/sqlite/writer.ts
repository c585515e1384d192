/** The one transaction that everything is written in. Synchronous: it runs where it is put. */
import type { DatabaseSync } from "node:sqlite";
import { type AuditEvent, refusalOf } from "../../audit/events.ts";
import type { Entry, Outcome, Refusal } from "../store.ts";
import { effectsOn } from "./effects.ts";
import { logOn, type Tail } from "./log.ts";
import { requirementCheck } from "./requirements.ts";

export interface Writer {
  /** @throws what SQLite throws; then nothing of the batch was written */
  commit(entries: readonly Entry[]): Outcome[];
}

export function writerOn(db: DatabaseSync, chain: string): Writer {
  const requirements = requirementCheck(db);
  const effects = effectsOn(db);
  const log = logOn(db, chain);

  function write(entry: Entry, tail: Tail): Outcome {
    const reason = requirements.check(entry.require ?? []) ?? effects.check(entry.effects ?? []);
    if (reason !== undefined) return refuse(entry.event, reason, tail);
    // The event first: what removes entries must not find its own event missing.
    log.append(entry.event, tail);
    if (entry.effects && effects.apply(entry.effects)) requirements.forget();
    return { committed: true, chain, seq: tail.seq };
  }

  function refuse(event: AuditEvent, reason: Refusal, tail: Tail): Outcome {
    const refusal = refusalOf(event, reason);
    if (refusal) log.append(refusal, tail);
    return { committed: false, reason };
  }

  return {
    commit: (entries) =>
      immediately(db, () => {
        requirements.forget();
        effects.forget();
        const tail = log.tail();
        const outcomes = entries.map((entry) => write(entry, tail));
        log.advance(tail);
        return outcomes;
      }),
  };
}

/** One transaction that takes the write lock at its start: what it reads is what it changes. */
function immediately<T>(db: DatabaseSync, work: () => T): T {
  db.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    db.exec("COMMIT");
    return result;
  } catch (error) {
    // A full disk or an I/O error has rolled back already.
    if (db.isTransaction) db.exec("ROLLBACK");
    throw error;
  }
}
