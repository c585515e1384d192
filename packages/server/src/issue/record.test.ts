/** The point of no return: what is recorded, and that nothing leaves which is not. */
import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { describe, test } from "node:test";
import { verifyAccessToken } from "@handstamp/core/twilio";
import { HandstampError } from "@handstamp/protocol";
import { verifyChain } from "../audit/verify.ts";
import type { Journal } from "../store/journal.ts";
import { backEnd, CHAT_SERVICE, kit, NOW, person, TWILIO_KEY } from "./kit.test-suite.ts";

test("an issue stands in the record with everything but the token", async () => {
  await using made = await kit();
  const issued = await made.issue(person("alice"), { ttl: 600 });
  const record = await made.store.tokens.get("default", issued.id);
  assert.deepEqual(record, {
    id: issued.id,
    project: "default",
    provider: "twilio",
    products: ["twilio.chat"],
    identity: "alice",
    uid: null,
    grants: { chat: { service_sid: CHAT_SERVICE } },
    key: TWILIO_KEY.id,
    issuedAt: NOW / 1000,
    expiresAt: NOW / 1000 + 600,
    caller: { kind: "jwt", id: "jwt:https://login.example.com|alice" },
    rule: "everyone",
    request: "req_1",
    digest: hash("sha256", issued.token, "base64url"),
    revokedAt: null,
  });
  const { id } = verifyAccessToken(issued.token, {
    keySecret: TWILIO_KEY.secret.reveal(),
    now: NOW / 1000,
  });
  assert.equal(id, issued.id);
  const log = JSON.stringify(await made.events());
  const signature = issued.token.slice(issued.token.lastIndexOf("."));
  assert.ok(!log.includes(issued.token) && !log.includes(signature));
});

const failing = (fail: () => Promise<never>): Pick<Journal, "record"> => ({ record: fail });
const UNAVAILABLE = new HandstampError("store_unavailable", "The disk is full.");

describe("without a record there is no token:", () => {
  test("a store that cannot be written is 503", async () => {
    await using made = await kit({ journal: failing(() => Promise.reject(UNAVAILABLE)) });
    await assert.rejects(made.issue(person("alice")), { code: "store_unavailable" });
    assert.deepEqual((await made.store.tokens.list({ project: "default", limit: 10 })).items, []);
  });

  test("nor is there with an idempotency key", async () => {
    await using made = await kit({ journal: failing(() => Promise.reject(UNAVAILABLE)) });
    const idempotency = { key: "k", body: "{}" };
    await assert.rejects(made.issue(person("alice"), { idempotency }), {
      code: "store_unavailable",
    });
  });

  test("what the store throws unforeseen is thrown on", async () => {
    const fault = new Error("unforeseen");
    await using made = await kit({ journal: failing(() => Promise.reject(fault)) });
    await assert.rejects(made.issue(person("alice")), fault);
  });

  test("a refusal that cannot be recorded is 503, and not the refusal", async () => {
    await using made = await kit({ journal: failing(() => Promise.reject(UNAVAILABLE)) });
    await assert.rejects(made.issue(person("alice"), { identity: "bob" }), {
      code: "store_unavailable",
    });
  });
});

describe("the commit itself refuses", () => {
  const at = NOW / 1000;

  test("a key that is active no more", async () => {
    await using made = await kit();
    const key = { project: "default", provider: "twilio", key: TWILIO_KEY.id } as const;
    await made.commit({ kind: "key_state", ...key, from: ["active"], to: "passive", at });
    await assert.rejects(made.issue(person("alice")), { code: "key_not_active" });
    assert.equal((await made.events()).at(-1)?.type, "token.refused");
  });

  test("a blocked identity, whoever asks for it", async () => {
    await using made = await kit();
    await made.commit({ kind: "identity_blocked", project: "default", identity: "bob", at });
    const ci = await backEnd(made, "ci");
    for (const asked of [made.issue(person("bob")), made.issue(ci, { identity: "bob" })])
      await assert.rejects(asked, { code: "forbidden" });
    await made.issue(person("alice"));
  });

  test("an API token that was revoked since it was judged", async () => {
    await using made = await kit();
    const ci = await backEnd(made, "ci");
    await made.issue(ci, { identity: "bob" });
    await made.commit({ kind: "api_token_revoked", project: "default", id: "ci", at });
    await assert.rejects(made.issue(ci, { identity: "bob" }), { code: "unauthenticated" });
  });

  test("and its refusal is one entry, not two", async () => {
    await using made = await kit();
    await made.commit({ kind: "identity_blocked", project: "default", identity: "bob", at });
    await assert.rejects(made.issue(person("bob")));
    const events = await made.events();
    assert.deepEqual(
      events.map(({ type, identity, data }) => [type, identity, data["reason"]]),
      [["token.refused", "bob", "identity_blocked"]],
    );
  });
});

describe("a known caller's refusal is recorded", () => {
  test("with who asked for whom, and why", async () => {
    await using made = await kit();
    const grants = { chat: {}, video: { room: "hall" } };
    await assert.rejects(made.issue(person("alice"), { identity: "bob", grants }));
    const [event, ...more] = await made.events();
    assert.deepEqual(more, []);
    assert.equal(event?.actor.id, "jwt:https://login.example.com|alice");
    assert.deepEqual(
      [event?.type, event?.identity, event?.products, event?.data["code"]],
      ["token.refused", "bob", ["twilio.video", "twilio.chat"], "forbidden"],
    );
  });

  test("without a stranger's text: neither a name that is none nor a product that is none", async () => {
    await using made = await kit();
    const grants = { [`x\n${"y".repeat(10_000)}`]: {}, chat: {} };
    await assert.rejects(made.issue(person("alice"), { grants }));
    await assert.rejects(made.issue(person("alice"), { identity: `\ud800\n${"z".repeat(100)}` }));
    const [product, name] = await made.events();
    assert.deepEqual(product?.products, ["twilio.chat"]);
    assert.equal(name?.identity, null);
    for (const event of [product, name]) assert.ok(JSON.stringify(event).length < 1000);
    assert.equal((await verifyChain(made.store, made.store.chain)).ok, true);
  });

  test("but not one by one where a limit is spent: that would be no limit", async () => {
    const spent = new HandstampError("rate_limited", "Too many requests.");
    await using made = await kit({ limits: () => Promise.reject(spent) });
    await assert.rejects(made.issue(person("alice")), spent);
    assert.deepEqual(await made.events(), []);
  });
});

test("an identity is one text to the policy, the limit, the token and the record", async () => {
  const buckets: string[] = [];
  await using made = await kit({ limits: async (_project, name) => void buckets.push(name) });
  const ci = await backEnd(made, "ci");
  const issued = await made.issue(ci, { identity: "Zoe\u0308" });
  const [event] = await made.events();
  assert.deepEqual([issued.identity, buckets[0], event?.identity], ["Zoë", "Zoë", "Zoë"]);
});
