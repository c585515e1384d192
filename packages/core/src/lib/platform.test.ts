/** The two platforms must not differ in anything but speed; each is held against the other. */
import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { test } from "node:test";
import * as fc from "fast-check";
import * as node from "./platform.node.ts";
import * as web from "./platform.web.ts";

const RUNS = process.env.HANDSTAMP_LONG ? 100_000 : 300;
const LIMIT = 65_536;
const PLATFORMS = { node, web };

const data = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.string({ maxLength: 200 }),
  fc.string({ unit: "binary", maxLength: 100 }),
);
const plain = (bytes: Uint8Array | undefined) => bytes && [...bytes];
const often = { numRuns: RUNS };

test("both have the same functions", () => {
  assert.deepEqual(Object.keys(web).sort(), Object.keys(node).sort());
});

test("hashes agree, with each other and with Node's streaming ones", () => {
  fc.assert(
    fc.property(data, data, (key, message) => {
      const mac = createHmac("sha256", key).update(message);
      const digest = createHash("sha256").update(message).digest();
      const macBytes = mac.digest();
      for (const platform of Object.values(PLATFORMS)) {
        assert.deepEqual(plain(platform.hmacSha256(key, message)), plain(macBytes));
        assert.equal(platform.hmacSha256Base64url(key, message), macBytes.toString("base64url"));
        assert.deepEqual(plain(platform.sha256(message)), plain(digest));
        assert.equal(platform.sha256Base64url(message), digest.toString("base64url"));
      }
      assert.equal(web.md5Hex(message), node.md5Hex(message));
    }),
    often,
  );
});

test("keys and messages around the sizes where the path changes", () => {
  for (const keySize of [0, 1, 63, 64, 65, 200])
    for (const size of [0, 1, 63, 64, 8191, 8192, 8193, 30_000]) {
      const [key, message] = ["k".repeat(keySize), "é".repeat(size)];
      const expected = createHmac("sha256", key).update(message).digest("base64url");
      for (const platform of Object.values(PLATFORMS))
        assert.equal(platform.hmacSha256Base64url(key, message), expected, `${keySize} ${size}`);
    }
});

/** RFC 4231, test cases 1 to 4, 6 and 7. */
const RFC_4231 = [
  [
    "0b".repeat(20),
    Buffer.from("Hi There").toString("hex"),
    "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
  ],
  [
    Buffer.from("Jefe").toString("hex"),
    Buffer.from("what do ya want for nothing?").toString("hex"),
    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
  ],
  [
    "aa".repeat(20),
    "dd".repeat(50),
    "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
  ],
  [
    "0102030405060708090a0b0c0d0e0f10111213141516171819",
    "cd".repeat(50),
    "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
  ],
  [
    "aa".repeat(131),
    Buffer.from("Test Using Larger Than Block-Size Key - Hash Key First").toString("hex"),
    "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
  ],
  [
    "aa".repeat(131),
    Buffer.from(
      "This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed before being used by the HMAC algorithm.",
    ).toString("hex"),
    "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
  ],
] as const;

test("HMAC-SHA256 has the values of RFC 4231", () => {
  for (const [key, message, expected] of RFC_4231)
    for (const platform of Object.values(PLATFORMS)) {
      const mac = platform.hmacSha256(Buffer.from(key, "hex"), Buffer.from(message, "hex"));
      assert.equal(Buffer.from(mac).toString("hex"), expected);
    }
});

test("base64 is written alike and read back", () => {
  fc.assert(
    fc.property(data, (input) => {
      assert.equal(web.encodeBase64(input), node.encodeBase64(input));
      assert.equal(web.encodeBase64url(input), node.encodeBase64url(input));
      const bytes = plain(Buffer.from(input));
      for (const { encodeBase64, encodeBase64url, decodeBase64, decodeBase64url } of [node, web]) {
        assert.deepEqual(plain(decodeBase64(encodeBase64(input))), bytes);
        assert.deepEqual(plain(decodeBase64url(encodeBase64url(input))), bytes);
      }
    }),
    often,
  );
});

test("what is not canonical base64 is refused alike", () => {
  const character = fc.constantFrom(
    "A",
    "Q",
    "g",
    "w",
    "9",
    "+",
    "/",
    "-",
    "_",
    "=",
    " ",
    "\n",
    "é",
  );
  const nearly = fc.array(character, { maxLength: 12 }).map((all) => all.join(""));
  fc.assert(
    fc.property(nearly, (text) => {
      assert.deepEqual(plain(web.decodeBase64(text)), plain(node.decodeBase64(text)));
      assert.deepEqual(plain(web.decodeBase64url(text)), plain(node.decodeBase64url(text)));
      const bytes = node.decodeBase64(text);
      if (bytes) assert.equal(node.encodeBase64(bytes), text);
    }),
    { numRuns: RUNS * 10 },
  );
  for (const { decodeBase64, decodeBase64url } of [node, web]) {
    for (const text of ["QQ", "QQ=", "QR==", "QQ==\n", " QQ==", "Q-==", "QQ===", "="])
      assert.equal(decodeBase64(text), undefined, text);
    for (const text of ["QQ==", "QR", "Q", "Q+", "QQ ", "Q/"])
      assert.equal(decodeBase64url(text), undefined, text);
  }
});

test("bytes compare alike", () => {
  const pairs = fc.tuple(fc.uint8Array({ maxLength: 4 }), fc.uint8Array({ maxLength: 4 }));
  fc.assert(
    fc.property(pairs, ([a, b]) => {
      const same = Buffer.compare(a, b) === 0;
      for (const { equalBytes } of [node, web]) {
        assert.equal(equalBytes(a, b), same);
        assert.equal(equalBytes(a, Uint8Array.from(a)), true);
      }
    }),
    often,
  );
});

test("each reads what the other compressed", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
      for (const from of [node, web]) {
        const stream = from.deflate(bytes);
        assert.deepEqual([...stream.subarray(0, 2)], [0x78, 0x9c]);
        for (const to of [node, web])
          assert.deepEqual(plain(to.inflate(stream, LIMIT)), plain(bytes));
      }
    }),
    often,
  );
});

test("UTF-8 is read alike, and refused alike", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
      assert.equal(web.decodeUtf8(bytes), node.decodeUtf8(bytes));
    }),
    often,
  );
  const mark = Buffer.from("\ufefftext");
  assert.equal(node.decodeUtf8(mark), web.decodeUtf8(mark));
});
