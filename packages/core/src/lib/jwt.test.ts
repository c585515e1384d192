import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isHandstampError } from "@handstamp/protocol";
import * as fc from "fast-check";
import { encodeBase64url, hmacSha256 } from "#platform";
import { checkHmacKey, decodeJws, hasSignature, MAX_TOKEN_LENGTH, signHs256 } from "./jwt.ts";

const RUNS = process.env["HANDSTAMP_LONG"] ? 1_000_000 : 1000;
const SECRET = "4c1b2f0e9d8a7c6b5a49382716f5e4d3";
const b64 = (value: unknown): string =>
  encodeBase64url(typeof value === "string" ? value : JSON.stringify(value));
const HEADER = b64({ alg: "HS256", typ: "JWT" });
const token = signHs256(HEADER, '{"sub":"alice"}', SECRET);

function codeOf(text: string): string | undefined {
  try {
    decodeJws(text);
    return undefined;
  } catch (error) {
    assert.ok(isHandstampError(error), String(error));
    return error.code;
  }
}

/** RFC 7515, appendix A.1: the key is a JWK's `k`, the header and payload hold line breaks. */
describe("RFC 7515 A.1", () => {
  const key = Buffer.from(
    "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow",
    "base64url",
  );
  const example =
    "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

  it("has the signature that the standard prints", () => {
    const jws = decodeJws(example);
    assert.deepEqual(jws.payload, {
      iss: "joe",
      exp: 1_300_819_380,
      "http://example.com/is_root": true,
    });
    assert.deepEqual(Buffer.from(hmacSha256(key, jws.signed)), Buffer.from(jws.signature));
  });
});

describe("the guard", () => {
  it("reads a token of ours", () => {
    assert.deepEqual(decodeJws(token).payload, { sub: "alice" });
    assert.ok(hasSignature(decodeJws(token), SECRET));
  });

  const [header, payload, signature] = token.split(".") as [string, string, string];
  const malformed: Readonly<Record<string, string>> = {
    "no dots": "eyJ",
    "two parts": `${header}.${payload}`,
    "four parts": `${token}.x`,
    "an empty signature": `${header}.${payload}.`,
    "an empty header": `.${payload}.${signature}`,
    "padding on the payload": `${header}.${payload}=.${signature}`,
    "a space before": ` ${token}`,
    "a line end after": `${token}\n`,
    "a stray bit at the signature's end": `${token.slice(0, -1)}${token.endsWith("8") ? "9" : "B"}`,
    "a payload that is a list": `${header}.${b64("[]")}.${signature}`,
    "a payload that is no JSON": `${header}.${b64("{")}.${signature}`,
    "a payload that is no UTF-8": `${header}.${encodeBase64url(Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x7d))}.${signature}`,
    "a header that is null": `${b64("null")}.${payload}.${signature}`,
  };
  for (const [name, text] of Object.entries(malformed))
    it(`refuses ${name}`, () => assert.equal(codeOf(text), "token_malformed"));

  const headers: Readonly<Record<string, object>> = {
    "alg none": { alg: "none" },
    "alg in the wrong case": { alg: "hs256" },
    "another alg": { alg: "HS512" },
    "no alg": { typ: "JWT" },
    "an alg that is a list": { alg: ["HS256"] },
    "a key of its own": { alg: "HS256", jwk: {} },
    "a key's address": { alg: "HS256", jku: "https://attacker.invalid" },
    "a certificate": { alg: "HS256", x5c: [] },
    "a critical extension": { alg: "HS256", crit: ["exp"] },
    "an unencoded payload": { alg: "HS256", b64: false },
  };
  for (const [name, value] of Object.entries(headers))
    it(`refuses a header with ${name}`, () =>
      assert.equal(codeOf(`${b64(value)}.${payload}.${signature}`), "token_header_invalid"));

  it("refuses what is too long before it looks inside", () => {
    assert.equal(codeOf("a".repeat(MAX_TOKEN_LENGTH + 1)), "token_too_large");
    assert.equal(codeOf(undefined as never), "token_malformed");
  });

  it("refuses an HMAC key that is empty or short", () => {
    for (const secret of ["", "short", "x".repeat(31), undefined as never])
      assert.throws(() => checkHmacKey(secret), { code: "key_invalid" });
    checkHmacKey(SECRET);
  });

  it("throws nothing but coded errors, whatever it is given", () => {
    const mutated = fc
      .tuple(fc.nat(token.length), fc.nat(3), fc.string({ unit: "binary", maxLength: 5 }))
      .map(([at, drop, put]) => token.slice(0, at) + put + token.slice(at + drop));
    const parts = fc
      .tuple(fc.json(), fc.json(), fc.string())
      .map((values) => values.map((value) => b64(value)).join("."));
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), mutated, parts), (text) => {
        codeOf(text);
      }),
      { numRuns: RUNS },
    );
  });
});
