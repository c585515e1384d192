/** The same `Idempotency-Key`: the same token, minted again, for the same person and no other. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { judgedCaller } from "../callers/caller.ts";
import { AGORA_KEY, backEnd, kit, NOW, person, TWILIO_KEY } from "./kit.test-suite.ts";

const at = NOW / 1000;
const once = (key: string, body = "{}") => ({ idempotency: { key, body } });

test("the same key and body give the same token, byte for byte, of either provider", async () => {
  await using made = await kit();
  for (const request of [
    { provider: "twilio", grants: { chat: {}, video: { room: "lesson-1" } } },
    { provider: "agora", grants: { rtc: { channel: "lesson-1" }, rtm: {} } },
  ] as const) {
    const first = await made.issue(person("alice"), { ...request, ...once(request.provider) });
    made.clock.now += 60_000;
    const again = await made.issue(person("alice"), { ...request, ...once(request.provider) });
    assert.deepEqual(again, first);
  }
  assert.deepEqual(
    (await made.events()).map(({ type }) => type).filter((type) => type !== "uid.assigned"),
    ["token.issued", "token.replayed", "token.issued", "token.replayed"],
  );
});

test("two at once give one token", async () => {
  await using made = await kit();
  const asked = Array.from({ length: 8 }, () => made.issue(person("alice"), once("k")));
  const ids = new Set((await Promise.all(asked)).map(({ token }) => token));
  assert.equal(ids.size, 1);
  const { items } = await made.store.tokens.list({ project: "default", limit: 10 });
  assert.equal(items.length, 1);
});

test("neither the token nor the key's secret is kept", async () => {
  await using made = await kit();
  const { token } = await made.issue(person("alice"), once("k"));
  const row = await made.store.idempotency("default", person("alice").id, "k", at);
  const kept = JSON.stringify(row);
  assert.ok(row && !kept.includes(token));
  assert.ok(!kept.includes(TWILIO_KEY.secret.reveal()));
});

test("another body is 422", async () => {
  await using made = await kit();
  await made.issue(person("alice"), once("k", '{"a":1}'));
  await assert.rejects(made.issue(person("alice"), once("k", '{"a":2}')), {
    code: "idempotency_mismatch",
  });
});

test("another caller's same key is another key", async () => {
  await using made = await kit();
  const alice = await made.issue(person("alice"), once("k"));
  const bob = await made.issue(person("bob"), once("k"));
  assert.deepEqual([alice.identity, bob.identity], ["alice", "bob"]);
});

test("two people whose issuer's sub is one are never given each other's token", async () => {
  await using made = await kit();
  const ofTenant = (tenant: string) =>
    judgedCaller({ ...person(`${tenant}:42`), id: "jwt:https://login.example.com|42" });
  const first = await made.issue(ofTenant("a"), once("k"));
  assert.equal(first.identity, "a:42");
  await assert.rejects(made.issue(ofTenant("b"), once("k")), { code: "idempotency_mismatch" });
});

test("a back end's key does not carry over from one identity to another", async () => {
  await using made = await kit();
  const ci = await backEnd(made, "ci");
  await made.issue(ci, { identity: "bob", ...once("k") });
  await assert.rejects(made.issue(ci, { identity: "eve", ...once("k") }), {
    code: "idempotency_mismatch",
  });
});

test("a token that was revoked meanwhile is 409", async () => {
  await using made = await kit();
  const { id } = await made.issue(person("alice"), once("k"));
  await made.commit({ kind: "token_revoked", project: "default", token: id, at });
  await assert.rejects(made.issue(person("alice"), once("k")), { code: "conflict" });
});

test("whoever was blocked, or lost their API token, gets nothing again either", async () => {
  await using made = await kit();
  await made.issue(person("alice"), once("k"));
  await made.commit({ kind: "identity_blocked", project: "default", identity: "alice", at });
  await assert.rejects(made.issue(person("alice"), once("k")), { code: "forbidden" });
  const ci = await backEnd(made, "ci");
  await made.issue(ci, { identity: "bob", ...once("k") });
  await made.commit({ kind: "api_token_revoked", project: "default", id: "ci", at });
  await assert.rejects(made.issue(ci, { identity: "bob", ...once("k") }), {
    code: "unauthenticated",
  });
});

test("under a key that is active no more the old token is not made again", async () => {
  await using made = await kit();
  await made.issue(person("alice"), once("k"));
  const key = { project: "default", provider: "twilio", key: TWILIO_KEY.id } as const;
  await made.commit({ kind: "key_state", ...key, from: ["active"], to: "passive", at });
  await assert.rejects(made.issue(person("alice"), once("k")), { code: "key_not_active" });
});

test("with another key in its place it is 409, and a new Idempotency-Key works", async () => {
  const rotated = { ...TWILIO_KEY, id: "SKfedcba9876543210fedcba9876543210" };
  let current = TWILIO_KEY;
  await using made = await kit();
  const project = {
    name: "default",
    policy: made.policy,
    get providers() {
      return {
        twilio: { key: current, settings: { chat_service_sid: `IS${"c".repeat(32)}` } },
        agora: { key: AGORA_KEY, settings: {} },
      };
    },
  };
  const issuer = made.issuerOf({ projects: new Map([["default", project]]) });
  const ask = (key: string) =>
    issuer.issue(
      person("alice"),
      { provider: "twilio", grants: { chat: {} }, want: "all", ...once(key) },
      { requestId: "r", ip: "203.0.113.7", route: "POST /v1/tokens" },
    );
  await ask("k");
  const key = { project: "default", provider: "twilio" } as const;
  const passive = { from: ["active"], to: "passive", at } as const;
  await made.commit({ kind: "key_state", ...key, key: TWILIO_KEY.id, ...passive });
  const state = { state: "active", fingerprint: "g", createdAt: at, changedAt: at } as const;
  await made.commit({ kind: "key_created", row: { ...key, id: rotated.id, ...state } });
  current = rotated;
  await assert.rejects(ask("k"), { code: "conflict" });
  assert.ok((await ask("k2")).id.startsWith(rotated.id));
});

test("a refused request keeps nothing: it may succeed later under the same key", async () => {
  await using made = await kit();
  const hall = { grants: { video: { room: "hall" } }, ...once("k") };
  await assert.rejects(made.issue(person("alice"), hall), { code: "forbidden" });
  made.rules([{ name: "r", allow: [{ product: "twilio.video", room: "hall" }] }]);
  assert.equal((await made.issue(person("alice"), hall)).identity, "alice");
});

test("after a day the key is free", async () => {
  await using made = await kit();
  const first = await made.issue(person("alice"), once("k"));
  made.clock.now += 86_400_000;
  assert.notEqual((await made.issue(person("alice"), once("k", '{"b":1}'))).id, first.id);
});
