/**
 * The index of the log. A secondary B-tree over random values (identities, token ids) costs a page write
 * for nearly every entry; measured, they were four fifths of a commit. So the log has an inverted
 * index instead: each thing that an entry can be found by is a number (terms.ts), and a posting says
 * in which stretch of entries it occurs. Postings are kept in segments of 2,048 entries: the newest
 * is small enough to be written cheaply, the older ones never change, and a search visits them newest
 * first, skipping by time.
 */
import type { DatabaseSync } from "node:sqlite";
import type { AuditEvent } from "../../audit/events.ts";
import { termsOf } from "./terms.ts";

/** Entries in a segment. It is stored in effect: to change it is to write the index anew. */
export const SEGMENT_SIZE = 2_048;

/**
 * A stretch may pass over so many entries without the term. Whoever searches holds each entry against
 * the value itself, so a gap costs a look and saves a row.
 */
const LARGEST_GAP = 4;

/** The segment of an entry. */
export function segmentOf(id: number): number {
  return Math.floor(id / SEGMENT_SIZE);
}

interface Stretch {
  readonly segment: number;
  readonly term: number;
  readonly first: number;
  last: number;
}

/** The postings of one batch, gathered and then written together. */
export interface Postings {
  clear(): void;
  add(event: AuditEvent, id: number): void;
  flush(): void;
}

export function postingsOn(db: DatabaseSync): Postings {
  const insert = db.prepare(
    "INSERT INTO audit_postings (segment, term, first, last) VALUES (?, ?, ?, ?)",
  );
  const widen = db.prepare(`INSERT INTO audit_segments (segment, min_at, max_at)
    VALUES (?1, ?2, ?3) ON CONFLICT (segment) DO UPDATE
    SET min_at = min(min_at, excluded.min_at), max_at = max(max_at, excluded.max_at)`);
  const stretches: Stretch[] = [];
  const open = new Map<number, Stretch>();
  const spans = new Map<number, { min: number; max: number }>();

  function post(term: number, id: number, segment: number): void {
    const current = open.get(term);
    if (current && current.segment === segment && id - current.last <= LARGEST_GAP + 1) {
      current.last = id;
      return;
    }
    const fresh = { segment, term, first: id, last: id };
    open.set(term, fresh);
    stretches.push(fresh);
  }

  function span(segment: number, at: number): void {
    const known = spans.get(segment);
    if (!known) spans.set(segment, { min: at, max: at });
    else spans.set(segment, { min: Math.min(known.min, at), max: Math.max(known.max, at) });
  }

  return {
    clear() {
      stretches.length = 0;
      open.clear();
      spans.clear();
    },
    add(event, id) {
      const segment = segmentOf(id);
      span(segment, event.at);
      for (const term of termsOf(event)) post(term, id, segment);
    },
    flush() {
      for (const { segment, term, first, last } of stretches)
        insert.run(segment, term, first, last);
      for (const [segment, { min, max }] of spans) widen.run(segment, min, max);
    },
  };
}
