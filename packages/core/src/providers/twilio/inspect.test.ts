import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { encodeBase64url } from "#platform";
import { signHs256 } from "../../lib/jwt.ts";
import {
  mintAccessToken,
  mintClientCapability,
  mintTaskRouterCapability,
  twilio,
} from "./index.ts";

const RUNS = process.env["HANDSTAMP_LONG"] ? 1_000_000 : 1000;
const HEX = "0123456789abcdef0123456789abcdef";
const NOW = 1_795_230_000;
const SECRET = "Zk3Qm8vR1xYt5Lp0Wb7Nc4Jd9Hs2Gf6A";
const sid = (prefix: string): string => prefix + HEX;
const KEY = { account: sid("AC"), id: sid("SK"), secret: SECRET };
const HEADER = { alg: "HS256", typ: "JWT", cty: "twilio-fpa;v=1" };
const PAYLOAD = {
  jti: `${sid("SK")}-${"a5".repeat(16)}`,
  grants: { identity: "alice", video: { room: "lesson-12" } },
  iat: NOW,
  exp: NOW + 3600,
  iss: sid("SK"),
  sub: sid("AC"),
};
const sign = (payload: object = {}, header: object = {}, secret = SECRET): string =>
  signHs256(
    encodeBase64url(JSON.stringify({ ...HEADER, ...header })),
    JSON.stringify({ ...PAYLOAD, ...payload }),
    secret,
  );
const TOKEN = sign();
const look = (text: string, keys = [KEY], now = NOW + 60) => twilio.inspect(text, { keys, now });
const seen = (text: string, keys = [KEY], now = NOW + 60) =>
  look(text, keys, now).problems.map(({ code, providerCode }) => [code, providerCode]);
const grants = (more: object) => sign({ grants: { identity: "alice", ...more } });

describe("inspect shows", () => {
  it("a sound token, its facts, its parts, and nothing wrong", () => {
    const { parts, ...rest } = look(TOKEN);
    assert.deepEqual(rest, {
      provider: "twilio",
      format: "Twilio Access Token",
      verified: true,
      keyId: sid("SK"),
      id: PAYLOAD.jti,
      identity: "alice",
      account: sid("AC"),
      grants: { video: { room: "lesson-12" } },
      issuedAt: NOW,
      expiresAt: NOW + 3600,
      problems: [],
    });
    assert.deepEqual(
      parts.map(({ name }) => name),
      ["header", "payload", "signature"],
    );
    assert.deepEqual(
      parts.map(({ range }) => TOKEN.slice(...range)),
      TOKEN.split("."),
    );
    assert.deepEqual(
      parts.map(({ value }) => value),
      [HEADER, PAYLOAD, undefined],
    );
  });

  it("what is minted here as sound", () => {
    const { token } = mintAccessToken({
      accountSid: KEY.account,
      keySid: KEY.id,
      keySecret: SECRET,
      identity: "alice",
      now: NOW,
      grants: {
        voice: { incoming: true },
        video: { room: "a" },
        chat: { serviceSid: sid("IS") },
        sync: { serviceSid: "default" },
      },
    });
    assert.deepEqual(look(token).problems, []);
  });

  it("no verdict without a key", () => {
    assert.equal(twilio.inspect(TOKEN, { now: NOW }).verified, null);
    assert.equal(look(TOKEN, [{ ...KEY, secret: "" }]).verified, null);
  });
});

describe("inspect looks inside what is around a token", () => {
  const wrapped = [
    `"${TOKEN}"`,
    `  "${TOKEN}"\n`,
    `'Bearer ${TOKEN}'`,
    `{"identity":"alice","token":"${TOKEN}"}`,
    `token: ${TOKEN}`,
  ];
  for (const text of wrapped)
    it(JSON.stringify(text.replace(TOKEN, "TOKEN")), () => {
      const { parts, verified, identity } = look(text);
      assert.deepEqual([verified, identity], [true, "alice"]);
      assert.deepEqual(
        parts.map(({ range }) => text.slice(...range)),
        TOKEN.split("."),
      );
    });
});

describe("inspect reads capability tokens", () => {
  const authToken = HEX;
  const key = { account: sid("AC"), id: sid("SK"), secret: authToken };
  const client = mintClientCapability({
    accountSid: sid("AC"),
    authToken,
    scopes: [{ kind: "incoming", clientName: "alice" }],
    now: NOW,
  });
  const worker = mintTaskRouterCapability({
    accountSid: sid("AC"),
    authToken,
    workspaceSid: sid("WS"),
    channelId: sid("WK"),
    policies: [],
    now: NOW,
  });
  for (const [format, token] of [
    ["Twilio ClientCapability token", client.token],
    ["Twilio TaskRouterCapability token", worker.token],
  ] as const)
    it(format, () => {
      const inspection = look(token, [key]);
      assert.deepEqual([inspection.format, inspection.verified], [format, true]);
      assert.deepEqual(seen(token, [key]), [["capability_token", undefined]]);
      assert.equal(look(token, [{ ...key, secret: SECRET }]).verified, false);
      assert.ok(twilio.recognises(token));
    });
});

describe("recognises", () => {
  it("Twilio's tokens, however broken, and nobody else's", () => {
    for (const text of [
      TOKEN,
      TOKEN.slice(0, 100),
      `"${TOKEN}"`,
      `x.${TOKEN.split(".")[1]}`,
      "<Response/>",
    ])
      assert.ok(twilio.recognises(text), text.slice(0, 30));
    const foreign = signHs256(
      encodeBase64url('{"alg":"HS256"}'),
      '{"sub":"7","iss":"https://login.example"}',
      SECRET,
    );
    for (const text of ["", "007eJxT", foreign, "<html></html>", "{}", "a.b.c"])
      assert.ok(!twilio.recognises(text), text.slice(0, 30));
  });
});

describe("inspect never throws, and is quick", () => {
  const mutated = fc
    .tuple(fc.nat(TOKEN.length), fc.nat(9), fc.string({ unit: "binary", maxLength: 9 }))
    .map(([at, drop, put]) => TOKEN.slice(0, at) + put + TOKEN.slice(at + drop));
  const signed = fc.tuple(fc.object(), fc.object()).map(([h, p]) => {
    const json = (value: unknown): string =>
      JSON.stringify(value, (_k, v: unknown) => (typeof v === "bigint" ? String(v) : v));
    return signHs256(
      encodeBase64url(json({ ...HEADER, ...h })),
      json({ ...PAYLOAD, ...p }),
      SECRET,
    );
  });

  it("for any text", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: "binary" }), mutated, signed),
        fc.string(),
        (text, secret) => {
          const { parts, verified, problems } = twilio.inspect(text, {
            keys: [{ ...KEY, secret }],
          });
          twilio.recognises(text);
          for (const { range } of parts) assert.ok(range[0] <= range[1] && range[1] <= text.length);
          assert.ok(verified === null || typeof verified === "boolean");
          JSON.stringify(problems);
        },
      ),
      { numRuns: RUNS },
    );
  });

  it("for a hundred thousand hostile characters", () => {
    const big = 100_000;
    const deep = encodeBase64url(`{"a":${"[".repeat(40_000)}${"]".repeat(40_000)}}`);
    const wide = JSON.stringify(
      Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`g${i}`, {}])),
    );
    const hostile = [
      ".".repeat(big),
      " ".repeat(big),
      '"'.repeat(big),
      "=".repeat(big),
      "Bearer ".repeat(big / 7),
      "{".repeat(big),
      `{"token":"${"a".repeat(big)}`,
      "eyJ".repeat(big / 3),
      `<${" ".repeat(big)}`,
      "a=".repeat(big / 2),
      `${TOKEN}${"\n".repeat(big)}x`,
      `${TOKEN.split(".")[0]}.${deep}.x`,
      sign({ grants: JSON.parse(`{"identity":"a",${wide.slice(1)}`) as object }),
      grants({ identity: "語".repeat(big / 3), voice: {}, chat: {}, video: {} }),
    ];
    for (const text of hostile) {
      const start = performance.now();
      const inspection = look(text);
      const took = performance.now() - start;
      // Some milliseconds each on a quiet machine; what is not linear takes minutes.
      assert.ok(took < 10_000, `${text.slice(0, 20)} took ${took} ms`);
      assert.ok(inspection.problems.length > 0 && inspection.problems.length < 100);
      JSON.stringify(inspection);
    }
  });
});
