import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { encodeBase64url } from "#platform";
import { inspect } from "./inspect.ts";
import { signHs256 } from "./lib/jwt.ts";
import { mintToken } from "./providers/agora/index.ts";
import { mintAccessToken } from "./providers/twilio/index.ts";

const RUNS = process.env["HANDSTAMP_LONG"] ? 1_000_000 : 1000;
const HEX = "0123456789abcdef0123456789abcdef";
const SECRET = "Zk3Qm8vR1xYt5Lp0Wb7Nc4Jd9Hs2Gf6A";
const TWILIO = mintAccessToken({
  accountSid: `AC${HEX}`,
  keySid: `SK${HEX}`,
  keySecret: SECRET,
  identity: "alice",
  grants: { video: { room: "a" } },
}).token;
const AGORA = mintToken({
  appId: HEX,
  appCertificate: "f".repeat(32).replace("ff", "0a"),
  ttl: 3600,
  services: { rtc: { channel: "lesson-12", uid: 7, role: "publisher" } },
}).token;
const FOREIGN = signHs256(
  encodeBase64url('{"alg":"HS256","typ":"JWT"}'),
  '{"iss":"https://login.example","sub":"7","exp":1795230000}',
  SECRET,
);

describe("inspect", () => {
  it("knows whose token it is", () => {
    assert.equal(inspect(TWILIO).provider, "twilio");
    assert.equal(inspect(AGORA).provider, "agora");
    assert.equal(inspect(` "${TWILIO}" `).provider, "twilio");
    assert.equal(inspect(`"${AGORA}"`).provider, "agora");
  });

  it("holds a token against keys", () => {
    const key = { account: `AC${HEX}`, id: `SK${HEX}`, secret: SECRET };
    assert.equal(inspect(TWILIO, { keys: [key] }).verified, true);
    assert.equal(inspect(TWILIO).verified, null);
  });

  it("reports what is around a token once, with the provider's code, and shifts the ranges", () => {
    const text = `"${TWILIO}"`;
    const { problems, parts } = inspect(text);
    assert.deepEqual(
      problems.map(({ code, providerCode }) => [code, providerCode]),
      [["quoted", 20101]],
    );
    assert.equal(text.slice(...(parts[2]?.range ?? [0, 0])), TWILIO.split(".")[2]);
  });

  it("shows a stranger's JWT", () => {
    const { provider, format, parts, problems, identity, expiresAt } = inspect(FOREIGN);
    assert.deepEqual(
      [provider, format, identity, expiresAt],
      [null, "JWT, but no provider's", "7", 1_795_230_000],
    );
    assert.deepEqual(parts[0]?.value, { alg: "HS256", typ: "JWT" });
    assert.deepEqual(
      problems.map(({ code }) => code),
      ["foreign_jwt"],
    );
  });

  const mistakes: Readonly<Record<string, unknown>> = {
    not_a_string: { token: TWILIO },
    empty: "  ",
    javascript_value: "[object Object]",
    html: "<html><body>Sign in</body></html>",
    xml: '<?xml version="1.0"?><a/>',
    json_without_token: '{"error":"unauthorised"}',
    sid: `SK${HEX}`,
    secret: SECRET,
    url: "https://example.com/token",
    unknown_format: "hello world",
  };
  for (const [code, text] of Object.entries(mistakes))
    it(`says of a mistake: ${code}`, () => {
      const { provider, verified, problems } = inspect(text);
      assert.deepEqual([provider, verified], [null, null]);
      assert.ok(
        problems.some((problem) => problem.code === code),
        JSON.stringify(problems),
      );
    });

  it("never throws", () => {
    const start = fc.constantFrom(
      "",
      "eyJ",
      "007",
      "006",
      '"',
      "Bearer ",
      '{"token":"',
      "<",
      TWILIO,
      AGORA,
    );
    fc.assert(
      fc.property(start, fc.oneof(fc.string({ unit: "binary" }), fc.anything()), (head, rest) => {
        JSON.stringify(inspect(typeof rest === "string" ? head + rest : rest));
      }),
      { numRuns: RUNS },
    );
  });
});
