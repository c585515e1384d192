import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isHandstampError } from "@handstamp/protocol";
import * as fc from "fast-check";
import { type AuditQuery, type Store, storedEvent } from "../store.ts";
import {
  apiToken,
  entry,
  event,
  issuance,
  issue,
  keyCreated,
  NOW,
  signingKey,
} from "./samples.test-suite.ts";
import type { WithStore } from "./with-store.test-suite.ts";

const RUNS = process.env.HANDSTAMP_LONG ? 1_000 : 40;

/** What can be read back, and in what order. */
export function readingSuite(withStore: WithStore): void {
  describe("tokens", () => {
    it(
      "gives back the record of an issue",
      withStore(async (store) => {
        const row = issuance({
          uid: 7,
          identity: "Zoë \u{1F3B5}",
          grants: { rtc: { channel: "a\nb" } },
        });
        await store.commit([keyCreated(), issue(row)]);
        assert.deepEqual(await store.tokens.get("default", row.id), { ...row, revokedAt: null });
      }),
    );

    it(
      "knows no token of another project",
      withStore(async (store) => {
        await store.commit([keyCreated(), issue({ id: "t1" })]);
        assert.equal(await store.tokens.get("other", "t1"), undefined);
      }),
    );

    it(
      "shows when a token was revoked, and keeps the first time",
      withStore(async (store) => {
        const revoke = (at: number) =>
          entry("token.revoked", { kind: "token_revoked", project: "default", token: "t1", at });
        await store.commit([keyCreated(), issue({ id: "t1" }), revoke(NOW + 5), revoke(NOW + 9)]);
        assert.equal((await store.tokens.get("default", "t1"))?.revokedAt, NOW + 5);
        assert.equal(await store.tokens.isRevoked("default", "t1"), true);
        assert.equal(await store.tokens.isRevoked("other", "t1"), false);
        const { items } = await store.tokens.list({ project: "default", limit: 5 });
        assert.deepEqual(
          items.map(({ revokedAt }) => revokedAt),
          [NOW + 5],
        );
      }),
    );

    it(
      "lists by identity, provider and time, newest first",
      withStore(async (store) => {
        const agora = { provider: "agora", products: ["agora.rtc"], key: "A1" } as const;
        await store.commit([
          keyCreated(),
          keyCreated({ provider: "agora", id: "A1" }),
          issue({ id: "1", identity: "alice" }, (NOW + 1) * 1000),
          issue({ id: "2", identity: "bob" }, (NOW + 2) * 1000),
          issue({ id: "3", identity: "alice", ...agora }, (NOW + 3) * 1000 + 999),
        ]);
        const ids = async (query: object) => {
          const page = await store.tokens.list({ project: "default", limit: 9, ...query });
          return page.items.map(({ id }) => id);
        };
        assert.deepEqual(await ids({}), ["3", "2", "1"]);
        assert.deepEqual(await ids({ identity: "alice" }), ["3", "1"]);
        assert.deepEqual(await ids({ provider: "agora" }), ["3"]);
        assert.deepEqual(await ids({ from: NOW + 2, to: NOW + 3 }), ["3", "2"]);
        assert.deepEqual(await ids({ to: NOW + 2 }), ["2", "1"]);
        assert.deepEqual(await ids({ identity: "carol" }), []);
      }),
    );
  });

  describe("audit", () => {
    it(
      "pages through every filter exactly as a plain filter would",
      withStore(async (store) => {
        const events = await fill(store, 300);
        await fc.assert(
          fc.asyncProperty(queries, async (query) => {
            const found = await pages(store, query);
            assert.deepEqual(found, expected(events, query));
          }),
          { numRuns: RUNS },
        );
      }),
    );

    it(
      "refuses a cursor that no page gave",
      withStore(async (store) => {
        for (const cursor of ["", "x", "aDEuLTE", "aDEuMQ==", "'; DROP TABLE audit"])
          await assert.rejects(
            store.audit.list({ cursor, limit: 1 }),
            (error) => isHandstampError(error) && error.code === "invalid_request",
          );
      }),
    );
  });

  describe("rows", () => {
    it(
      "keeps API tokens, their last use by the minute, and hides deleted ones from the list",
      withStore(async (store) => {
        const row = apiToken();
        const used = (at: number) =>
          entry("token.replayed", { kind: "api_token_used", id: row.id, at });
        await store.commit([entry("callers.created", { kind: "api_token_created", row })]);
        assert.deepEqual(await store.apiTokens.byDigest(row.digest), row);
        for (const at of [NOW, NOW + 59, NOW + 61]) await store.commit([used(at)]);
        assert.equal((await store.apiTokens.get("default", row.id))?.lastUsedAt, NOW + 61);
        assert.equal(await store.apiTokens.get("other", row.id), undefined);
        const revoked = {
          kind: "api_token_revoked",
          project: "default",
          id: row.id,
          at: NOW,
        } as const;
        await store.commit([entry("callers.deleted", revoked)]);
        assert.deepEqual(await store.apiTokens.list("default"), []);
        assert.equal((await store.apiTokens.byDigest(row.digest))?.revokedAt, NOW);
      }),
    );

    it(
      "keeps signing keys of each provider",
      withStore(async (store) => {
        const agora = signingKey({
          provider: "agora",
          id: "A1",
          state: "pending",
          createdAt: NOW + 1,
        });
        await store.commit([keyCreated(), keyCreated(agora)]);
        assert.deepEqual(await store.keys.list("default"), [signingKey(), agora]);
        assert.deepEqual(await store.keys.list("default", "agora"), [agora]);
        assert.deepEqual(await store.keys.get("default", "agora", "A1"), agora);
        assert.deepEqual(await store.keys.list("other"), []);
      }),
    );

    it(
      "keeps an idempotency key's inputs until they expire, and then lets it be used again",
      withStore(async (store) => {
        const row = {
          project: "default",
          caller: "ci",
          key: "k1",
          bodyDigest: "ef".repeat(32),
          inputs: { salt: 7 },
          expiresAt: NOW + 100,
        };
        const keep = (now: number) =>
          store.commit([entry("uid.assigned", { kind: "idempotency_kept", row, now })]);
        assert.equal((await keep(NOW))[0]?.committed, true);
        assert.deepEqual(await store.idempotency("default", "ci", "k1", NOW), row);
        assert.equal(await store.idempotency("default", "other", "k1", NOW), undefined);
        assert.deepEqual(await keep(NOW + 99), [{ committed: false, reason: "idempotency_used" }]);
        assert.equal(await store.idempotency("default", "ci", "k1", NOW + 100), undefined);
        assert.equal((await keep(NOW + 100))[0]?.committed, true);
        assert.equal(await store.prune(NOW + 100), 1);
        assert.equal(await store.prune(NOW + 100), 0);
      }),
    );

    it(
      "keeps uids, blocked identities and settings",
      withStore(async (store) => {
        const of = { project: "default", identity: "alice" } as const;
        await store.commit([
          entry("uid.assigned", { kind: "uid_assigned", ...of, uid: 0xffffffff }),
          entry("identity.blocked", { kind: "identity_blocked", ...of, at: NOW }),
          entry("service.started", { kind: "meta", key: "instance", value: "7" }),
        ]);
        assert.equal(await store.uid("default", "alice"), 0xffffffff);
        assert.equal(await store.uid("other", "alice"), undefined);
        assert.equal(await store.isBlocked("default", "alice"), true);
        assert.equal(await store.isBlocked("other", "alice"), false);
        await store.commit([entry("identity.unblocked", { kind: "identity_unblocked", ...of })]);
        assert.equal(await store.isBlocked("default", "alice"), false);
        assert.equal(await store.meta("instance"), "7");
        assert.equal(await store.meta("nothing"), undefined);
      }),
    );
  });
}

interface Sample {
  readonly at: number;
  readonly project: string;
  readonly type: "token.issued" | "token.refused" | "identity.blocked";
  readonly identity: string | null;
  readonly product: string;
  readonly caller: string;
}

const PICK = <T>(from: readonly T[], n: number): T => {
  const picked = from[n % from.length];
  if (picked === undefined) throw new Error("nothing to pick from");
  return picked;
};
const PROJECTS = ["default", "other"];
const TYPES = ["token.issued", "token.refused", "identity.blocked"] as const;
const IDENTITIES = ["alice", "bob", "carol", null];
const PRODUCTS = ["twilio.video", "agora.rtc", "twilio.chat"];
const CALLERS = ["ci", "jwt:a|b", "operator"];

/** Events in several commits, some of them out of time, as after a jump of the clock. */
async function fill(store: Store, count: number): Promise<readonly (Sample & { seq: number })[]> {
  const samples = Array.from(
    { length: count },
    (_, i): Sample => ({
      at: NOW * 1000 + ((i * 7919) % count) * 10,
      project: PICK(PROJECTS, (i * 13) % 7),
      type: PICK(TYPES, (i * 31) % 11),
      identity: PICK(IDENTITIES, (i * 17) % 13),
      product: PICK(PRODUCTS, (i * 5) % 17),
      caller: PICK(CALLERS, (i * 3) % 19),
    }),
  );
  for (let from = 0; from < count; from += 37)
    await store.commit(
      samples.slice(from, from + 37).map(({ product, caller, ...rest }) => ({
        event: event("token.issued", {
          ...rest,
          products: [product],
          actor: { kind: "t", id: caller },
        }),
      })),
    );
  return samples.map((sample, i) => ({ ...sample, seq: i + 1 }));
}

const maybe = <T>(...of: readonly T[]) => fc.option(fc.constantFrom(...of), { nil: undefined });
const moment = fc.option(
  fc.integer({ min: 0, max: 3_000 }).map((n) => NOW * 1000 + n),
  { nil: undefined },
);
const queries = fc.record({
  project: maybe("default", "other", "third"),
  type: maybe(...TYPES),
  identity: maybe("alice", "bob", "nobody"),
  product: maybe(...PRODUCTS),
  caller: maybe(...CALLERS),
  from: moment,
  to: moment,
  order: maybe("newest", "oldest"),
  limit: fc.integer({ min: 1, max: 60 }),
}) as fc.Arbitrary<AuditQuery>;

async function pages(store: Store, query: AuditQuery): Promise<number[]> {
  const found: number[] = [];
  let cursor: string | undefined;
  do {
    const at = cursor === undefined ? {} : { cursor };
    const page = await store.audit.list({ ...query, ...at });
    assert.ok(page.items.length <= query.limit);
    if (page.next !== undefined) assert.equal(page.items.length, query.limit);
    found.push(...page.items.map((record) => storedEvent(record).seq));
    cursor = page.next;
  } while (cursor !== undefined);
  return found;
}

function expected(samples: readonly (Sample & { seq: number })[], query: AuditQuery): number[] {
  const { limit: _, order, from = 0, to = Number.POSITIVE_INFINITY, cursor: __, ...equal } = query;
  const matches = samples.filter(
    (sample) =>
      sample.at >= from &&
      sample.at <= to &&
      Object.entries(equal).every(
        ([name, value]) => value === undefined || sample[name as keyof Sample] === value,
      ),
  );
  const seqs = matches.map(({ seq }) => seq);
  return order === "oldest" ? seqs : seqs.toReversed();
}
