import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import type { Scope } from "@handstamp/protocol";
import { type ApiTokenRow, createApiToken, type NewApiToken } from "./api-token.ts";
import { createAuthenticator } from "./authenticator.ts";
import { authenticatorOf, bearer, memoryStore, NOW, presented, SECRET, world } from "./kit.test.ts";
import { parseCallers } from "./parse-callers.ts";
import { trustedCaller } from "./trusted.ts";

const REFUSED = { code: "unauthenticated", message: "The credential is missing or not valid." };
const SCOPES: readonly Scope[] = ["mint", "mint:others"];

function made(more: Partial<NewApiToken> = {}) {
  const wanted = { project: "default", name: "back end", scopes: SCOPES, ...more };
  const { token, row } = createApiToken(wanted, randomBytes, NOW);
  return { text: token.reveal(), token, row };
}

test("api token: the text is shown once, the row holds a digest, and scanners find it", () => {
  const { text, token, row } = made();
  assert.match(text, /\bhs_[0-9A-Za-z]{50}\b/);
  assert.equal(text.slice(3, 15), row.id);
  assert.match(row.digest, /^[0-9a-f]{64}$/);
  const printed = `${token} ${JSON.stringify({ token, row })}`;
  assert.ok(!printed.includes(text.slice(15, 47)));
  assert.equal(new Set(Array.from({ length: 1000 }, () => made().text)).size, 1000);
  assert.throws(() => made({ scopes: [] }), { code: "invalid_request" });
});

test("api token: every character of base62 appears, about as often as another", () => {
  const counts = new Map<string, number>();
  for (let i = 0; i < 2000; i++)
    for (const letter of made().text.slice(3, 47))
      counts.set(letter, (counts.get(letter) ?? 0) + 1);
  assert.equal(counts.size, 62);
  const mean = (2000 * 44) / 62;
  for (const [letter, count] of counts) assert.ok(Math.abs(count - mean) < mean * 0.2, letter);
});

test("api token: gives its scopes, products and limits, and nobody's identity", async () => {
  const { text, row } = made({
    products: ["twilio.video"],
    onBehalf: ["learner:*"],
    expiresAt: NOW + 60,
  });
  const { authenticator } = authenticatorOf([{ api_token: {} }], {
    apiTokens: memoryStore([row]).store,
  });
  const caller = await authenticator.authenticate(bearer(text));
  assert.equal(caller.kind, "api_token");
  assert.equal(caller.id, row.id);
  assert.equal(caller.identity, null);
  assert.deepEqual([...caller.scopes], SCOPES);
  assert.deepEqual(caller.products, ["twilio.video"]);
  assert.deepEqual(caller.onBehalf, ["learner:*"]);
  assert.equal(caller.expiresAt, NOW + 60);
});

const PROBLEMS: Record<string, readonly [Partial<ApiTokenRow> | undefined, RegExp]> = {
  unknown: [undefined, /no such/],
  revoked: [{ revokedAt: NOW - 1 }, /revoked/],
  expired: [{ expiresAt: NOW }, /expired/],
  "of a project that takes none": [{ project: "other" }, /project/],
  "under another's digest": [{ digest: "0".repeat(64) }, /no such/],
};
for (const [name, [change, why]] of Object.entries(PROBLEMS))
  test(`api token: one ${name} gets the same answer after one look-up`, async () => {
    const { text, row } = made();
    const { asked } = memoryStore();
    const apiTokens = {
      findByDigest: (digest: string) => {
        asked.push(digest);
        return change && { ...row, ...change };
      },
      touch: () => assert.fail("a refused token is not used"),
    };
    const { authenticator } = authenticatorOf([{ api_token: {} }], { apiTokens });
    await assert.rejects(
      authenticator.authenticate(bearer(text)),
      (error: Error & { detail?: string }) => {
        assert.equal(error.message, REFUSED.message);
        assert.match(error.detail ?? "", why);
        assert.ok(!error.detail?.includes(text));
        return true;
      },
    );
    assert.deepEqual(asked, [row.digest]);
  });

test("api token: a text that is none does not reach the store, nor another judge", async () => {
  const { text } = made();
  const { store, asked } = memoryStore();
  const { authenticator } = authenticatorOf([{ api_token: {} }], { apiTokens: store });
  const wrong = text.at(-1) === "A" ? "B" : "A";
  for (const token of [
    "hs_",
    "hs_a.b.c",
    `${text}x`,
    text.slice(0, -1) + wrong,
    `${text}=`,
    "hs_x' OR 1=1",
  ])
    await assert.rejects(authenticator.authenticate(bearer(token)), REFUSED);
  assert.deepEqual(asked, []);
});

test("api token: the last use is recorded at most once a minute, and never in the way", async () => {
  const { text, row } = made();
  const memory = memoryStore([row]);
  const { authenticator, clock, events } = authenticatorOf([{ api_token: {} }], {
    apiTokens: memory.store,
  });
  for (let i = 0; i < 130; i++) {
    await authenticator.authenticate(bearer(text));
    clock.now += 1;
  }
  assert.deepEqual(
    memory.touched.map(({ at }) => at),
    [NOW, NOW + 60, NOW + 120],
  );
  memory.store.touch = () => Promise.reject(new Error("disk full"));
  clock.now += 60;
  await authenticator.authenticate(bearer(text));
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(events[0]?.event, "api_token_touch_failed");
});

test("api token: a store that fails is no refusal and no way in", async () => {
  const apiTokens = {
    findByDigest: () => Promise.reject(new Error("down")),
    touch: () => undefined,
  };
  const { authenticator } = authenticatorOf([{ api_token: {} }], { apiTokens });
  await assert.rejects(authenticator.authenticate(bearer(made().text)), { message: "down" });
});

test("the rule: several Authorization headers are refused, also when one is good", async () => {
  const { text, row } = made();
  const { authenticator } = authenticatorOf([{ api_token: {} }], {
    apiTokens: memoryStore([row]).store,
  });
  const good = `Bearer ${text}`;
  assert.equal((await authenticator.authenticate(presented({ authorization: [good] }))).id, row.id);
  for (const authorization of [
    [good, good],
    [good, "Basic x"],
    `${good}, ${good}`,
    `${good}, Basic x`,
  ])
    await assert.rejects(authenticator.authenticate(presented({ authorization })), REFUSED);
});

test("the rule: nothing at all is refused, and a cookie is nothing where no session is", async () => {
  const { authenticator } = authenticatorOf([{ api_token: {} }]);
  await assert.rejects(authenticator.authenticate(presented()), REFUSED);
  await assert.rejects(authenticator.authenticate(presented({ cookie: "sid=1" })), REFUSED);
});

test("the rule: open serves only who comes without a credential, from this machine", async () => {
  const { deps } = world();
  const authenticator = createAuthenticator({ projects: [], deps, open: { project: "default" } });
  const local = {
    remoteAddress: "127.0.0.1",
    ip: "127.0.0.1",
    headers: { host: "localhost:8080" },
  };
  assert.equal((await authenticator.authenticate(presented(local))).kind, "open");
  await assert.rejects(authenticator.authenticate(presented()), {
    code: "unauthenticated",
    message: /hs_/,
  });
  for (const authorization of ["Bearer hs_wrong", "Bearer a.b.c", "Basic x", ""])
    await assert.rejects(
      authenticator.authenticate(presented({ ...local, authorization })),
      REFUSED,
    );
});

test("projects: the credential selects the project, and two cannot claim the same", async () => {
  const jwt = {
    issuer: "https://login.example.com",
    audience: "a",
    secret: SECRET,
    identity: "sub",
  };
  const one = { project: "one", callers: parseCallers([{ jwt }], "/projects/one/callers") };
  const two = {
    project: "two",
    callers: parseCallers([{ jwt: { ...jwt, audience: "b" } }], "/projects/two/callers"),
  };
  const { deps } = world();
  const authenticator = createAuthenticator({ projects: [one, two], deps });
  const { SignJWT } = await import("jose");
  const sign = (aud: string | string[]) =>
    new SignJWT({ iss: jwt.issuer, aud, sub: "x", exp: NOW + 60 })
      .setProtectedHeader({ alg: "HS256" })
      .sign(new TextEncoder().encode(SECRET));
  assert.equal((await authenticator.authenticate(bearer(await sign("a")))).project, "one");
  assert.equal((await authenticator.authenticate(bearer(await sign("b")))).project, "two");
  await assert.rejects(authenticator.authenticate(bearer(await sign(["a", "b"]))), REFUSED);
  assert.throws(() => createAuthenticator({ projects: [one, { ...one, project: "two" }], deps }), {
    code: "invalid_request",
    message: /takes the same credentials as/,
  });
});

test("trusted: an embedding server names who it signed in", () => {
  const caller = trustedCaller({ identity: "Zoe\u0308", claims: { role: "tutor" }, uid: 7 });
  assert.equal(caller.identity, "Zo\u00eb");
  assert.equal(caller.project, "default");
  assert.equal(caller.uid, 7);
  assert.deepEqual([...caller.scopes], ["mint"]);
  assert.equal(trustedCaller({ identity: null, scopes: SCOPES }).identity, null);
  for (const identity of ["", "a\nb", "guest:a"])
    assert.throws(() => trustedCaller({ identity }), { code: "identity_invalid" });
  for (const uid of [0, -1, 2 ** 32, 1.5, Number.NaN])
    assert.throws(() => trustedCaller({ identity: "a", uid }), { code: "invalid_request" });
});
