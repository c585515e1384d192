import assert from "node:assert/strict";
import type { RequestListener } from "node:http";
import { test } from "node:test";
import { exportJWK, generateKeyPair, type JWK, SignJWT } from "jose";
import { authenticatorOf, bearer, json, NOW, serve, until } from "../kit.test.ts";
import { FRESH, LAST_RESORT, RETRY_EVERY, UNKNOWN_KID_EVERY } from "./remote-keys.ts";

const ISSUER = "https://login.example.com";
const GOOD = { iss: ISSUER, aud: "calls", sub: "alice", exp: NOW + 100_000 };

interface TestKey {
  readonly jwk: JWK;
  readonly privateJwk: JWK;
  sign(kid?: string, payload?: object): Promise<string>;
}

async function newKey(kid: string, alg = "ES256"): Promise<TestKey> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  return {
    jwk: { ...(await exportJWK(publicKey)), kid, alg, use: "sig" },
    privateJwk: { ...(await exportJWK(privateKey)), kid, alg, use: "sig" },
    sign: (named = kid, payload = {}) =>
      new SignJWT({ ...GOOD, ...payload })
        .setProtectedHeader(named === "" ? { alg } : { alg, kid: named })
        .sign(privateKey),
  };
}

const [A, B] = await Promise.all([newKey("a"), newKey("b")]);

const jwtAt = (url: string, more: object = {}) => [
  {
    jwt: {
      issuer: ISSUER,
      audience: "calls",
      jwks: `${url}/jwks.json`,
      algorithms: ["ES256"],
      identity: "sub",
      ...more,
    },
  },
];

/** A listener whose answer a test changes while it runs. */
function changing(first: RequestListener) {
  const held = { answer: first };
  const listener: RequestListener = (request, response) => held.answer(request, response);
  return { held, listener };
}

const down: RequestListener = (request) => request.socket.destroy();
const asks = (text: string) => bearer(text);
const UNAVAILABLE = { code: "identity_provider_unavailable" };
const REFUSED = { code: "unauthenticated" };

test("jwks: keys are fetched once for many waiting requests", async () => {
  await using server = await serve(json({ keys: [A.jwk, B.jwk] }));
  const { authenticator } = authenticatorOf(jwtAt(server.url), { verifiedJwts: 0 });
  const text = await A.sign();
  const callers = await Promise.all(
    Array.from({ length: 50 }, () => authenticator.authenticate(asks(text))),
  );
  assert.ok(callers.every(({ identity }) => identity === "alice"));
  await authenticator.authenticate(asks(await B.sign()));
  assert.equal(server.hits(), 1);
  assert.deepEqual(authenticator.health(), [{ at: "/callers/0/jwt" }]);
});

test("jwks: a token without kid is taken only where one key fits", async () => {
  await using one = await serve(json({ keys: [A.jwk] }));
  await using two = await serve(json({ keys: [A.jwk, B.jwk] }));
  const text = await A.sign("");
  await authenticatorOf(jwtAt(one.url)).authenticator.authenticate(asks(text));
  await assert.rejects(
    authenticatorOf(jwtAt(two.url)).authenticator.authenticate(asks(text)),
    REFUSED,
  );
});

test("jwks: a rotated key is found at once, and the refetch is rate-limited", async () => {
  const { held, listener } = changing(json({ keys: [A.jwk] }));
  await using server = await serve(listener);
  const { authenticator, clock } = authenticatorOf(jwtAt(server.url));
  await authenticator.authenticate(asks(await A.sign()));
  held.answer = json({ keys: [A.jwk, B.jwk] });
  clock.elapsed += UNKNOWN_KID_EVERY;
  await Promise.all(
    Array.from({ length: 20 }, async () => authenticator.authenticate(asks(await B.sign()))),
  );
  assert.equal(server.hits(), 2);
  for (let i = 0; i < 50; i++)
    await assert.rejects(authenticator.authenticate(asks(await B.sign(`stranger-${i}`))), REFUSED);
  assert.equal(server.hits(), 2, "strangers' key ids do not reach the issuer");
});

test("jwks: a removed key falls, and with it what was remembered under it", async () => {
  const { held, listener } = changing(json({ keys: [A.jwk, B.jwk] }));
  await using server = await serve(listener);
  const { authenticator, clock } = authenticatorOf(jwtAt(server.url));
  const [ofA, ofB] = [await A.sign(), await B.sign()];
  await authenticator.authenticate(asks(ofA));
  await authenticator.authenticate(asks(ofB));
  held.answer = json({ keys: [B.jwk] });
  clock.elapsed += FRESH;
  await authenticator.authenticate(asks(ofB));
  await until(() => server.hits() === 2);
  await new Promise((resolve) => setTimeout(resolve, 20));
  await assert.rejects(authenticator.authenticate(asks(ofA)), REFUSED);
  await authenticator.authenticate(asks(ofB));
});

test("jwks: while the endpoint is down the last keys serve for an hour, then nobody gets in", async () => {
  const { held, listener } = changing(json({ keys: [A.jwk] }));
  await using server = await serve(listener);
  const { authenticator, clock, events } = authenticatorOf(jwtAt(server.url));
  const text = await A.sign();
  await authenticator.authenticate(asks(text));
  held.answer = down;
  clock.elapsed += LAST_RESORT - 1;
  await authenticator.authenticate(asks(text));
  clock.elapsed += RETRY_EVERY;
  await assert.rejects(authenticator.authenticate(asks(text)), UNAVAILABLE);
  assert.ok(events.some(({ event }) => event === "jwks_failed"));
  assert.ok(authenticator.health()[0]?.problem);
  held.answer = json({ keys: [A.jwk] });
  clock.elapsed += RETRY_EVERY;
  await authenticator.authenticate(asks(text));
  assert.deepEqual(authenticator.health(), [{ at: "/callers/0/jwt" }]);
});

test("jwks: an issuer that never answered lets nobody in, and is not hammered", async () => {
  await using server = await serve(down);
  const { authenticator } = authenticatorOf(jwtAt(server.url));
  const text = await A.sign();
  for (let i = 0; i < 20; i++)
    await assert.rejects(authenticator.authenticate(asks(text)), UNAVAILABLE);
  assert.ok(server.hits() <= 2, `${server.hits()} requests`);
});

test("jwks: an unknown kid while the endpoint is down is no 401", async () => {
  const { held, listener } = changing(json({ keys: [A.jwk] }));
  await using server = await serve(listener);
  const { authenticator, clock } = authenticatorOf(jwtAt(server.url));
  await authenticator.authenticate(asks(await A.sign()));
  held.answer = json({}, 500);
  clock.elapsed += UNKNOWN_KID_EVERY;
  await assert.rejects(authenticator.authenticate(asks(await B.sign())), UNAVAILABLE);
  await authenticator.authenticate(asks(await A.sign()));
});

test("jwks: a flapping endpoint changes nothing for known keys", async () => {
  let turn = 0;
  const flapping: RequestListener = (request, response) =>
    turn++ % 2 === 0 ? json({ keys: [A.jwk] })(request, response) : down(request, response);
  await using server = await serve(flapping);
  const { authenticator, clock } = authenticatorOf(jwtAt(server.url), { verifiedJwts: 0 });
  for (let i = 0; i < 10; i++) {
    await authenticator.authenticate(asks(await A.sign()));
    clock.elapsed += FRESH;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assert.ok(server.hits() > 4);
});

const oct = { kty: "oct", k: Buffer.from("x".repeat(32)).toString("base64url"), kid: "a" };
const BAD_ANSWERS: Record<string, RequestListener> = {
  "an error": json({ keys: [A.jwk] }, 500),
  "not found": json({ keys: [A.jwk] }, 404),
  "a redirect": (_request, response) =>
    response.writeHead(302, { location: "http://127.0.0.1:1/other" }).end(),
  "a huge body": (_request, response) => {
    response.writeHead(200, { "content-type": "application/json" });
    response.write('{"keys":[');
    const pad = Buffer.alloc(64 * 1024, 0x20);
    const timer = setInterval(() => response.write(pad), 1);
    response.on("close", () => clearInterval(timer));
  },
  "a compressed body": (_request, response) => {
    response.writeHead(200, { "content-encoding": "gzip" }).end("x");
  },
  "no JSON": (_request, response) => response.end("<html>sign in</html>"),
  "JSON that is no set": json([A.jwk]),
  "no keys": json({ keys: [] }),
  "too many keys": json({ keys: Array.from({ length: 65 }, () => A.jwk) }),
  "keys that are no objects": json({ keys: [null, "a", 1] }),
  "a private key": json({ keys: [A.privateJwk] }),
  "a symmetric key": json({ keys: [oct] }),
  "a key for encryption": json({ keys: [{ ...A.jwk, use: "enc" }] }),
  "a key that may only sign": json({ keys: [{ ...A.jwk, use: undefined, key_ops: ["sign"] }] }),
  "a key of another algorithm": json({ keys: [{ ...A.jwk, alg: "RS256" }] }),
  "a point off the curve": json({ keys: [{ ...A.jwk, x: A.jwk.y }] }),
};
for (const [name, answer] of Object.entries(BAD_ANSWERS))
  test(`jwks: ${name} lets nobody in`, async () => {
    await using server = await serve(answer);
    const { authenticator } = authenticatorOf(jwtAt(server.url));
    await assert.rejects(authenticator.authenticate(asks(await A.sign())), UNAVAILABLE);
    await authenticator.close();
  });

test("jwks: a slow endpoint is given up within the deadline", { timeout: 12_000 }, async () => {
  const drip: RequestListener = (_request, response) => {
    response.writeHead(200);
    const timer = setInterval(() => response.write(" "), 100);
    response.on("close", () => clearInterval(timer));
  };
  await using server = await serve(drip);
  const { authenticator } = authenticatorOf(jwtAt(server.url));
  const started = performance.now();
  await assert.rejects(authenticator.authenticate(asks(await A.sign())), UNAVAILABLE);
  assert.ok(performance.now() - started < 8000);
  assert.match(authenticator.health()[0]?.problem ?? "", /no answer within 5 s/);
});

test("jwks: poisoned keys are left out and named in the log, good ones serve", async () => {
  await using server = await serve(json({ keys: [oct, B.privateJwk, A.jwk] }));
  const { authenticator, events } = authenticatorOf(jwtAt(server.url));
  await authenticator.authenticate(asks(await A.sign()));
  await assert.rejects(authenticator.authenticate(asks(await B.sign())), REFUSED);
  const left = events.find(({ event }) => event === "jwks_keys_left_out")?.detail ?? "";
  assert.match(left, /key 0: holds private or symmetric parts; key 1: holds private/);
  assert.ok(!left.includes(String(B.privateJwk.d)));
});

test("jwks: a key never serves an algorithm of another kind", async () => {
  const rsa = await newKey("r", "RS256");
  const { alg: _any, ...bare } = rsa.jwk;
  await using server = await serve(json({ keys: [bare, A.jwk] }));
  const callers = jwtAt(server.url, { algorithms: ["ES256", "RS256"] });
  const { authenticator } = authenticatorOf(callers);
  await authenticator.authenticate(asks(await rsa.sign()));
  await assert.rejects(authenticator.authenticate(asks(await A.sign("r"))), REFUSED);
  const pss = await newKey("r", "PS256");
  await assert.rejects(authenticator.authenticate(asks(await pss.sign())), REFUSED);
});

test("jwks: two keys with one kid are both tried", async () => {
  const twin = await newKey("a");
  await using server = await serve(json({ keys: [A.jwk, twin.jwk] }));
  const { authenticator } = authenticatorOf(jwtAt(server.url));
  await authenticator.authenticate(asks(await A.sign()));
  await authenticator.authenticate(asks(await twin.sign()));
});

test("discovery: the key set is found through the issuer's document", async () => {
  const at = { url: "" };
  await using server = await serve((request, response) => {
    const document = { issuer: at.url, jwks_uri: `${at.url}/keys` };
    const body = request.url === "/keys" ? { keys: [A.jwk] } : document;
    json(
      request.url === "/.well-known/openid-configuration" || request.url === "/keys" ? body : {},
    )(request, response);
  });
  at.url = server.url;
  const { jwt } = jwtAt(server.url)[0] as { jwt: Record<string, unknown> };
  const { jwks: _none, ...rest } = jwt;
  const { authenticator } = authenticatorOf([
    { jwt: { ...rest, issuer: server.url, discovery: true } },
  ]);
  const caller = await authenticator.authenticate(asks(await A.sign("a", { iss: server.url })));
  assert.equal(caller.identity, "alice");
  const forged = await B.sign("a", { iss: server.url });
  await assert.rejects(authenticator.authenticate(asks(forged)), REFUSED);
  assert.equal(server.hits(), 2);
});

const DOCUMENTS: Record<string, (url: string) => unknown> = {
  "of another issuer": (url) => ({ issuer: "https://other.example", jwks_uri: `${url}/keys` }),
  "with a slash more": (url) => ({ issuer: `${ISSUER}/`, jwks_uri: `${url}/keys` }),
  "without jwks_uri": () => ({ issuer: ISSUER }),
  "with a jwks_uri in plain http": () => ({ issuer: ISSUER, jwks_uri: "http://keys.example/jwks" }),
  "with a private jwks_uri": () => ({ issuer: ISSUER, jwks_uri: "https://169.254.169.254/jwks" }),
  "with a file as jwks_uri": () => ({ issuer: ISSUER, jwks_uri: "file:///etc/passwd" }),
  "that is a list": () => [],
};
for (const [name, document] of Object.entries(DOCUMENTS))
  test(`discovery: a document ${name} lets nobody in`, async () => {
    const at = { url: "" };
    await using server = await serve((request, response) =>
      json(request.url === "/keys" ? { keys: [A.jwk] } : document(at.url))(request, response),
    );
    at.url = server.url;
    const { jwt } = jwtAt(server.url)[0] as { jwt: Record<string, unknown> };
    const { jwks: _none, ...rest } = jwt;
    const { authenticator } = authenticatorOf([
      { jwt: { ...rest, discovery: `${server.url}/.well-known/openid-configuration` } },
    ]);
    await assert.rejects(authenticator.authenticate(asks(await A.sign())), UNAVAILABLE);
  });
