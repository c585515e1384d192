import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { exportChain, exportEntries, exportHeads } from "../../audit/export.ts";
import { LEAST_RETENTION_MS, trim } from "../../audit/retention.ts";
import { verifyAll, verifyChain } from "../../audit/verify.ts";
import { createJournal } from "../journal.ts";
import { type Store, storedEvent } from "../store.ts";
import { event, issue, keyCreated, NOW } from "./samples.test-suite.ts";
import type { WithStore } from "./with-store.test-suite.ts";

const TEXTS = process.env.HANDSTAMP_LONG ? 20_000 : 200;
const DAY = 24 * 60 * 60 * 1000;
const actor = { kind: "service", id: "service" };

const withText = (text: string) => ({
  event: event("policy.loaded", {
    identity: text,
    actor: { kind: text, id: text },
    request: text,
    products: [text],
    data: { text, [text]: 1 },
  }),
});

/** The hash chain, as anyone can check it, and its retention. */
export function chainSuite(withStore: WithStore): void {
  describe("chain", () => {
    it(
      "is what its description says, checked by hand",
      withStore(async (store) => {
        await store.commit([keyCreated(), issue(), issue({ identity: "Zoë", id: "z" })]);
        let previous: Buffer = Buffer.alloc(32);
        for await (const lines of exportChain(store, store.chain))
          for (const line of lines.trimEnd().split("\n")) {
            const { hash, event: parsed } = JSON.parse(line);
            const text = line.slice(line.indexOf(',"event":') + 9, -1);
            assert.equal(text, JSON.stringify(sorted(parsed)));
            previous = createHash("sha256").update(previous).update(text).digest();
            assert.equal(hash, previous.toString("hex"));
          }
        const [head] = await exportHeads(store);
        assert.equal(head?.hash, previous.toString("hex"));
        assert.equal(head?.seq, 3);
      }),
    );

    it(
      "keeps any text as it is",
      withStore(async (store) => {
        const texts = fc.sample(fc.string({ unit: "binary", maxLength: 40 }), TEXTS);
        const hostile = ["\0", "a\0b", "\ud800", "\u2028", "'; --", '"', "\\", "é", "e\u0301"];
        await store.commit([keyCreated(), ...[...hostile, ...texts].map(withText)]);
        const verdict = await verifyChain(store, store.chain);
        assert.equal(verdict.ok, true, JSON.stringify(verdict));
        const records = await store.audit.read(store.chain, 1, TEXTS + hostile.length);
        const kept = records.map((record) => storedEvent(record).data.text);
        assert.deepEqual(kept, [...hostile, ...texts]);
        for (const identity of hostile.filter((text) => text.isWellFormed())) {
          const page = await store.audit.list({ project: "default", identity, limit: 9 });
          assert.ok(page.items.length > 0, JSON.stringify(identity));
        }
      }),
    );

    it(
      "verifies empty, filled and filled further, against heads exported on the way",
      withStore(async (store) => {
        assert.deepEqual(await verifyAll(store), []);
        await store.commit([keyCreated(), issue()]);
        const [early] = await exportHeads(store);
        await store.commit(Array.from({ length: 700 }, () => issue()));
        const verdict = await verifyChain(store, store.chain, early);
        assert.equal(verdict.ok && verdict.entries, 702);
      }),
    );

    it(
      "misses a chain and a head that were exported and are not there",
      withStore(async (store) => {
        await store.commit([keyCreated(), issue()]);
        const [head] = await exportHeads(store);
        assert.ok(head);
        const later = await verifyChain(store, store.chain, { ...head, seq: 5 });
        assert.deepEqual(later.ok || [later.problem, later.seq], ["truncated", 3]);
        const other = await verifyChain(store, store.chain, { ...head, hash: "0".repeat(64) });
        assert.deepEqual(other.ok || [other.problem, other.seq], ["rewritten", 2]);
        const verdicts = await verifyAll(store, [{ ...head, chain: "gone" }]);
        assert.deepEqual(
          verdicts.map(({ ok }) => ok),
          [true, false],
        );
      }),
    );

    it(
      "exports what a filter finds, oldest first",
      withStore(async (store) => {
        await store.commit([
          keyCreated(),
          issue({ identity: "bob" }),
          issue(),
          issue({ identity: "bob" }),
        ]);
        let text = "";
        for await (const lines of exportEntries(store, { project: "default", identity: "bob" }))
          text += lines;
        const seqs = text
          .trimEnd()
          .split("\n")
          .map((line) => JSON.parse(line).event.seq);
        assert.deepEqual(seqs, [2, 4]);
      }),
    );

    it(
      "stays verifiable when old entries are removed, again and again",
      withStore(async (store) => {
        const journal = createJournal({ store });
        const start = NOW * 1000;
        await store.commit([keyCreated()]);
        for (let day = 0; day < 6; day++)
          await store.commit(Array.from({ length: 450 }, () => issue({}, start + day * DAY)));
        const [before] = await exportHeads(store);
        const options = { store, journal, actor, retention: LEAST_RETENTION_MS };
        assert.equal(await trim({ ...options, now: start + 5 * DAY }), 1 + 3 * 450);
        assert.equal((await verifyChain(store, store.chain, before)).ok, true);
        assert.equal(await trim({ ...options, now: start + 6 * DAY }), 450);
        assert.equal(await trim({ ...options, now: start + 6 * DAY }), 0);
        const verdict = await verifyChain(store, store.chain, before);
        assert.equal(verdict.ok, true);
        assert.equal((await store.audit.heads())[0]?.anchor.seq, 1 + 4 * 450);
        await checkListing(store, start + 4 * DAY);
        await journal.close();
      }),
    );

    it(
      "keeps no token shorter than it may live",
      withStore(async (store) => {
        const journal = createJournal({ store });
        const retention = LEAST_RETENTION_MS - 1;
        await assert.rejects(trim({ store, journal, actor, retention, now: 0 }), RangeError);
        await journal.close();
      }),
    );

    it(
      "appends to a chain of its own whatever the store was given",
      withStore(async (store) => {
        await Promise.all(
          Array.from({ length: 30 }, () => store.commit([{ event: event("policy.loaded") }])),
        );
        const verdict = await verifyChain(store, store.chain);
        assert.equal(verdict.ok && verdict.entries, 30);
      }),
    );
  });
}

/** After trimming the index must know what is there and nothing else. */
async function checkListing(store: Store, oldest: number): Promise<void> {
  const page = await store.audit.list({ project: "default", order: "oldest", limit: 10 });
  for (const record of page.items) assert.ok(storedEvent(record).at >= oldest);
  assert.equal(page.items.length, 10);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, member]) => [key, sorted(member)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
