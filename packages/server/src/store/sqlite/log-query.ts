/** Searching the log: one page, by the rarest of the given terms, segment by segment. */
import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import type { EventType } from "../../audit/events.ts";
import { cursorAt, positionOf } from "../cursor.ts";
import type { AuditRecord, Page } from "../store.ts";
import { SEGMENT_SIZE, segmentOf } from "./postings.ts";
import { type TermKind, termOf } from "./terms.ts";

/** What the log can be searched by. Times in unix milliseconds. */
export interface LogQuery {
  readonly project?: string | undefined;
  readonly type?: EventType | undefined;
  readonly identity?: string | undefined;
  readonly product?: string | undefined;
  readonly provider?: string | undefined;
  readonly caller?: string | undefined;
  readonly token?: string | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly order?: "newest" | "oldest" | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

type Filter = "project" | "type" | "identity" | "product" | "provider" | "caller" | "token";

/**
 * How an entry is held against a filter's value itself. The plus keeps SQLite from building an index
 * of its own for the comparison (https://sqlite.org/optoverview.html#autoindex).
 */
const CONDITIONS: Readonly<Record<Filter, string>> = {
  project: "+a.project = ?",
  type: "+a.type = ?",
  identity: "+a.identity = ?",
  caller: "+a.caller = ?",
  product: "EXISTS (SELECT 1 FROM json_each(a.event, '$.products') WHERE value = ?)",
  provider: "a.event ->> '$.data.provider' = ?",
  token: "a.event ->> '$.data.token' = ?",
};
const FILTERS = Object.keys(CONDITIONS) as Filter[];

/** The rarest first: the first that is given leads the search. */
const RAREST_FIRST: readonly TermKind[] = [
  "token",
  "identity",
  "caller",
  "product",
  "type",
  "provider",
  "project",
];

/** Events of these types make up most of a log, so to search by them is to read it all. */
const COMMON_TYPES: readonly EventType[] = ["token.issued"];

const COLUMNS =
  "a.id, a.chain, a.seq, a.at, a.project, a.type, a.identity, a.caller, hex(a.hash) AS hash, a.event";

export interface LogRow {
  readonly id: number;
  readonly chain: string;
  readonly seq: number;
  readonly at: number;
  readonly project: string | null;
  readonly type: EventType;
  readonly identity: string | null;
  readonly caller: string;
  /** Hex as SQLite writes it, upper case. */
  readonly hash: string;
  readonly event: string;
}

export function logQueryOn(db: DatabaseSync): (query: LogQuery) => Page<AuditRecord> {
  const prepared = new Map<string, StatementSync>();
  return (query) => {
    const { sql, values } = compileLogQuery(query);
    const statement = prepared.get(sql) ?? db.prepare(sql);
    prepared.set(sql, statement);
    const rows = statement.all(...values) as unknown as LogRow[];
    const items = rows.slice(0, query.limit).map(recordOf);
    const last = rows[query.limit - 1];
    return rows.length > query.limit && last ? { items, next: cursorAt(last.id) } : { items };
  };
}

/** The statement for a query. Its text depends on which filters are given, never on their values. */
export function compileLogQuery(query: LogQuery): { sql: string; values: SQLInputValue[] } {
  const order = query.order ?? "newest";
  const leader = leadingTerm(query);
  const given = FILTERS.filter((name) => query[name] !== undefined);
  const direction = DIRECTION[order];
  const within = leader === undefined ? "" : `t.first ${direction}, `;
  // One row more than asked for tells whether there is a next page.
  const bounds = spanOf(query, order);
  const conditions = [...given.map((name) => CONDITIONS[name]), "+a.at BETWEEN ? AND ?"];
  const sql = `SELECT ${COLUMNS} FROM audit_segments s ${leader === undefined ? ALL : BY_TERM}
    WHERE s.max_at >= ? AND s.min_at <= ?
      AND s.segment BETWEEN ? AND ? AND a.id BETWEEN ? AND ?
      AND ${conditions.join(" AND ")}
    ORDER BY s.segment ${direction}, ${within}a.id ${direction} LIMIT ?`;
  const { from, to, lowest, highest } = bounds;
  const values = given.map((name) => query[name] as string);
  const led = leader === undefined ? [] : [leader];
  return {
    sql,
    values: [
      ...led,
      from,
      to,
      segmentOf(lowest),
      segmentOf(highest),
      lowest,
      highest,
      ...values,
      from,
      to,
      query.limit + 1,
    ],
  };
}

const DIRECTION = { newest: "DESC", oldest: "ASC" } as const;
// CROSS JOIN keeps SQLite to this order of loops: segments, then terms in them, then the entries.
const BY_TERM = `CROSS JOIN audit_postings t ON t.segment = s.segment AND t.term = ?
  CROSS JOIN audit a ON a.id BETWEEN t.first AND t.last`;
const ALL = `CROSS JOIN audit a
  ON a.id BETWEEN s.segment * ${SEGMENT_SIZE} AND (s.segment + 1) * ${SEGMENT_SIZE} - 1`;

function spanOf(query: LogQuery, order: "newest" | "oldest") {
  const position = query.cursor === undefined ? undefined : positionOf(query.cursor);
  return {
    from: query.from ?? 0,
    to: query.to ?? Number.MAX_SAFE_INTEGER,
    lowest: order === "oldest" && position !== undefined ? position + 1 : 0,
    highest: order === "newest" && position !== undefined ? position - 1 : Number.MAX_SAFE_INTEGER,
  };
}

/** Terms belong to a project, so a search over all projects reads the log itself. */
function leadingTerm(query: LogQuery): number | undefined {
  if (query.project === undefined) return undefined;
  const given = RAREST_FIRST.filter((kind) => (query as Partial<Record<TermKind, string>>)[kind]);
  const rare = query.type !== undefined && !COMMON_TYPES.includes(query.type);
  const kind = rare && !given.includes("token") ? "type" : (given[0] ?? "project");
  const value = kind === "project" ? "" : (query as Partial<Record<TermKind, string>>)[kind];
  return termOf(kind, query.project, value ?? "");
}

export function recordOf(row: LogRow): AuditRecord {
  const { chain, seq, event, at, project, type, identity, caller } = row;
  const indexed = { at, project, type, identity, caller };
  return { chain, seq, hash: row.hash.toLowerCase(), text: event, indexed };
}
