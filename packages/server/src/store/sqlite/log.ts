/** Appending to the log: the entry, its place in the chain, and what it can be found by. */
import type { DatabaseSync } from "node:sqlite";
import { eventHalves, eventText } from "../../audit/canonical.ts";
import { chainHash } from "../../audit/chain.ts";
import type { AuditEvent } from "../../audit/events.ts";
import { postingsOn } from "./postings.ts";

/** The end of the chain while a batch is being appended to it. */
export interface Tail {
  seq: number;
  hash: Uint8Array;
  /** Unix milliseconds of the last entry. */
  at: number;
  /** The last row's id. */
  id: number;
}

/** One batch's way of appending; all of it inside one transaction. */
export interface Log {
  /** The end of the chain as this transaction sees it. */
  tail(): Tail;
  append(event: AuditEvent, tail: Tail): void;
  /** Writes the new end of the chain. */
  advance(tail: Tail): void;
}

export function logOn(db: DatabaseSync, chain: string): Log {
  const chains = chainRowOn(db, chain);
  const postings = postingsOn(db);
  const insert = db.prepare(`INSERT INTO audit
    (id, chain, seq, at, project, type, identity, caller, hash, event)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);

  return {
    tail() {
      postings.clear();
      return chains.read();
    },
    append(event, tail) {
      const { at, project, type, identity, actor } = event;
      const text = eventText(eventHalves(event, chain), tail.seq + 1);
      tail.hash = chainHash(tail.hash, text);
      tail.seq += 1;
      tail.id += 1;
      tail.at = at;
      const { id, seq, hash } = tail;
      insert.run(id, chain, seq, at, project, type, identity, actor.id, hash, text);
      postings.add(event, id);
    },
    advance(tail) {
      chains.write(tail);
      postings.flush();
    },
  };
}

function chainRowOn(db: DatabaseSync, chain: string) {
  const found = db.prepare(`INSERT OR IGNORE INTO chains
    (chain, seq, hash, at, anchor_seq, anchor_hash) VALUES (?, 0, zeroblob(32), 0, 0, zeroblob(32))`);
  const row = db.prepare("SELECT seq, hash, at FROM chains WHERE chain = ?");
  // AUTOINCREMENT's own counter: it knows the last id even when its row has been removed.
  const lastId = db.prepare("SELECT seq AS id FROM sqlite_sequence WHERE name = 'audit'");
  const update = db.prepare("UPDATE chains SET seq = ?, hash = ?, at = ? WHERE chain = ?");
  const id = () => (lastId.get() as { id: number } | undefined)?.id ?? 0;
  return {
    read(): Tail {
      found.run(chain);
      return { ...(row.get(chain) as unknown as Omit<Tail, "id">), id: id() };
    },
    write: ({ seq, hash, at }: Tail) => void update.run(seq, hash, at, chain),
  };
}
