import assert from "node:assert/strict";
import { test } from "node:test";
import { authenticatorOf, bearer, NOW, SECRET } from "../kit.test.ts";
import { GOOD, HS, handmade, hs256, ISSUER, refused, token, without } from "./kit.test.ts";

const good = token();

test("jwt: a good one gives identity, claims, expiry and the scope to mint, no more", async () => {
  const { authenticator } = authenticatorOf([{ jwt: HS }]);
  const caller = await authenticator.authenticate(bearer(token({ role: "tutor" })));
  assert.equal(caller.kind, "jwt");
  assert.equal(caller.identity, "alice");
  assert.equal(caller.id, `jwt:${ISSUER}|alice`);
  assert.equal(caller.project, "default");
  assert.equal(caller.expiresAt, NOW + 600);
  assert.deepEqual([...caller.scopes], ["mint"]);
  assert.equal(caller.claims["role"], "tutor");
});

const ACCEPTED: Record<string, string> = {
  "without iat": without("iat"),
  "without typ": handmade({ alg: "HS256" }, GOOD),
  "an access token's typ": token({}, { typ: "at+jwt" }),
  "a typ with application/": token({}, { typ: "application/at+jwt" }),
  "a lower-case typ": token({}, { typ: "jwt" }),
  "an unknown header member": token({}, { "x-trace": 1 }),
  "a thumbprint of a certificate": token({}, { x5t: "abc" }),
  "a kid, which a fixed key ignores": token({}, { kid: "any" }),
  "a list of audiences": token({ aud: ["other", "calls"] }),
  "a fraction of a second": token({ exp: NOW + 600.5 }),
  "an iat inside the leeway": token({ iat: NOW + 29 }),
  "an nbf inside the leeway": token({ nbf: NOW + 30 }),
  "an exp inside the leeway": token({ exp: NOW - 29 }),
  "colons, quotes and backslashes inside claims": token({ note: 'a:"b\\":c\\\\', 'k:"': 1 }),
};
for (const [name, text] of Object.entries(ACCEPTED))
  test(`jwt: accepts one ${name}`, async () => {
    const { authenticator } = authenticatorOf([{ jwt: HS }]);
    assert.equal((await authenticator.authenticate(bearer(text))).identity, "alice");
  });

test("jwt: a configured typ is the only one", async () => {
  const callers = [{ jwt: { ...HS, typ: "at+jwt" } }];
  const { authenticator } = authenticatorOf(callers);
  await authenticator.authenticate(bearer(token({}, { typ: "application/at+JWT" })));
  await refused(callers, token(), /typ/);
  await refused(callers, handmade({ alg: "HS256" }, GOOD), /typ/);
});

test("jwt: identity templates, nested claims, mapped names and uid", async () => {
  const jwt = {
    ...HS,
    identity: "learner:${user.id}",
    uid: "user.uid",
    claims: { role: "https://example.com/role", email: "user.email" },
  };
  const { authenticator } = authenticatorOf([{ jwt }]);
  const text = token({
    user: { id: 42, uid: "4294967295" },
    "https://example.com/role": "tutor",
    role: "self-made",
    email: "top-level@example.com",
  });
  const caller = await authenticator.authenticate(bearer(text));
  assert.equal(caller.identity, "learner:42");
  assert.equal(caller.uid, 4_294_967_295);
  assert.equal(caller.claims["role"], "tutor");
  assert.ok(!("email" in caller.claims), "a mapped name never falls back");
});

for (const uid of [
  0,
  -1,
  2 ** 32,
  2 ** 53 + 1,
  1.5,
  "01",
  "1e3",
  " 1",
  "",
  "0",
  "4294967296",
  true,
  null,
  [7],
])
  test(`jwt: the uid ${JSON.stringify(uid)} is refused where it is mapped`, () =>
    refused([{ jwt: { ...HS, uid: "uid" } }], token({ uid }), /no uid/));

test("jwt: claims of a caller cannot be changed by who reads them", async () => {
  const { authenticator } = authenticatorOf([{ jwt: HS }]);
  const text = token({ roles: ["a"] });
  const caller = await authenticator.authenticate(bearer(text));
  assert.throws(() => (caller.claims["roles"] as string[]).push("admin"), TypeError);
  assert.deepEqual((await authenticator.authenticate(bearer(text))).claims["roles"], ["a"]);
});

test("jwt: a remembered one still ends, still begins, and only its own text is remembered", async () => {
  const { authenticator, clock } = authenticatorOf([{ jwt: HS }]);
  const text = token({ exp: NOW + 60, nbf: NOW });
  const first = await authenticator.authenticate(bearer(text));
  assert.equal(await authenticator.authenticate(bearer(text)), first, "the same caller");
  await assert.rejects(authenticator.authenticate(bearer(`${text.slice(0, -2)}AA`)));
  clock.now = NOW - 31;
  await assert.rejects(authenticator.authenticate(bearer(text)), { code: "unauthenticated" });
  clock.now = NOW + 89;
  await authenticator.authenticate(bearer(text));
  clock.now = NOW + 90;
  await assert.rejects(authenticator.authenticate(bearer(text)), { code: "unauthenticated" });
});

test("jwt: nothing is remembered where that is switched off, and little where it is small", async () => {
  const off = authenticatorOf([{ jwt: HS }], { verifiedJwts: 0 }).authenticator;
  const small = authenticatorOf([{ jwt: HS }], { verifiedJwts: 2 }).authenticator;
  assert.notEqual(await off.authenticate(bearer(good)), await off.authenticate(bearer(good)));
  const first = await small.authenticate(bearer(good));
  for (const sub of ["b", "c"]) await small.authenticate(bearer(token({ sub })));
  assert.notEqual(await small.authenticate(bearer(good)), first, "the oldest went");
});

test("jwt: issuers are kept apart, with their keys and projects", async () => {
  const other = SECRET.split("").toReversed().join("");
  const callers = [
    { jwt: { ...HS, identity: "a:${sub}" } },
    { jwt: { ...HS, issuer: "https://b.example", secret: other, identity: "b:${sub}" } },
  ];
  const { authenticator } = authenticatorOf(callers);
  const b = { ...GOOD, iss: "https://b.example" };
  assert.equal((await authenticator.authenticate(bearer(good))).identity, "a:alice");
  const ofB = handmade(hs256, b, other);
  assert.equal((await authenticator.authenticate(bearer(ofB))).identity, "b:alice");
  await refused(callers, handmade(hs256, b, SECRET), /signature/);
  await refused(callers, handmade(hs256, GOOD, other), /signature/);
});
