/** The embedded store: one SQLite file, a writer on a thread of its own, readers on this one. */
import type { DatabaseSync } from "node:sqlite";
import type { Head } from "../../audit/chain.ts";
import { issuanceOf } from "../issuance.ts";
import {
  type ChainState,
  type Store,
  storedEvent,
  type TokenQuery,
  type Tokens,
} from "../store.ts";
import { backupTo } from "./backup.ts";
import { connect } from "./connection.ts";
import { storeFault } from "./fault.ts";
import { checkFile, prepareFile } from "./file.ts";
import { localWriter } from "./local-writer.ts";
import { type LogRow, logQueryOn, recordOf } from "./log-query.ts";
import { type RemoteWriter, remoteWriter } from "./remote-writer.ts";
import { apiTokensOn, signingKeysOn, valuesOn } from "./row-reader.ts";
import { isCurrent } from "./schema.ts";
import type { WriterData } from "./writer-messages.ts";

export interface SqliteOptions {
  /** The file; its folder is made when it is missing. */
  readonly path: string;
  /** The hash chain to append to. Every process on one file may use the same. Default "main". */
  readonly chain?: string;
  /** Milliseconds to wait for another process's lock. Default 1,000: below a request's deadline. */
  readonly busyTimeout?: number;
  /** False: write on this thread, as short-lived commands do. Default true. */
  readonly thread?: boolean;
}

/**
 * Opens the store, makes or updates its schema and checks the file.
 *
 * @throws HandstampError `store_unavailable` for a file that is damaged, locked or out of reach
 * @example
 * const store = await openSqliteStore({ path: ".handstamp/handstamp.db" });
 */
export async function openSqliteStore(options: SqliteOptions): Promise<Store> {
  const { path, chain = "main", busyTimeout = 1_000, thread = true } = options;
  try {
    prepareFile(path);
    const db = connect(path, { busyTimeout });
    try {
      checkFile(db, path);
      if (!isCurrent(db)) await (await import("./migrator.ts")).migrate(db);
      const data = { path, chain, busyTimeout };
      return storeOn(db, data, thread ? await remoteWriter(data) : onThisThread(data));
    } catch (error) {
      db.close();
      throw error;
    }
  } catch (error) {
    throw storeFault(error);
  }
}

function storeOn(db: DatabaseSync, { path, chain }: WriterData, writer: RemoteWriter): Store {
  db.exec("PRAGMA query_only = ON");
  const search = logQueryOn(db);
  const { revokedAt, ...values } = valuesOn(db);
  const tokens = tokensOn(search, revokedAt);
  return {
    chain,
    commit: (entries) => writer.commit(entries).catch(rethrow),
    probe: () => writer.probe().catch(rethrow),
    prune: (now) => writer.prune(now).catch(rethrow),
    tokens,
    audit: { list: async (query) => search(query), ...chainsOn(db) },
    apiTokens: apiTokensOn(db),
    keys: signingKeysOn(db),
    ...values,
    backup: (to) => backupTo(path, to),
    async close() {
      await writer.close();
      db.close();
    },
  };
}

function rethrow(error: unknown): never {
  throw storeFault(error);
}

function tokensOn(
  search: ReturnType<typeof logQueryOn>,
  revokedAt: (project: string, token: string) => Promise<number | undefined>,
): Tokens {
  const issued = (text: string, revoked: number | undefined) =>
    issuanceOf(storedEvent({ text }), revoked ?? null);
  return {
    isRevoked: async (project, id) => (await revokedAt(project, id)) !== undefined,
    async get(project, id) {
      const { items } = search({ project, token: id, type: "token.issued", limit: 1 });
      return items[0] && issued(items[0].text, await revokedAt(project, id));
    },
    async list(query) {
      const { items, next } = search({ ...inMilliseconds(query), type: "token.issued" });
      const issuances = items.map(async ({ text }) => {
        const issuance = issued(text, undefined);
        return { ...issuance, revokedAt: (await revokedAt(query.project, issuance.id)) ?? null };
      });
      return { items: await Promise.all(issuances), ...(next !== undefined && { next }) };
    },
  };
}

function inMilliseconds(query: TokenQuery) {
  const { from, to, ...rest } = query;
  return {
    ...rest,
    from: from === undefined ? undefined : from * 1000,
    to: to === undefined ? undefined : to * 1000 + 999,
  };
}

function chainsOn(db: DatabaseSync) {
  const stretch = db.prepare(`SELECT id, chain, seq, at, project, type, identity, caller,
    hex(hash) AS hash, event FROM audit WHERE chain = ? AND seq > ? ORDER BY seq LIMIT ?`);
  const heads = db.prepare(`SELECT chain, seq, lower(hex(hash)) AS hash, at, anchor_seq,
    lower(hex(anchor_hash)) AS anchor_hash FROM chains ORDER BY chain`);
  return {
    read: async (chain: string, after: number, limit: number) =>
      (stretch.all(chain, after, limit) as unknown as LogRow[]).map(recordOf),
    heads: async () => (heads.all() as unknown as ChainRow[]).map(chainState),
  };
}

interface ChainRow extends Head {
  readonly anchor_seq: number;
  readonly anchor_hash: string;
}

function chainState({ chain, seq, hash, at, anchor_seq, anchor_hash }: ChainRow): ChainState {
  return { chain, seq, hash, at, anchor: { seq: anchor_seq, hash: anchor_hash } };
}

function onThisThread(data: WriterData): RemoteWriter {
  const writer = localWriter(data);
  return {
    commit: async (entries) => writer.commit(entries),
    probe: async () => writer.probe(),
    prune: async (now) => writer.prune(now),
    close: async () => writer.close(),
  };
}
