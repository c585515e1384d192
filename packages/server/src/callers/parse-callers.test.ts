import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { test } from "node:test";
import { isHandstampError, s, toJsonSchema } from "@handstamp/protocol";
import { SECRET } from "./kit.test.ts";
import { type ParseOptions, parseCallers } from "./parse-callers.ts";
import { CALLERS_SHAPE } from "./shapes.ts";

const ISSUER = "https://login.example.com";
const JWT = { issuer: ISSUER, audience: "calls", identity: "sub", secret: SECRET };
const JWKS = { issuer: ISSUER, audience: "calls", identity: "sub", jwks: `${ISSUER}/jwks.json` };
const SESSION = { url: "http://127.0.0.1:3000/session", forward: ["cookie"], identity: "user.id" };
const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const PEM = publicKey.export({ type: "spki", format: "pem" });
const PRIVATE_PEM = privateKey.export({ type: "pkcs8", format: "pem" });
const { secret: _none, ...BARE } = JWT;

function problems(callers: unknown, options?: ParseOptions): Record<string, string> {
  try {
    parseCallers(callers, "/callers", options);
  } catch (error) {
    assert.ok(isHandstampError(error) && error.code === "invalid_request", String(error));
    return Object.fromEntries(error.fields.map(({ pointer, message }) => [pointer, message]));
  }
  return {};
}

test("settings: the section of the documentation is what is meant", () => {
  const [jwt, session, tokens] = parseCallers(
    [
      { jwt: { ...JWKS, identity: "user:${sub}" } },
      { session: { ...SESSION, identity: "app:${user.id}" } },
      { api_token: {} },
    ],
    "/projects/main/callers",
  );
  assert.ok(jwt?.kind === "jwt" && session?.kind === "session" && tokens?.kind === "api_token");
  assert.deepEqual(jwt.algorithms, ["RS256"]);
  assert.deepEqual(jwt.audience, ["calls"]);
  assert.equal(jwt.leeway, 30);
  assert.equal(jwt.at, "/projects/main/callers/0/jwt");
  assert.deepEqual(session.forward, ["cookie"]);
  assert.equal(session.timeout, 2);
  assert.equal(session.cache, 10);
});

test("settings: the algorithm comes from the key where it is not said", () => {
  const algorithmsOf = (jwt: object) => {
    const [settings] = parseCallers([{ jwt }]);
    return settings?.kind === "jwt" ? settings.algorithms : undefined;
  };
  assert.deepEqual(algorithmsOf(JWT), ["HS256"]);
  assert.deepEqual(algorithmsOf({ ...BARE, public_key: PEM }), ["ES256"]);
  const ed = generateKeyPairSync("ed25519").publicKey.export({ type: "spki", format: "pem" });
  assert.deepEqual(algorithmsOf({ ...BARE, public_key: ed }), ["EdDSA"]);
});

test("settings: a secret is kept from print", () => {
  const settings = parseCallers([{ jwt: JWT }]);
  assert.ok(!JSON.stringify(settings).includes(SECRET));
});

const WRONG: Record<string, readonly [unknown, string, RegExp]> = {
  "no list": [{ jwt: JWT }, "/callers", /list/],
  "an empty list": [[], "/callers", /at least one/],
  "an empty entry": [[{}], "/callers/0", /exactly one of jwt, session, api_token, passcode/],
  "two kinds in one entry": [[{ jwt: JWT, api_token: {} }], "/callers/0", /exactly one/],
  "an unknown kind": [[{ jwtt: JWT }], "/callers/0/jwtt", /did you mean "jwt"/],
  "an unknown field": [
    [{ jwt: { ...JWT, audiance: "x" } }],
    "/callers/0/jwt/audiance",
    /did you mean "audience"/,
  ],
  "api_token: true": [[{ api_token: true }], "/callers/0/api_token", /object/],
  "no issuer": [[{ jwt: { ...JWT, issuer: undefined } }], "/callers/0/jwt/issuer", /missing/],
  "no audience": [[{ jwt: { ...JWT, audience: undefined } }], "/callers/0/jwt/audience", /missing/],
  "an empty audience": [[{ jwt: { ...JWT, audience: [] } }], "/callers/0/jwt/audience", /audience/],
  "no identity": [[{ jwt: { ...JWT, identity: undefined } }], "/callers/0/jwt/identity", /missing/],
  "no key": [[{ jwt: BARE }], "/callers/0/jwt", /exactly one of discovery, jwks/],
  "two keys": [[{ jwt: { ...JWT, jwks: JWKS.jwks } }], "/callers/0/jwt", /exactly one of/],
  "a short secret": [[{ jwt: { ...JWT, secret: "short" } }], "/callers/0/jwt/secret", /32 bytes/],
  "a secret short for HS512": [
    [{ jwt: { ...JWT, algorithms: ["HS512"] } }],
    "/callers/0/jwt/secret",
    /64 bytes/,
  ],
  "a repeated secret": [
    [{ jwt: { ...JWT, secret: "abcd".repeat(10) } }],
    "/callers/0/jwt/secret",
    /well-known/,
  ],
  "jwt.io's secret": [
    [{ jwt: { ...JWT, secret: "a-string-secret-at-least-256-bits-long" } }],
    "/callers/0/jwt/secret",
    /well-known/,
  ],
  "Supabase's local secret": [
    [{ jwt: { ...JWT, secret: "super-secret-jwt-token-with-at-least-32-characters-long" } }],
    "/callers/0/jwt/secret",
    /well-known/,
  ],
  "a placeholder": [
    [{ jwt: { ...JWT, secret: "CHANGE_ME_CHANGE_ME_CHANGE_ME_123456789" } }],
    "/callers/0/jwt/secret",
    /placeholder/,
  ],
  "a public key as secret": [
    [{ jwt: { ...JWT, secret: PEM } }],
    "/callers/0/jwt/secret",
    /public_key/,
  ],
  "a private key as public_key": [
    [{ jwt: { ...BARE, public_key: PRIVATE_PEM } }],
    "/callers/0/jwt/public_key",
    /private key/,
  ],
  "a text as public_key": [
    [{ jwt: { ...BARE, public_key: "x" } }],
    "/callers/0/jwt/public_key",
    /PEM/,
  ],
  "HMAC with a key set": [
    [{ jwt: { ...JWKS, algorithms: ["RS256", "HS256"] } }],
    "/callers/0/jwt/algorithms",
    /HS256, which cannot be used with jwks/,
  ],
  "RSA with a secret": [
    [{ jwt: { ...JWT, algorithms: ["RS256"] } }],
    "/callers/0/jwt/algorithms",
    /RS256/,
  ],
  "another curve than the key's": [
    [{ jwt: { ...BARE, public_key: PEM, algorithms: ["ES384"] } }],
    "/callers/0/jwt/algorithms",
    /ES384/,
  ],
  "alg none": [
    [{ jwt: { ...JWT, algorithms: ["none"] } }],
    "/callers/0/jwt/algorithms/0",
    /one of RS256/,
  ],
  "no algorithm": [
    [{ jwt: { ...JWKS, algorithms: [] } }],
    "/callers/0/jwt/algorithms",
    /at least one/,
  ],
  "a leeway of two minutes": [
    [{ jwt: { ...JWT, leeway: 120 } }],
    "/callers/0/jwt/leeway",
    /0 to 60/,
  ],
  "a leeway in words": [[{ jwt: { ...JWT, leeway: "30s" } }], "/callers/0/jwt/leeway", /seconds/],
  "a key set over http": [
    [{ jwt: { ...JWKS, jwks: "http://login.example.com/jwks.json" } }],
    "/callers/0/jwt/jwks",
    /https/,
  ],
  "a private key set": [
    [{ jwt: { ...JWKS, jwks: "https://10.0.0.1/jwks.json" } }],
    "/callers/0/jwt/jwks",
    /allow_private/,
  ],
  "discovery of an issuer that is no URL": [
    [{ jwt: { ...BARE, issuer: "login", discovery: true } }],
    "/callers/0/jwt/discovery",
    /URL/,
  ],
  "discovery: false": [[{ jwt: { ...BARE, discovery: false } }], "/callers/0/jwt/discovery", /URL/],
  "an identity that is no claim": [
    [{ jwt: { ...JWT, identity: "a b" } }],
    "/callers/0/jwt/identity",
    /claim/,
  ],
  "an identity with an open brace": [
    [{ jwt: { ...JWT, identity: "a:${sub" } }],
    "/callers/0/jwt/identity",
    /claim/,
  ],
  "the guests' prefix": [
    [{ jwt: { ...JWT, identity: "guest:${sub}" } }],
    "/callers/0/jwt/identity",
    /guests/,
  ],
  "the guests' prefix in capitals": [
    [{ jwt: { ...JWT, identity: "GUEST:${sub}" } }],
    "/callers/0/jwt/identity",
    /guests/,
  ],
  "a uid that is no claim": [[{ jwt: { ...JWT, uid: "a b" } }], "/callers/0/jwt/uid", /claim/],
  "a mapped claim that is none": [
    [{ jwt: { ...JWT, claims: { role: "a b" } } }],
    "/callers/0/jwt/claims/role",
    /claim/,
  ],
  "a session over http": [
    [{ session: { ...SESSION, url: "http://app:3000/session" } }],
    "/callers/0/session/url",
    /https/,
  ],
  "a session without headers": [
    [{ session: { ...SESSION, forward: [] } }],
    "/callers/0/session/forward",
    /header/,
  ],
  "a session by Host": [
    [{ session: { ...SESSION, forward: ["Host"] } }],
    "/callers/0/session/forward/0",
    /session/,
  ],
  "a session by X-Forwarded-User": [
    [{ session: { ...SESSION, forward: ["x-forwarded-user"] } }],
    "/callers/0/session/forward/0",
    /session/,
  ],
  "a header with a line break": [
    [{ session: { ...SESSION, forward: ["a\r\nb"] } }],
    "/callers/0/session/forward/0",
    /name of a header/,
  ],
  "jwt: true without authorization": [
    [{ session: { ...SESSION, jwt: true } }],
    "/callers/0/session/jwt",
    /authorization/,
  ],
  "cookies without cookie": [
    [{ session: { ...SESSION, forward: ["authorization"], cookies: ["sid"] } }],
    "/callers/0/session/cookies",
    /cookie/,
  ],
  "a passcode in plain text": [
    [{ passcode: { codes: [{ name: "a", hash: "1234", expires: "2027-01-01T00:00:00Z" }] } }],
    "/callers/0/passcode/codes/0/hash",
    /hash/,
  ],
  "a passcode that never ends": [
    [{ passcode: { codes: [{ name: "a", hash: "1234" }] } }],
    "/callers/0/passcode/codes/0/expires",
    /missing/,
  ],
  "a day that does not exist": [
    [{ passcode: { codes: [{ name: "a", hash: "1234", expires: "2027-13-01T00:00:00Z" }] } }],
    "/callers/0/passcode/codes/0/expires",
    /exists/,
  ],
};
for (const [name, [callers, pointer, message]] of Object.entries(WRONG))
  test(`settings: ${name} is refused by its place`, () => {
    const found = problems(callers);
    assert.match(found[pointer] ?? `nothing at ${pointer} but ${JSON.stringify(found)}`, message);
    assert.ok(
      !JSON.stringify(found).includes(SECRET) && !JSON.stringify(found).includes("CHANGE_ME"),
    );
  });

test("settings: everything that is wrong is named at once", () => {
  const found = problems([
    { jwt: { ...JWT, secret: "x", uid: "a b" } },
    { session: { ...SESSION, url: "x" } },
  ]);
  assert.deepEqual(Object.keys(found), [
    "/callers/0/jwt/secret",
    "/callers/0/jwt/uid",
    "/callers/1/session/url",
  ]);
});

test("settings: the JSON Schema knows every field", () => {
  const schema = JSON.stringify(toJsonSchema(CALLERS_SHAPE));
  for (const name of ["issuer", "discovery", "forward", "allow_private", "api_token", "passcode"])
    assert.ok(schema.includes(`"${name}"`), name);
  assert.equal(s.parse(CALLERS_SHAPE, [{ api_token: {} }]).length, 1);
});
