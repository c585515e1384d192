import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import * as plain from "./base64.ts";
import { toHex, utf8 } from "./bytes.ts";
import * as node from "./platform.node.ts";
import * as web from "./platform.web.ts";

const RUNS = process.env["HANDSTAMP_LONG"] ? 100_000 : 300;
const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "hex"));

/** RFC 4231, section 4: key, data, HMAC-SHA-256 (test case 5 is truncated there, as here). */
const RFC4231: readonly (readonly [Uint8Array, Uint8Array, string])[] = [
  [
    hex("0b".repeat(20)),
    utf8("Hi There"),
    "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
  ],
  [
    utf8("Jefe"),
    utf8("what do ya want for nothing?"),
    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
  ],
  [
    hex("aa".repeat(20)),
    hex("dd".repeat(50)),
    "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
  ],
  [
    hex("0102030405060708090a0b0c0d0e0f10111213141516171819"),
    hex("cd".repeat(50)),
    "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
  ],
  [hex("0c".repeat(20)), utf8("Test With Truncation"), "a3b6167473100ee06e0c796c2955552b"],
  [
    hex("aa".repeat(131)),
    utf8("Test Using Larger Than Block-Size Key - Hash Key First"),
    "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
  ],
  [
    hex("aa".repeat(131)),
    utf8(
      "This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed before being used by the HMAC algorithm.",
    ),
    "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
  ],
];

for (const [name, platform] of [
  ["Node", node],
  ["web", web],
] as const)
  describe(`the platform of ${name}`, () => {
    it("computes RFC 4231's vectors", () => {
      for (const [key, data, mac] of RFC4231)
        assert.equal(toHex(platform.hmacSha256(key, data)).slice(0, mac.length), mac);
    });

    it("agrees with createHmac for any key and message", () => {
      const data = fc.oneof(
        fc.string({ unit: "binary", maxLength: 9000 }),
        fc.uint8Array({ maxLength: 9000 }),
      );
      const key = fc.oneof(
        fc.string({ maxLength: 200 }),
        fc.uint8Array({ maxLength: 200 }),
        fc.string({ unit: "binary", maxLength: 90 }),
      );
      fc.assert(
        fc.property(key, data, (k, message) => {
          const expected = createHmac("sha256", k).update(message);
          const mac = platform.hmacSha256(k, message);
          assert.equal(
            platform.hmacSha256Base64url(k, message),
            Buffer.from(mac).toString("base64url"),
          );
          assert.equal(toHex(mac), expected.digest("hex"));
        }),
        { numRuns: RUNS },
      );
    });

    it("compares bytes by content and length", () => {
      assert.ok(platform.equalBytes(hex("0102"), hex("0102")));
      assert.ok(!platform.equalBytes(hex("0102"), hex("0103")));
      assert.ok(!platform.equalBytes(hex("0102"), hex("010203")));
    });

    it("writes base64url as RFC 4648 has it", () => {
      const bytes = hex("14fb9c03d97e");
      assert.equal(platform.encodeBase64url(bytes), "FPucA9l-");
      fc.assert(
        fc.property(
          fc.oneof(fc.string({ unit: "binary" }), fc.uint8Array(), fc.string()),
          (data) => {
            const expected = Buffer.from(data).toString("base64url");
            assert.equal(platform.encodeBase64url(data), expected);
            const read = platform.decodeBase64url(expected);
            assert.ok(read);
            assert.deepEqual(Buffer.from(read), Buffer.from(data));
          },
        ),
        { numRuns: RUNS },
      );
    });

    it("reads only canonical base64url", () => {
      for (const bad of [
        "A",
        "AB",
        "AAB",
        "AA==",
        "AA=",
        "A A",
        "AA\n",
        "AAA+",
        "AAA/",
        "AA.A",
        "AAAé",
        "AAAŁ",
        "ŁAAA",
        "AAAAA",
        "=",
        "\u0100AAA",
      ])
        assert.equal(platform.decodeBase64url(bad), undefined, JSON.stringify(bad));
      for (const [text, bytes] of [
        ["", ""],
        ["AA", "00"],
        ["_w", "ff"],
        ["-_-_", "fbffbf"],
        ["AAA", "0000"],
      ] as const)
        assert.equal(toHex(platform.decodeBase64url(text) as Uint8Array), bytes);
    });

    it("reads only canonical base64", () => {
      for (const bad of ["AA", "AA=", "AB==", "AA== ", "A-==", "====", "AAAA="])
        assert.equal(platform.decodeBase64(bad), undefined, JSON.stringify(bad));
      assert.equal(toHex(platform.decodeBase64("/+8=") as Uint8Array), "ffef");
    });

    it("refuses bytes that are no UTF-8", () => {
      assert.equal(platform.decodeUtf8(hex("c3a9")), "é");
      for (const bad of ["c3", "ff", "eda080", "c080"])
        assert.equal(platform.decodeUtf8(hex(bad)), undefined, bad);
    });
  });

describe("Node's quick reading of base64url", () => {
  const near = fc.string({
    unit: fc.constantFrom(...Array.from("ABYZabyz0189-_QgwEIU+/=. \n\u0141\u00e9")),
    maxLength: 24,
  });

  it("refuses and reads exactly what the plain decoder does", () => {
    fc.assert(
      fc.property(fc.oneof(near, fc.string({ unit: "binary" })), (text) => {
        const [a, b] = [node.decodeBase64url(text), plain.decodeBase64url(text)];
        assert.equal(a && toHex(a), b && toHex(b));
      }),
      { numRuns: RUNS * 10 },
    );
  });
});
