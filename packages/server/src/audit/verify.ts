/** Verifying the log: entry by entry, as a stream, naming the first bad one. */
import type { AuditRecord, Store } from "../store/store.ts";
import { chainHash, GENESIS, type Head } from "./chain.ts";
import type { StoredEvent } from "./events.ts";

/** What a verification found. */
export type Verdict =
  | {
      readonly ok: true;
      readonly chain: string;
      /** Entries that were read. */
      readonly entries: number;
      readonly head: Head;
    }
  | {
      readonly ok: false;
      readonly chain: string;
      /** The first bad entry; for a truncated chain the first that is missing. */
      readonly seq: number;
      readonly problem: Problem;
      /** In words, for people. */
      readonly message: string;
    };

/** Everything that can be wrong with a chain. */
export const PROBLEMS = {
  changed: "the entry does not match its hash: it, or the one before it, was changed or moved",
  missing: "an entry is missing, or entries were put in another order",
  misplaced: "the entry's text names another place than the one where it stands",
  misfiled: "the columns by which the entry is found differ from its text",
  unanchored:
    "entries were removed before this one, and no checkpoint in the chain accounts for it",
  truncated: "the chain ends before the head that was exported",
  rewritten: "the entry differs from the head that was exported: the chain was written anew",
  head: "the stored end of the chain is not its last entry: entries were removed at the end",
} as const;
export type Problem = keyof typeof PROBLEMS;

/** Entries read at a time; between two readings others get their turn. */
const STRIDE = 500;

/**
 * Verifies one chain of a store.
 *
 * @param against a head that was exported earlier and kept elsewhere: without it a removal at the end
 * by someone who also changed the stored head cannot be seen
 * @example
 * const verdict = await verifyChain(store, "main", exportedHead);
 * if (!verdict.ok) alarm(`${verdict.chain} #${verdict.seq}: ${verdict.message}`);
 */
export async function verifyChain(store: Store, chain: string, against?: Head): Promise<Verdict> {
  const state = (await store.audit.heads()).find((head) => head.chain === chain);
  const anchor = state?.anchor ?? { seq: 0, hash: toHex(GENESIS) };
  const reader = new ChainReader(chain, anchor, against);
  // Entries appended meanwhile are left for the next time.
  const end = state?.seq ?? 0;
  while (reader.seq < end) {
    const records = await store.audit.read(chain, reader.seq, Math.min(STRIDE, end - reader.seq));
    if (records.length === 0) return reader.bad(reader.seq + 1, "head");
    for (const record of records) {
      const problem = reader.accept(record);
      if (problem) return reader.bad(Math.min(record.seq, reader.seq + 1), problem);
    }
    await new Promise(setImmediate);
  }
  return reader.conclude(state?.hash ?? toHex(GENESIS));
}

/** Verifies every chain of a store, and that none of the exported ones is missing. */
export async function verifyAll(store: Store, against: readonly Head[] = []): Promise<Verdict[]> {
  const names = new Set([
    ...(await store.audit.heads()).map(({ chain }) => chain),
    ...against.map(({ chain }) => chain),
  ]);
  const verdicts: Verdict[] = [];
  for (const name of names)
    verdicts.push(
      await verifyChain(
        store,
        name,
        against.find(({ chain }) => chain === name),
      ),
    );
  return verdicts;
}

/** Walks along a chain and remembers what it stands on. */
class ChainReader {
  readonly #chain: string;
  readonly #anchor: { readonly seq: number; readonly hash: string };
  readonly #against: Head | undefined;
  #hash: Uint8Array;
  #at = 0;
  #accounted: boolean;
  seq: number;

  constructor(chain: string, anchor: { seq: number; hash: string }, against: Head | undefined) {
    this.#chain = chain;
    this.#anchor = anchor;
    this.#against = against;
    this.#hash = Buffer.from(anchor.hash, "hex");
    this.#accounted = anchor.seq === 0 && anchor.hash === toHex(GENESIS);
    this.seq = anchor.seq;
  }

  /** Takes the next entry, or says what is wrong with it. */
  accept(record: AuditRecord): Problem | undefined {
    if (record.seq !== this.seq + 1) return "missing";
    const hash = chainHash(this.#hash, record.text);
    if (toHex(hash) !== record.hash) return "changed";
    const event = JSON.parse(record.text) as StoredEvent;
    if (event.chain !== this.#chain || event.seq !== record.seq) return "misplaced";
    if (!isFiledRight(record, event)) return "misfiled";
    if (this.#against?.seq === record.seq && this.#against.hash !== record.hash) return "rewritten";
    this.#hash = hash;
    this.#at = event.at;
    this.seq = record.seq;
    this.#accounted ||= this.#accountsForAnchor(event);
    return undefined;
  }

  conclude(head: string): Verdict {
    const against = this.#against;
    if (!this.#accounted) return this.bad(this.#anchor.seq + 1, "unanchored");
    if (head !== toHex(this.#hash)) return this.bad(this.seq, "head");
    if (against && against.seq > this.seq) return this.bad(this.seq + 1, "truncated");
    const { seq } = this;
    const entries = seq - this.#anchor.seq;
    const end = { chain: this.#chain, seq, hash: head, at: this.#at };
    return { ok: true, chain: this.#chain, entries, head: end };
  }

  bad(seq: number, problem: Problem): Verdict {
    return { ok: false, chain: this.#chain, seq, problem, message: PROBLEMS[problem] };
  }

  /** A trim leaves an event in the chain that names the last entry it removed. */
  #accountsForAnchor({ type, data }: StoredEvent): boolean {
    const { chain, through, hash } = data;
    return (
      type === "audit.trimmed" &&
      chain === this.#chain &&
      through === this.#anchor.seq &&
      hash === this.#anchor.hash
    );
  }
}

function isFiledRight({ indexed }: AuditRecord, event: StoredEvent): boolean {
  return (
    indexed.at === event.at &&
    indexed.project === event.project &&
    indexed.type === event.type &&
    // A column is UTF-8 and cannot hold a lone surrogate, as the text's escapes can.
    indexed.identity === (event.identity?.toWellFormed() ?? null) &&
    indexed.caller === event.actor.id.toWellFormed()
  );
}

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
