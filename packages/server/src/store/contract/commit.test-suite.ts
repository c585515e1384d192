import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Effect, Entry, Outcome, Refusal } from "../store.ts";
import { storedEvent } from "../store.ts";
import { apiToken, entry, issue, KEY, keyCreated, NOW, signingKey } from "./samples.test-suite.ts";
import type { WithStore } from "./with-store.test-suite.ts";

const where = { project: "default", provider: "twilio", key: KEY } as const;
const reasonOf = (outcome: Outcome | undefined) => outcome && !outcome.committed && outcome.reason;

/** What one transaction promises to each of the requests that share it. */
export function commitSuite(withStore: WithStore): void {
  describe("commit", () => {
    it(
      "numbers the entries of a batch without gaps",
      withStore(async (store) => {
        const outcomes = await store.commit([keyCreated(), issue(), issue(), issue()]);
        const places = outcomes.map((o) => o.committed && [o.chain, o.seq]);
        assert.deepEqual(
          places,
          [1, 2, 3, 4].map((seq) => [store.chain, seq]),
        );
        const [more] = await store.commit([issue()]);
        assert.equal(more?.committed && more.seq, 5);
      }),
    );

    it(
      "refuses one entry, records the refusal, and commits its neighbours",
      withStore(async (store) => {
        const blocked: Effect = {
          kind: "identity_blocked",
          project: "default",
          identity: "eve",
          at: NOW,
        };
        await store.commit([keyCreated(), entry("identity.blocked", blocked)]);
        const eve = issue({ identity: "eve", id: "of-eve" });
        const outcomes = await store.commit([issue({ id: "a" }), eve, issue({ id: "b" })]);
        assert.deepEqual(outcomes.map(reasonOf), [false, "identity_blocked", false]);
        assert.equal(await store.tokens.get("default", "of-eve"), undefined);
        assert.equal((await store.tokens.get("default", "b"))?.id, "b");
        const { items } = await store.audit.list({
          project: "default",
          type: "token.refused",
          limit: 9,
        });
        const [refusal] = items.map(storedEvent);
        assert.equal(items.length, 1);
        assert.deepEqual(refusal?.data, { reason: "identity_blocked", wanted: "token.issued" });
        assert.equal(refusal?.identity, "eve");
        assert.equal(refusal?.seq, 4);
      }),
    );

    it(
      "sees inside a batch what an earlier entry of it changed",
      withStore(async (store) => {
        const state = (from: "active" | "passive", to: "active" | "passive"): Effect => ({
          kind: "key_state",
          ...where,
          from: [from],
          to,
          at: NOW,
        });
        const outcomes = await store.commit([
          issue(),
          keyCreated(),
          issue(),
          entry("keys.changed", state("active", "passive")),
          issue(),
          entry("keys.changed", state("passive", "active")),
          issue(),
        ]);
        const no = "key_not_active";
        assert.deepEqual(outcomes.map(reasonOf), [no, false, false, false, no, false, false]);
      }),
    );

    it(
      "issues nothing under a key once its deletion has been answered",
      withStore(async (store) => {
        await store.commit([keyCreated()]);
        const deletion = entry("keys.deleted", {
          kind: "key_state",
          ...where,
          from: ["active", "passive"],
          to: "deleted",
          at: NOW,
        });
        const issues = Array.from({ length: 20 }, () => store.commit([issue(), issue()]));
        const deleted = store.commit([deletion]).then(async ([outcome]) => {
          assert.ok(outcome?.committed);
          const after = await store.commit([issue(), issue()]);
          assert.deepEqual(after.map(reasonOf), ["key_not_active", "key_not_active"]);
          return outcome.seq;
        });
        await Promise.all(issues);
        const last = await deleted;
        const { items } = await store.audit.list({
          type: "token.issued",
          project: "default",
          limit: 99,
        });
        for (const { seq } of items) assert.ok(seq < last, `an issue at ${seq} after ${last}`);
      }),
    );

    const refused: readonly [string, readonly Entry[], Entry, Refusal][] = [
      ["an issue without its key", [], issue(), "key_not_active"],
      [
        "an issue under a pending key",
        [keyCreated({ state: "pending" })],
        issue(),
        "key_not_active",
      ],
      [
        "an issue under a key of another project",
        [keyCreated({ project: "other" })],
        issue(),
        "key_not_active",
      ],
      ["a second active key", [keyCreated()], keyCreated({ id: "SK2" }), "second_active"],
      ["a key that is there", [keyCreated()], keyCreated(), "already_exists"],
      [
        "a deleted key's return",
        [keyCreated({ state: "deleted" })],
        entry("keys.changed", {
          kind: "key_state",
          ...where,
          from: ["passive", "pending"],
          to: "active",
          at: NOW,
        }),
        "key_state",
      ],
      [
        "a change of a key that is not there",
        [],
        entry("keys.changed", {
          kind: "key_state",
          ...where,
          from: ["active"],
          to: "passive",
          at: NOW,
        }),
        "not_found",
      ],
      [
        "a second API token of one id",
        [entry("callers.created", { kind: "api_token_created", row: apiToken() })],
        entry("callers.created", { kind: "api_token_created", row: apiToken({ digest: "00" }) }),
        "already_exists",
      ],
      [
        "the deletion of an API token of another project",
        [
          entry("callers.created", {
            kind: "api_token_created",
            row: apiToken({ project: "other" }),
          }),
        ],
        entry("callers.deleted", {
          kind: "api_token_revoked",
          project: "default",
          id: "ci",
          at: NOW,
        }),
        "not_found",
      ],
      [
        "an issue for a caller who was deleted",
        [
          entry("callers.created", { kind: "api_token_created", row: apiToken() }),
          entry("callers.deleted", {
            kind: "api_token_revoked",
            project: "default",
            id: "ci",
            at: NOW,
          }),
        ],
        { ...issue(), require: [{ kind: "api_token_valid", project: "default", id: "ci" }] },
        "caller_revoked",
      ],
      [
        "a replay of a revoked token",
        [
          entry("token.revoked", {
            kind: "token_revoked",
            project: "default",
            token: "t1",
            at: NOW,
          }),
        ],
        { ...issue(), require: [{ kind: "token_not_revoked", project: "default", token: "t1" }] },
        "token_revoked",
      ],
      [
        "an identity's second uid",
        [
          entry("uid.assigned", {
            kind: "uid_assigned",
            project: "default",
            identity: "a",
            uid: 7,
          }),
        ],
        entry("uid.assigned", { kind: "uid_assigned", project: "default", identity: "a", uid: 8 }),
        "already_exists",
      ],
      [
        "a uid that is another's",
        [
          entry("uid.assigned", {
            kind: "uid_assigned",
            project: "default",
            identity: "a",
            uid: 7,
          }),
        ],
        entry("uid.assigned", { kind: "uid_assigned", project: "default", identity: "b", uid: 7 }),
        "uid_taken",
      ],
      [
        "an unblocking of one who is not blocked",
        [],
        entry("identity.unblocked", {
          kind: "identity_unblocked",
          project: "default",
          identity: "a",
        }),
        "not_found",
      ],
    ];
    for (const [what, before, tried, reason] of refused)
      it(
        `refuses ${what}: ${reason}`,
        withStore(async (store) => {
          for (const outcome of await store.commit(before)) assert.ok(outcome.committed);
          assert.deepEqual((await store.commit([tried])).map(reasonOf), [reason]);
        }),
      );

    it(
      "applies none of an entry's effects when one of them is refused",
      withStore(async (store) => {
        const both = entry(
          "keys.created",
          { kind: "key_created", row: signingKey() },
          { kind: "identity_unblocked", project: "default", identity: "nobody" },
        );
        assert.deepEqual((await store.commit([both])).map(reasonOf), ["not_found"]);
        assert.deepEqual(await store.keys.list("default"), []);
      }),
    );
  });
}
