import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isHandstampError } from "@handstamp/protocol";
import * as fc from "fast-check";
import { encodeBase64url } from "#platform";
import { signHs256 } from "../../lib/jwt.ts";
import { type AccessTokenOptions, mintAccessToken, verifyAccessToken } from "./index.ts";

const RUNS = process.env["HANDSTAMP_LONG"] ? 100_000 : 300;
const HEX = "0123456789abcdef0123456789abcdef";
const NOW = 1_795_230_000;
const SECRET = "Zk3Qm8vR1xYt5Lp0Wb7Nc4Jd9Hs2Gf6A";
const sid = (prefix: string): string => prefix + HEX;
const OPTIONS: AccessTokenOptions = {
  accountSid: sid("AC"),
  keySid: sid("SK"),
  keySecret: SECRET,
  identity: "alice",
  now: NOW,
  random: (size) => new Uint8Array(size).fill(0xa5),
  grants: { video: { room: "lesson-12" } },
};
const mint = (more: object = {}) => mintAccessToken({ ...OPTIONS, ...more });
const partsOf = (token: string): string[] =>
  token.split(".", 2).map((part) => Buffer.from(part, "base64url").toString());
const verify = (token: string, more: object = {}) =>
  verifyAccessToken(token, { keySecret: SECRET, now: NOW, ...more });

function failure(action: () => unknown): {
  code: string;
  providerCode: number | undefined;
  message: string;
} {
  try {
    action();
  } catch (error) {
    assert.ok(isHandstampError(error), String(error));
    return error;
  }
  return assert.fail("nothing was thrown");
}

describe("verifyAccessToken", () => {
  const { token } = mint();
  const [header, payload] = partsOf(token) as [string, string];
  const claims = JSON.parse(payload) as Record<string, unknown>;
  const signed = (change: object, head = header): string =>
    signHs256(encodeBase64url(head), JSON.stringify({ ...claims, ...change }), SECRET);

  it("gives back what was minted", () => {
    const grants = {
      voice: { incoming: true, outgoing: { applicationSid: sid("AP"), params: { a: 1 } } },
      taskRouter: { workspaceSid: sid("WS"), workerSid: sid("WK"), role: "worker" },
      ipMessaging: { serviceSid: sid("IS"), endpointId: "app:alice:phone" },
    };
    assert.deepEqual(verify(mint({ grants, nbf: NOW, region: "au1" }).token), {
      id: `${sid("SK")}-${"a5".repeat(16)}`,
      identity: "alice",
      accountSid: sid("AC"),
      keySid: sid("SK"),
      issuedAt: NOW,
      notBefore: NOW,
      expiresAt: NOW + 3600,
      region: "au1",
      grants,
    });
  });

  it("chooses the key by iss and sub", () => {
    const key = { account: sid("AC"), id: sid("SK"), secret: SECRET };
    const other = { ...key, id: `SK${"f".repeat(32)}`, secret: HEX };
    assert.equal(verifyAccessToken(token, { keys: [other, key], now: NOW }).keySid, key.id);
    const unknown = failure(() => verifyAccessToken(token, { keys: [other], now: NOW }));
    assert.deepEqual([unknown.code, unknown.providerCode], ["token_claims_invalid", 20103]);
    const foreign = { ...key, account: `AC${"f".repeat(32)}` };
    assert.equal(
      failure(() => verifyAccessToken(token, { keys: [foreign], now: NOW })).code,
      "token_claims_invalid",
    );
  });

  const refused: readonly (readonly [string, () => string, object, string, number])[] = [
    ["another secret", () => token, { keySecret: HEX }, "token_signature_invalid", 20107],
    [
      "another account",
      () => token,
      { accountSid: `AC${"f".repeat(32)}` },
      "token_claims_invalid",
      20103,
    ],
    ["the last second", () => token, { now: NOW + 3600 }, "token_expired", 20104],
    ["an nbf to come", () => mint({ nbf: NOW + 1 }).token, {}, "token_not_yet_valid", 20105],
    ["no text", () => 7 as never, {}, "token_malformed", 20101],
    ["HTML", () => "<html></html>", {}, "token_malformed", 20101],
    ["alg none", () => signed({}, '{"alg":"none"}'), {}, "token_header_invalid", 20102],
    ["no cty", () => signed({}, '{"alg":"HS256","typ":"JWT"}'), {}, "token_header_invalid", 20102],
    [
      "another typ",
      () => signed({}, header.replace("JWT", "jwt")),
      {},
      "token_header_invalid",
      20102,
    ],
    ["no iss", () => signed({ iss: undefined }), {}, "token_claims_invalid", 20103],
    ["an account as iss", () => signed({ iss: sid("AC") }), {}, "token_claims_invalid", 20103],
    ["no sub", () => signed({ sub: 7 }), {}, "token_claims_invalid", 20103],
    ["no grants", () => signed({ grants: [] }), {}, "token_claims_invalid", 20106],
    ["no identity", () => signed({ grants: {} }), {}, "token_claims_invalid", 20106],
    [
      "a grant that is null",
      () => signed({ grants: { identity: "a", video: null } }),
      {},
      "token_claims_invalid",
      20106,
    ],
    ["no exp", () => signed({ exp: undefined }), {}, "token_claims_invalid", 20156],
    ["exp as text", () => signed({ exp: "9999999999" }), {}, "token_claims_invalid", 20156],
    ["exp before iat", () => signed({ exp: NOW - 1 }), {}, "token_claims_invalid", 20156],
    ["exp in milliseconds", () => signed({ exp: NOW * 1000 }), {}, "token_claims_invalid", 20157],
    ["more than a day", () => signed({ exp: NOW + 86_401 }), {}, "token_claims_invalid", 20157],
    [
      "more than a day without iat",
      () => signed({ iat: undefined, exp: NOW + 86_401 }),
      {},
      "token_claims_invalid",
      20157,
    ],
    ["no jti", () => signed({ jti: undefined }), {}, "token_claims_invalid", 20151],
  ];
  for (const [name, text, more, code, providerCode] of refused)
    it(`refuses ${name}`, () => {
      const error = failure(() => verify(text(), more));
      assert.deepEqual([error.code, error.providerCode], [code, providerCode]);
    });

  it("refuses a secret that cannot be one", () => {
    for (const keySecret of ["", "short", undefined])
      assert.equal(failure(() => verify(token, { keySecret })).code, "key_invalid");
  });

  it("bears as much difference of clocks as it is told to", () => {
    verify(token, { now: NOW + 3609, leeway: 10 });
    assert.equal(
      failure(() => verify(token, { now: NOW + 3610, leeway: 10 })).code,
      "token_expired",
    );
    verify(mint({ nbf: NOW + 10 }).token, { leeway: 10 });
  });

  it("keeps unknown grants, and lets none become a prototype", () => {
    const text = signHs256(
      encodeBase64url(header),
      payload.replace(
        '"video":{',
        '"next":{"a":1},"__proto__":{"admin":true},"video":{"z":1,"__proto__":{"admin":true},',
      ),
      SECRET,
    );
    const { grants } = verify(text);
    assert.deepEqual((grants as Record<string, unknown>)["next"], { a: 1 });
    assert.equal((grants as Record<string, unknown>)["admin"], undefined);
    assert.equal((grants.video as Record<string, unknown>)["admin"], undefined);
    assert.equal(Object.getPrototypeOf(grants), Object.prototype);
  });

  it("fails for every bit that is flipped", () => {
    const bytes = Buffer.from(token);
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
      assert.match(failure(() => verify(flipped.toString("latin1"))).code, /^token_/);
    }
  });

  it("throws nothing but coded errors, whatever is signed", () => {
    const payloads = fc.oneof(
      fc.object(),
      fc.record({
        iss: fc.constant(sid("SK")),
        sub: fc.constant(sid("AC")),
        grants: fc.object(),
        exp: fc.anything(),
        iat: fc.anything(),
      }),
    );
    fc.assert(
      fc.property(fc.object(), payloads, (head, body) => {
        const text = signHs256(
          encodeBase64url(JSON.stringify({ ...head, alg: "HS256", cty: "twilio-fpa;v=1" })),
          JSON.stringify(body, (_key, value: unknown) =>
            typeof value === "bigint" ? String(value) : value,
          ) ?? "{}",
          SECRET,
        );
        try {
          verify(text);
        } catch (error) {
          assert.ok(isHandstampError(error), String(error));
        }
      }),
      { numRuns: RUNS },
    );
  });
});
