/** The log as NDJSON (one JSON object a line), for archives and for other tools. */
import type { AuditQuery, AuditRecord, Store } from "../store/store.ts";
import type { Head } from "./chain.ts";

const STRIDE = 500;

/**
 * One line of an export. The event's text stands in it unchanged, so whoever cuts it out has the very
 * bytes that were hashed.
 */
export function exportLine({ hash, text }: Pick<AuditRecord, "hash" | "text">): string {
  return `{"hash":"${hash}","event":${text}}\n`;
}

/**
 * The entries that a query finds, oldest first, as lines; pages are read as they are consumed.
 *
 * @example
 * for await (const line of exportEntries(store, { project: "default" })) out.write(line);
 */
export async function* exportEntries(
  store: Pick<Store, "audit">,
  query: Omit<AuditQuery, "limit" | "order" | "cursor">,
): AsyncGenerator<string, void> {
  let cursor: string | undefined;
  do {
    const at = cursor === undefined ? {} : { cursor };
    const page = await store.audit.list({ ...query, ...at, order: "oldest", limit: STRIDE });
    yield page.items.map(exportLine).join("");
    cursor = page.next;
  } while (cursor !== undefined);
}

/** One whole chain in its order: what a verifier elsewhere needs. */
export async function* exportChain(
  store: Pick<Store, "audit">,
  chain: string,
): AsyncGenerator<string, void> {
  const state = (await store.audit.heads()).find((head) => head.chain === chain);
  let after = state?.anchor.seq ?? 0;
  for (;;) {
    const records = await store.audit.read(chain, after, STRIDE);
    const last = records.at(-1);
    if (!last) return;
    yield records.map(exportLine).join("");
    after = last.seq;
  }
}

/** The ends of all chains, to be kept where the store's administrator cannot write. */
export async function exportHeads(store: Pick<Store, "audit">): Promise<readonly Head[]> {
  const states = await store.audit.heads();
  return states.map(({ chain, seq, hash, at }) => ({ chain, seq, hash, at }));
}
