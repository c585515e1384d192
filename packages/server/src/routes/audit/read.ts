import { HandstampError, type JsonObject, s } from "@handstamp/protocol";
import { EVENTS, type EventType } from "../../audit/events.ts";
import { exportEntries } from "../../audit/export.ts";
import { type Answer, type Ask, type Operation, ok } from "../../http/operation.ts";
import type { Journal } from "../../store/journal.ts";
import type { AuditQuery, AuditRecord, Store } from "../../store/store.ts";
import { PAGING, PERIOD, pageOf, periodOf, readingPage } from "../paging.ts";

export interface AuditDeps {
  readonly store: Pick<Store, "audit">;
  readonly journal: Pick<Journal, "record">;
  /** Unix milliseconds. */
  readonly now: () => number;
}

const NDJSON = "application/x-ndjson";
const EVENT_TYPES = Object.keys(EVENTS) as EventType[];
const filter = (doc: string) => s.optional(s.text({ min: 1, max: 1024, doc }));

const QUERY = s.object({
  type: s.optional(s.choice(EVENT_TYPES, { doc: "What happened." })),
  identity: filter("Whom it concerns."),
  product: filter("A product's full name: twilio.video."),
  caller: filter("Whose hand it was: the caller's id."),
  ...PERIOD,
  ...PAGING,
  format: s.optional(
    s.choice(["json", "ndjson"], {
      doc: "ndjson: everything that matches, oldest first. So does `Accept: application/x-ndjson`.",
    }),
  ),
});

const ENTRY = s.object({
  chain: s.text({ doc: "One chain a writer." }),
  seq: s.integer({ doc: "Its place in the chain, from 1 without gaps." }),
  hash: s.text({ doc: "hex(SHA-256(the hash before it in the chain, and the event's text))." }),
  event: s.json({ doc: "What happened." }),
});

/**
 * `GET /v1/audit`. A caller with `operate:*` reads the whole log, which is what verifies as a chain; any
 * other one the entries of its project, between which those of others are left out.
 */
export function readAudit(deps: AuditDeps): Operation {
  return {
    id: "readAudit",
    method: "GET",
    path: "/v1/audit",
    tag: "Audit",
    access: "read",
    summary: "The log of every decision and change, newest first",
    query: QUERY,
    answers: {
      200: {
        doc: "A page, of which the last has no `next`; or all of it as NDJSON, each line with the exact text that was hashed.",
        shape: s.object({ entries: s.list(ENTRY), next: s.optional(s.text()) }),
        also: {
          [NDJSON]: { type: "string", description: 'Lines of {"hash":"...","event":{...}}.' },
        },
      },
    },
    handle: (ask) => (wantsLines(ask) ? exportLines(deps, ask) : readPage(deps, ask)),
  };
}

function wantsLines({ query, presented }: Ask): boolean {
  if (query["format"] !== undefined) return query["format"] === "ndjson";
  const { accept } = presented.headers;
  return typeof accept === "string" && /(?:^|[\s,])application\/x-ndjson(?:$|[\s;,])/i.test(accept);
}

async function readPage({ store }: AuditDeps, ask: Ask): Promise<Answer> {
  const query = { ...queryOf(ask), ...pageOf(ask.query) };
  const { items, next } = await readingPage(() => store.audit.list(query));
  return ok({ entries: items.map(entryView), ...(next === undefined ? {} : { next }) });
}

function entryView({ chain, seq, hash, text }: AuditRecord): JsonObject {
  return { chain, seq, hash, event: JSON.parse(text) as JsonObject };
}

/** Who takes the log away is in the log: the export ends with the entry that says so, or later. */
async function exportLines(deps: AuditDeps, ask: Ask): Promise<Answer> {
  const query = queryOf(ask);
  await recordExport(deps, ask, query);
  return { status: 200, type: NDJSON, body: exportEntries(deps.store, query) };
}

async function recordExport(
  { journal, now }: AuditDeps,
  { caller, requestId }: Ask,
  { project, ...filters }: AuditFilters,
): Promise<void> {
  const outcome = await journal.record({
    event: {
      type: "audit.exported",
      at: now(),
      project: caller.project,
      actor: { kind: caller.kind, id: caller.id },
      request: requestId,
      identity: null,
      products: [],
      data: { scope: project ?? null, filters },
    },
  });
  if (!outcome.committed)
    throw new HandstampError("internal", "Try again.", { detail: outcome.reason });
}

type AuditFilters = Omit<AuditQuery, "limit" | "cursor" | "order">;

function queryOf({ caller, query }: Ask): AuditFilters {
  const { type, identity, product, caller: actor } = query;
  return {
    ...(caller.scopes.has("operate:*") ? {} : { project: caller.project }),
    ...(type === undefined ? {} : { type: type as EventType }),
    ...(identity === undefined ? {} : { identity }),
    ...(product === undefined ? {} : { product }),
    ...(actor === undefined ? {} : { caller: actor }),
    ...periodOf(query),
  };
}
