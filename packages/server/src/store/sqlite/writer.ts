/** The one transaction that everything is written in. Synchronous: it runs where it is put. */
import type { DatabaseSync } from "node:sqlite";
import { eventHalves, eventText } from "../../audit/canonical.ts";
import { chainHash } from "../../audit/chain.ts";
import { type AuditEvent, refusalOf } from "../../audit/events.ts";
import type { Entry, Outcome, Refusal } from "../store.ts";
import { effectsOn } from "./effects.ts";
import { requirementCheck } from "./requirements.ts";
import { SEGMENT_SIZE, termsOf } from "./terms.ts";

export interface Writer {
  /** @throws what SQLite throws; then nothing of the batch was written */
  commit(entries: readonly Entry[]): Outcome[];
}

/** The end of the chain while a batch is being appended to it. */
interface Tail {
  seq: number;
  hash: Uint8Array;
  at: number;
  id: number;
}

export function writerOn(db: DatabaseSync, chain: string): Writer {
  const refusalBy = requirementCheck(db);
  const effects = effectsOn(db);
  const log = logOn(db, chain);

  function write(entry: Entry, tail: Tail): Outcome {
    const reason = refusalBy(entry.require ?? []) ?? effects.check(entry.effects ?? []);
    if (reason !== undefined) return refuse(entry.event, reason, tail);
    // The event first: what removes entries must not find its own event missing.
    log.append(entry.event, tail);
    if (entry.effects) effects.apply(entry.effects);
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
        const tail = log.tail();
        const outcomes = entries.map((entry) => write(entry, tail));
        log.advance(tail);
        return outcomes;
      }),
  };
}

interface Log {
  tail(): Tail;
  append(event: AuditEvent, tail: Tail): void;
  advance(tail: Tail): void;
}

function logOn(db: DatabaseSync, chain: string): Log {
  const chains = db.prepare("SELECT seq, hash, at FROM chains WHERE chain = ?");
  const lastId = db.prepare("SELECT seq AS id FROM sqlite_sequence WHERE name = 'audit'");
  const found = db.prepare(`INSERT INTO chains (chain, seq, hash, at, anchor_seq, anchor_hash)
    VALUES (?, 0, zeroblob(32), 0, 0, zeroblob(32))`);
  const advance = db.prepare("UPDATE chains SET seq = ?, hash = ?, at = ? WHERE chain = ?");
  const insert = db.prepare(`INSERT INTO audit
    (id, chain, seq, at, project, type, identity, caller, hash, event)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  const term = db.prepare("INSERT INTO audit_terms (segment, term, id) VALUES (?, ?, ?)");
  const segment = db.prepare(`INSERT INTO audit_segments (segment, min_at, max_at)
    VALUES (?1, ?2, ?3) ON CONFLICT (segment) DO UPDATE
    SET min_at = min(min_at, excluded.min_at), max_at = max(max_at, excluded.max_at)`);
  const spans = new Map<number, { min: number; max: number }>();

  function widen(at: number, id: number): number {
    const number = Math.floor(id / SEGMENT_SIZE);
    const span = spans.get(number);
    if (!span) spans.set(number, { min: at, max: at });
    else if (at < span.min) span.min = at;
    else if (at > span.max) span.max = at;
    return number;
  }

  return {
    tail() {
      spans.clear();
      if (chains.get(chain) === undefined) found.run(chain);
      const { seq, hash, at } = chains.get(chain) as unknown as Omit<Tail, "id">;
      const { id } = (lastId.get() ?? { id: 0 }) as { id: number };
      return { seq, hash, at, id };
    },
    append(event, tail) {
      const text = eventText(eventHalves(event, chain), tail.seq + 1);
      tail.hash = chainHash(tail.hash, text);
      tail.seq += 1;
      tail.id += 1;
      tail.at = event.at;
      const { project, type, identity, actor } = event;
      insert.run(
        tail.id,
        chain,
        tail.seq,
        event.at,
        project,
        type,
        identity,
        actor.id,
        tail.hash,
        text,
      );
      const number = widen(event.at, tail.id);
      for (const t of termsOf(event)) term.run(number, t, tail.id);
    },
    advance(tail) {
      advance.run(tail.seq, tail.hash, tail.at, chain);
      for (const [number, { min, max }] of spans) segment.run(number, min, max);
    },
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
