import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import type { IncomingHttpHeaders, RequestListener } from "node:http";
import { test } from "node:test";
import { createApiToken } from "./api-token.ts";
import type { Presented } from "./caller.ts";
import { authenticatorOf, bearer, json, NOW, presented, serve } from "./kit.test.ts";

const REFUSED = { code: "unauthenticated", message: "The credential is missing or not valid." };
const UNAVAILABLE = { code: "identity_provider_unavailable" };
const USER = { user: { id: 42, uid: 7 }, role: "tutor" };

/** An app that knows one session, and keeps what it was sent. */
function app(sessionCookie = "sid=good") {
  const seen: IncomingHttpHeaders[] = [];
  const listener: RequestListener = (request, response) => {
    seen.push(request.headers);
    const known =
      request.headers.cookie?.includes(sessionCookie) ||
      request.headers.authorization === "Bearer opaque" ||
      request.headers["x-app-session"] === "good";
    json(known ? USER : {}, known ? 200 : 401)(request, response);
  };
  return { seen, listener };
}

const sessionAt = (url: string, more: object = {}) => [
  { session: { url: `${url}/session`, forward: ["cookie"], identity: "user.id", ...more } },
];
const withCookie = (cookie: string, extras: Partial<Presented> = {}) =>
  presented({ method: "GET", cookie, ...extras });

test("session: the app's answer says who it is", async () => {
  const { listener, seen } = app();
  await using server = await serve(listener);
  const { authenticator } = authenticatorOf(sessionAt(server.url, { uid: "user.uid" }));
  const request = withCookie("sid=good; theme=dark", {
    headers: { host: "tokens.example.com", "x-secret": "1", "user-agent": "browser" },
  });
  const caller = await authenticator.authenticate(request);
  assert.equal(caller.kind, "session");
  assert.equal(caller.identity, "42");
  assert.equal(caller.uid, 7);
  assert.equal(caller.claims["role"], "tutor");
  assert.deepEqual([...caller.scopes], ["mint"]);
  assert.equal(seen[0]?.cookie, "sid=good; theme=dark");
  assert.equal(seen[0]?.["x-secret"], undefined);
  assert.equal(seen[0]?.["user-agent"], undefined);
});

test("session: only the named cookies are forwarded", async () => {
  const { listener, seen } = app();
  await using server = await serve(listener);
  const { authenticator } = authenticatorOf(sessionAt(server.url, { cookies: ["sid"] }));
  await authenticator.authenticate(withCookie("a=1; sid=good; xsid=2; sid2=3"));
  assert.equal(seen[0]?.cookie, "sid=good");
  await assert.rejects(authenticator.authenticate(withCookie("a=1")), REFUSED);
  assert.equal(server.hits(), 1, "no session cookie, no question");
});

test("session: an answer is used again for ten seconds, for the same cookie only", async () => {
  await using server = await serve(app().listener);
  const { authenticator, clock } = authenticatorOf(sessionAt(server.url));
  const ask = (cookie: string) => authenticator.authenticate(withCookie(cookie));
  await Promise.all(Array.from({ length: 20 }, () => ask("sid=good")));
  assert.equal(server.hits(), 1, "one question for all that wait");
  clock.elapsed += 9;
  await ask("sid=good");
  assert.equal(server.hits(), 1);
  await ask("sid=good;");
  assert.equal(server.hits(), 2, "another text is another session");
  clock.elapsed += 1;
  await ask("sid=good");
  assert.equal(server.hits(), 3);
});

test("session: refusals are not remembered, and cache: 0 remembers nothing", async () => {
  await using server = await serve(app().listener);
  const { authenticator } = authenticatorOf(sessionAt(server.url, { cache: 0 }));
  for (let i = 0; i < 2; i++)
    await assert.rejects(authenticator.authenticate(withCookie("sid=x")), REFUSED);
  for (let i = 0; i < 2; i++) await authenticator.authenticate(withCookie("sid=good"));
  assert.equal(server.hits(), 4);
});

const ANSWERS: Record<string, readonly [RequestListener, object]> = {
  "401": [json(USER, 401), REFUSED],
  "403": [json(USER, 403), REFUSED],
  "404": [json(USER, 404), UNAVAILABLE],
  "500": [json(USER, 500), UNAVAILABLE],
  "a redirect to the sign-in page": [
    (_request, response) => response.writeHead(302, { location: "/login" }).end(),
    UNAVAILABLE,
  ],
  "an empty 204": [(_request, response) => response.writeHead(204).end(), UNAVAILABLE],
  "a page": [(_request, response) => response.end("<html>"), UNAVAILABLE],
  "a list": [json([USER]), UNAVAILABLE],
  null: [json(null), UNAVAILABLE],
  "a __proto__": [
    (_request, response) => response.end('{"user":{"id":1},"__proto__":{"role":"admin"}}'),
    UNAVAILABLE,
  ],
  "too much": [json({ ...USER, pad: "x".repeat(64 * 1024) }), UNAVAILABLE],
  "a cut connection": [(request) => request.socket.destroy(), UNAVAILABLE],
  nobody: [json({ user: null }), REFUSED],
  "an identity that is none": [json({ user: { id: "a\nb" } }), REFUSED],
  "a guest's identity": [json({ user: { id: "guest:a" } }), REFUSED],
};
for (const [name, [listener, expected]] of Object.entries(ANSWERS))
  test(`session: ${name} lets nobody in`, async () => {
    await using server = await serve(listener);
    const { authenticator } = authenticatorOf(sessionAt(server.url));
    await assert.rejects(authenticator.authenticate(withCookie("sid=good")), expected);
    await authenticator.close();
  });

test("session: silence is given up within the deadline, and recovers", async () => {
  const held = { answer: (() => undefined) as RequestListener };
  await using server = await serve((request, response) => held.answer(request, response));
  const { authenticator } = authenticatorOf(sessionAt(server.url, { timeout: 1 }));
  const started = performance.now();
  await assert.rejects(authenticator.authenticate(withCookie("sid=good")), UNAVAILABLE);
  assert.ok(performance.now() - started < 3000);
  assert.match(authenticator.health()[0]?.problem ?? "", /within 1 s/);
  held.answer = json(USER);
  await authenticator.authenticate(withCookie("sid=good"));
  assert.equal(authenticator.health()[0]?.problem, undefined);
});

const UNSAFE: Record<string, readonly [Presented["headers"], boolean]> = {
  "no Origin": [{}, false],
  "an allowed Origin": [{ origin: "https://app.example.com" }, true],
  "the same Origin": [{ origin: "https://tokens.example.com" }, true],
  "Sec-Fetch-Site: same-origin": [{ "sec-fetch-site": "same-origin" }, true],
  "Sec-Fetch-Site: same-site": [{ "sec-fetch-site": "same-site" }, false],
  "Sec-Fetch-Site: cross-site": [{ "sec-fetch-site": "cross-site" }, false],
  "a foreign Origin": [{ origin: "https://attacker.example" }, false],
  "a foreign Origin that says same-origin": [
    { origin: "https://attacker.example", "sec-fetch-site": "same-origin" },
    false,
  ],
  "an Origin that begins alike": [{ origin: "https://app.example.com.attacker.example" }, false],
  "the same host without TLS": [{ origin: "http://tokens.example.com" }, false],
  "the same host on another port": [{ origin: "https://tokens.example.com:8443" }, false],
  "two Origins": [
    { origin: ["https://app.example.com", "null"], "sec-fetch-site": "same-origin" },
    false,
  ],
  "Origin null": [{ origin: "null" }, false],
};
for (const [name, [headers, served]] of Object.entries(UNSAFE))
  test(`session: a cookie on POST with ${name} is ${served ? "taken" : "refused"}`, async () => {
    await using server = await serve(app().listener);
    const deps = { allowedOrigins: ["https://app.example.com"] };
    const { authenticator } = authenticatorOf(sessionAt(server.url), deps);
    const asked = authenticator.authenticate(
      presented({ cookie: "sid=good", headers: { host: "tokens.example.com", ...headers } }),
    );
    if (served) assert.equal((await asked).identity, "42");
    else await assert.rejects(asked, REFUSED);
    assert.equal(server.hits(), served ? 1 : 0);
  });

const SAFE: Record<string, readonly [Presented["headers"], boolean]> = {
  "nothing that says who caused it (a native app)": [{}, true],
  "the address bar": [{ "sec-fetch-site": "none" }, true],
  "Sec-Fetch-Site: same-origin": [{ "sec-fetch-site": "same-origin" }, true],
  "an allowed Origin on another site": [
    { origin: "https://app.example.com", "sec-fetch-site": "cross-site" },
    true,
  ],
  "a foreign page's image": [{ "sec-fetch-site": "cross-site" }, false],
  "an image of another host of this site": [{ "sec-fetch-site": "same-site" }, false],
  "a foreign Origin": [{ origin: "https://attacker.example" }, false],
  "Origin null": [{ origin: "null" }, false],
  "two Origins": [{ origin: ["https://app.example.com", "https://app.example.com"] }, false],
};
for (const [name, [headers, served]] of Object.entries(SAFE))
  test(`session: a cookie on GET with ${name} is ${served ? "taken" : "refused"}`, async () => {
    await using server = await serve(app().listener);
    const deps = { allowedOrigins: ["https://app.example.com"] };
    const { authenticator } = authenticatorOf(sessionAt(server.url), deps);
    const asked = authenticator.authenticate(
      withCookie("sid=good", { headers: { host: "tokens.example.com", ...headers } }),
    );
    if (served) assert.equal((await asked).identity, "42");
    else await assert.rejects(asked, REFUSED);
    assert.equal(server.hits(), served ? 1 : 0);
  });

test("session: other Authorizations go to the endpoint that takes them, without cookies", async () => {
  const { listener, seen } = app();
  await using server = await serve(listener);
  const callers = sessionAt(server.url, { forward: ["Cookie", "Authorization"] });
  const { authenticator } = authenticatorOf(callers);
  const both = presented({ authorization: "Bearer opaque", cookie: "sid=good" });
  assert.equal((await authenticator.authenticate(both)).identity, "42");
  assert.equal(seen[0]?.cookie, undefined);
  const wrong = presented({ authorization: "Bearer wrong", cookie: "sid=good", method: "GET" });
  await assert.rejects(authenticator.authenticate(wrong), REFUSED);
  assert.equal(
    seen[1]?.cookie,
    undefined,
    "a wrong Authorization does not fall back to the cookie",
  );
});

test("session: an Authorization that nobody takes is refused though the cookie is good", async () => {
  await using server = await serve(app().listener);
  const { authenticator } = authenticatorOf(sessionAt(server.url));
  for (const authorization of ["Bearer opaque", "Basic YTpi", "Digest x", "", "Bearer"])
    await assert.rejects(
      authenticator.authenticate(withCookie("sid=good", { authorization })),
      REFUSED,
    );
  assert.equal(server.hits(), 0);
});

test("session: JWTs of unknown issuers go there only where that is configured", async () => {
  const { listener } = app();
  await using server = await serve((request, response) =>
    request.headers.authorization?.startsWith("Bearer ey")
      ? json(USER)(request, response)
      : listener(request, response),
  );
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const jwt = `${part({ alg: "RS256" })}.${part({ iss: "https://app.example" })}.AAAA`;
  const forward = ["authorization"];
  const closed = authenticatorOf(sessionAt(server.url, { forward })).authenticator;
  await assert.rejects(closed.authenticate(bearer(jwt)), REFUSED);
  const open = authenticatorOf(sessionAt(server.url, { forward, jwt: true })).authenticator;
  assert.equal((await open.authenticate(bearer(jwt))).identity, "42");
  await assert.rejects(open.authenticate(bearer(`${jwt}=`)), REFUSED);
  assert.equal(server.hits(), 1);
});

test("session: API tokens are never forwarded, in whatever header they stand", async () => {
  await using server = await serve(json(USER));
  const wanted = { project: "default", name: "ci", scopes: ["mint"] as const };
  const token = createApiToken(wanted, randomBytes, NOW).token.reveal();
  const callers = sessionAt(server.url, { forward: ["cookie", "authorization", "x-app-session"] });
  const { authenticator } = authenticatorOf(callers);
  const basic = Buffer.from(`AC0:${token}`).toString("base64");
  for (const request of [
    bearer(token),
    presented({ authorization: `bearer ${token}` }),
    presented({ authorization: `Token ${token}` }),
    presented({ authorization: `Basic ${basic}` }),
    withCookie(`sid=${token}`),
    presented({ headers: { "x-app-session": token } }),
  ])
    await assert.rejects(authenticator.authenticate(request), REFUSED);
  assert.equal(server.hits(), 0);
});

test("session: a header of the app's own is a session, a user agent alone is none", async () => {
  const { listener, seen } = app();
  await using server = await serve(listener);
  const callers = sessionAt(server.url, { forward: ["x-app-session", "user-agent"] });
  const { authenticator } = authenticatorOf(callers);
  await assert.rejects(
    authenticator.authenticate(presented({ headers: { "user-agent": "x" } })),
    REFUSED,
  );
  assert.equal(server.hits(), 0);
  const headers = { "user-agent": "x", "x-app-session": "good" };
  assert.equal((await authenticator.authenticate(presented({ headers }))).identity, "42");
  assert.equal(seen[0]?.["user-agent"], "x");
  const twice = presented({ headers: { "x-app-session": ["good", "bad"] } });
  await assert.rejects(authenticator.authenticate(twice), REFUSED);
});

test("session: headers with the same text joined are not the same session", async () => {
  await using server = await serve((request, response) =>
    json({ user: { id: `${request.headers["x-a"]}|${request.headers["x-b"]}` } })(
      request,
      response,
    ),
  );
  const { authenticator } = authenticatorOf(sessionAt(server.url, { forward: ["x-a", "x-b"] }));
  const who = async (a: string, b: string) =>
    (await authenticator.authenticate(presented({ headers: { "x-a": a, "x-b": b } }))).identity;
  assert.equal(await who("ab", "c"), "ab|c");
  assert.equal(await who("a", "bc"), "a|bc");
});
