/** Published vectors for hashes, base64 and zlib, against every platform file that can be loaded. */
import { bytesOf, equal, hexOf, ok } from "./assert.js";

/** RFC 4231, section 4: key, data, HMAC-SHA-256. Case 5 is of a truncated output, which is unused here. */
const HMAC = [
  [
    "0b".repeat(20),
    text("Hi There"),
    "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
  ],
  [
    text("Jefe"),
    text("what do ya want for nothing?"),
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
    text("Test Using Larger Than Block-Size Key - Hash Key First"),
    "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
  ],
  [
    "aa".repeat(131),
    text(
      "This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed before being used by the HMAC algorithm.",
    ),
    "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
  ],
];

/** RFC 7515, appendix A.1. */
const JWS = {
  key: "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow",
  signed:
    "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ",
  signature: "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
};

/** RFC 4648, section 10. */
const BASE64 = { "": "", f: "Zg==", fo: "Zm8=", foo: "Zm9v", foob: "Zm9vYg==", fooba: "Zm9vYmE=" };
const NOT_BASE64URL = [
  "A",
  "AAAAA",
  "Zg==",
  "Zh",
  "Zm9=",
  "Z m8",
  "Zm8\n",
  "Z+8",
  "Z/8",
  "é",
  "Zm8é",
];

/** "hello" by zlib 1.3 at its default level. */
const HELLO = "789ccb48cdc9c90700062c0215";

/** Every case for every port: `{ node, web }`, or `{ web }` where Node's modules are not. */
export function portCases(ports) {
  const named = Object.entries(ports).flatMap(([port, lib]) =>
    Object.entries(CASES).map(([name, run]) => [`${port}: ${name}`, () => run(lib)]),
  );
  return Object.fromEntries(named);
}

const CASES = {
  "HMAC-SHA-256, RFC 4231": (lib) => {
    for (const [key, data, mac] of HMAC)
      equal(hexOf(lib.hmacSha256(bytesOf(key), bytesOf(data))), mac);
  },
  "HS256, RFC 7515 A.1": (lib) => {
    const key = lib.decodeBase64url(JWS.key);
    equal(lib.hmacSha256Base64url(key, JWS.signed), JWS.signature);
    equal(lib.encodeBase64url(lib.hmacSha256(key, JWS.signed)), JWS.signature);
  },
  "a text is taken as UTF-8": (lib) => {
    const key = "schlüssel";
    equal(
      hexOf(lib.hmacSha256(key, "🎓")),
      hexOf(lib.hmacSha256(bytesOf(text(key)), bytesOf("f09f8e93"))),
    );
  },
  "SHA-256, FIPS 180": (lib) =>
    equal(
      hexOf(lib.sha256("abc")),
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    ),
  "MD5, RFC 1321": (lib) => equal(lib.md5Hex("message digest"), "f96b697d7cb7938d525a2f31aaf161d0"),
  "base64, RFC 4648": (lib) => {
    for (const [plain, coded] of Object.entries(BASE64)) {
      equal(lib.encodeBase64(plain), coded);
      equal(lib.encodeBase64url(plain), coded.replaceAll("=", ""));
      equal(hexOf(lib.decodeBase64(coded)), text(plain));
      equal(hexOf(lib.decodeBase64url(coded.replaceAll("=", ""))), text(plain));
    }
  },
  "base64url has one spelling": (lib) => {
    for (const wrong of NOT_BASE64URL) equal(lib.decodeBase64url(wrong), undefined);
  },
  "equal bytes": (lib) => {
    equal(lib.equalBytes(bytesOf("0102"), bytesOf("0102")), true);
    equal(lib.equalBytes(bytesOf("0102"), bytesOf("0103")), false);
    equal(lib.equalBytes(bytesOf("0102"), bytesOf("01")), false);
  },
  "zlib: reads another encoder's stream": (lib) =>
    equal(hexOf(lib.inflate(bytesOf(HELLO), 5)), text("hello")),
  "zlib: there and back": (lib) => {
    for (const size of [0, 1, 7, 300, 60_000]) {
      const data = Uint8Array.from({ length: size }, (_, i) => (i * i) % 251);
      equal(hexOf(lib.inflate(lib.deflate(data), Math.max(size, 1))), hexOf(data));
    }
  },
  "zlib: refuses more than the limit": (lib) => throws(() => lib.inflate(bytesOf(HELLO), 4)),
  "zlib: refuses a wrong checksum": (lib) =>
    throws(() => lib.inflate(bytesOf(`${HELLO.slice(0, -2)}16`), 99)),
  "zlib: refuses every cut": (lib) => {
    for (let size = 0; size < HELLO.length; size += 2)
      throws(() => lib.inflate(bytesOf(HELLO.slice(0, size)), 99));
  },
  "zlib: refuses a raw deflate stream": (lib) =>
    throws(() => lib.inflate(bytesOf(HELLO.slice(4, -8)), 99)),
  "zlib: refuses a preset dictionary": (lib) =>
    throws(() => lib.inflate(bytesOf(`78bb00000001${HELLO.slice(4)}`), 99)),
};

function throws(run) {
  let value;
  try {
    value = run();
  } catch {
    return;
  }
  ok(false, `expected a refusal, got ${hexOf(value)}`);
}

function text(plain) {
  return hexOf(new TextEncoder().encode(plain));
}
