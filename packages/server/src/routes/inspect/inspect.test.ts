/** POST /v1/inspect: what is told about a token, and to whom whether its signature holds. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { mintToken } from "@handstamp/core/agora";
import { mintAccessToken } from "@handstamp/core/twilio";
import * as fc from "fast-check";
import { type Api, type Got, PROJECTS, type ProjectName, startApi } from "../service.test-suite.ts";

const RUNS = process.env["HANDSTAMP_LONG"] ? 20_000 : 300;

let api: Api;
let alice: string;
let bob: string;
let introspector: string;
let minter: string;
before(async () => {
  api = await startApi();
  alice = await api.jwt("north", "alice");
  bob = await api.jwt("north", "bob");
  introspector = await api.apiToken("north", ["introspect"]);
  minter = await api.apiToken("north", ["mint", "mint:others"]);
});
after(() => api.close());

const inspect = (token: unknown, bearer?: string): Promise<Got> =>
  api.ask({ method: "POST", path: "/v1/inspect", bearer, body: { token } });
const verified = async (token: string, bearer: string) =>
  (await inspect(token, bearer)).json.verified;

function twilio(name: ProjectName, identity: string, secret?: string): string {
  const { account, key, secret: own } = PROJECTS[name];
  return mintAccessToken({
    accountSid: account,
    keySid: key,
    keySecret: secret ?? own,
    identity,
    ttl: 3600,
    grants: { chat: { serviceSid: "IS0123456789abcdef0123456789abcdef" } },
  }).token;
}

function agora(name: ProjectName, uid: number): string {
  const { app, certificate } = PROJECTS[name];
  return mintToken({
    appId: app,
    appCertificate: certificate,
    ttl: 3600,
    services: { rtc: { channel: "lesson-1", uid, role: "publisher" } },
  }).token;
}

const FORGED = "Forgedefghijklmnopqrstuvwxyz0123";

describe("verified", () => {
  test("is known to who owns the token, and to the scope introspect", async () => {
    for (const bearer of [alice, introspector]) {
      assert.equal(await verified(twilio("north", "user-alice"), bearer), true);
      assert.equal(await verified(twilio("north", "user-alice", FORGED), bearer), false);
    }
  });
  test("is null for another's, and the answers are the same whether it is forged or not", async () => {
    for (const bearer of [bob, minter]) {
      const [good, bad] = await Promise.all(
        [undefined, FORGED].map((secret) => inspect(twilio("north", "user-alice", secret), bearer)),
      );
      assert.equal(good?.json.verified, null);
      // What differs is what the two tokens say themselves.
      const own = { id: "", parts: [], issued_at: "", expires_at: "" };
      assert.deepEqual({ ...good?.json, ...own }, { ...bad?.json, ...own });
      assert.equal(good?.json.key_id, undefined);
    }
  });
  test("is null where there is no key: another project's, another account's", async () => {
    assert.equal(await verified(twilio("south", "user-alice"), introspector), null);
    assert.equal(await verified(agora("south", 7), introspector), null);
    assert.equal(await verified(twilio("south", "user-alice"), alice), null);
  });
  test("knows an Agora token by the uid that stands for the caller", async () => {
    const body = { provider: "agora", grants: { rtc: { channel: "lesson-1", role: "publisher" } } };
    const minted = await api.ask({ method: "POST", path: "/v1/tokens", bearer: alice, body });
    assert.equal(minted.status, 201, minted.text);
    assert.equal(await verified(minted.json.token, alice), true);
    assert.equal(await verified(minted.json.token, bob), null);
    assert.equal(await verified(minted.json.token, introspector), true);
    assert.equal(await verified(agora("north", minted.json.uid), alice), true, "signed elsewhere");
  });
  test("is false for a claimed identity under our key id and another secret", async () => {
    const { json } = await inspect(twilio("north", "user-bob", FORGED), bob);
    assert.equal(json.verified, false);
    assert.equal(json.key_id, undefined);
  });
});

test("it names every problem with the provider's own code and the mend", async () => {
  const { json } = await inspect(`Bearer ${twilio("north", "user-alice")} `, alice);
  assert.equal(json.provider, "twilio");
  const [first] = json.problems;
  assert.ok(first.code && first.message && first.mend);
  const garbage = (await inspect("<html>", alice)).json;
  assert.deepEqual([garbage.provider, garbage.verified], [null, null]);
});

test("times that no calendar has are left out, and shown as numbers in the parts", async () => {
  const [header, , signature] = twilio("north", "user-alice").split(".");
  for (const exp of [1e300, -1e300, 8.64e12, 253_402_300_800, 0]) {
    const claims = { iss: PROJECTS.north.key, sub: PROJECTS.north.account, exp, grants: {} };
    const payload = Buffer.from(JSON.stringify(claims)).toString("base64url");
    const { status, json } = await inspect(`${header}.${payload}.${signature}`, introspector);
    assert.equal(status, 200);
    assert.equal(json.expires_at, exp === 0 ? "1970-01-01T00:00:00Z" : undefined);
  }
});

describe("refusals", () => {
  test("401 without a credential", async () => {
    assert.deepEqual([(await inspect("x")).status], [401]);
  });
  test("400 for what is no text, is missing or is not known", async () => {
    for (const token of [null, 7, {}, ["x"], undefined])
      assert.equal((await inspect(token, alice)).json.errors[0].pointer, "/token");
    const more = await api.ask({
      method: "POST",
      path: "/v1/inspect",
      bearer: alice,
      body: { token: "x", key: "y" },
    });
    assert.equal(more.json.errors[0].pointer, "/key");
  });
  test("413 beyond 16 KiB", async () => {
    const { status, json } = await inspect("a".repeat(17_000), alice);
    assert.deepEqual([status, json.code], [413, "body_too_large"]);
  });
});

test("no text is a 500", async () => {
  const real = [twilio("north", "user-alice"), agora("north", 7)];
  const cut = fc
    .tuple(fc.constantFrom(...real), fc.nat(400), fc.string({ unit: "binary" }))
    .map(([token, at, text]) => token.slice(0, at) + text + token.slice(at + text.length));
  const json = fc.json().map((text) => Buffer.from(text).toString("base64url"));
  const jwt = fc.tuple(json, json, fc.base64String()).map((parts) => parts.join("."));
  const nested = fc
    .nat(5000)
    .map(
      (depth) =>
        `e30.${Buffer.from("[".repeat(depth) + "]".repeat(depth)).toString("base64url")}.x`,
    );
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 2000 }),
    fc.base64String({ maxLength: 2000 }).map((rest) => `007${rest}`),
    fc.base64String({ maxLength: 2000 }).map((rest) => `006${rest}`),
    cut,
    jwt,
    nested,
  );
  await fc.assert(
    fc.asyncProperty(text, fc.constantFrom(alice, introspector), async (token, bearer) => {
      const { status } = await inspect(token, bearer);
      assert.ok(status === 200 || status === 400 || status === 413, String(status));
    }),
    { numRuns: RUNS },
  );
});
