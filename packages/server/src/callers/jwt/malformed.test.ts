import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { authenticatorOf, bearer, NOW } from "../kit.test.ts";
import { b64, GOOD, HS, handmade, hs256, ISSUER, refused, token, without } from "./kit.test.ts";

const RUNS = process.env["HANDSTAMP_LONG"] ? 100_000 : 300;

const good = token();
const [head = "", body = "", signature = ""] = good.split(".");
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
/** The same bytes for a lax decoder: the last character's unused bits are not zero. */
const strayBits = (part: string) =>
  part.slice(0, -1) + ALPHABET[ALPHABET.indexOf(part.at(-1) ?? "") + 1];

const REFUSED: Record<string, readonly [string, RegExp?]> = {
  "with another signature": [`${head}.${body}.${b64("x".repeat(32))}`, /signature/],
  "with a cut signature": [good.slice(0, -3), /signature/],
  "with an empty signature": [`${head}.${body}.`, /empty/],
  "with a changed payload": [
    `${head}.${b64({ ...GOOD, sub: "mallory" })}.${signature}`,
    /signature/,
  ],
  "with an empty header": [`.${body}.${signature}`, /empty/],
  "with an empty payload": [`${head}..${signature}`, /empty/],
  "with stray last bits in the signature": [`${head}.${body}.${strayBits(signature)}`, /canonical/],
  "over 8 KiB": [token({ pad: "x".repeat(9000) }), /longer/],
  "whose header is no JSON": [`${b64("{alg:HS256}")}.${body}.${signature}`, /no JSON/],
  "whose header is a list": [handmade([hs256], GOOD), /no plain JSON object/],
  "whose payload is a text": [handmade(hs256, '"alice"'), /no plain JSON object/],
  "whose payload is null": [handmade(hs256, "null"), /no plain JSON object/],
  "whose payload is not UTF-8": [
    handmade(hs256, GOOD).replace(body, Buffer.from([0x7b, 0xff, 0x7d]).toString("base64url")),
    /no JSON/,
  ],
  "with a byte order mark": [handmade(hs256, `\ufeff${JSON.stringify(GOOD)}`), /no JSON/],
  "that names sub twice": [
    handmade(hs256, JSON.stringify(GOOD).replace("{", '{"sub":"mallory",')),
    /twice/,
  ],
  "that names a deep claim twice": [
    handmade(hs256, `${JSON.stringify(GOOD).slice(0, -1)},"user":{"id":1,"id":2}}`),
    /twice/,
  ],
  "that names sub twice, once in escapes": [
    handmade(hs256, JSON.stringify(GOOD).replace("{", '{"s\\u0075b":"mallory",')),
    /twice/,
  ],
  "that names alg twice": [handmade('{"alg":"none","alg":"HS256"}', GOOD), /twice/],
  "with a __proto__ claim": [
    handmade(hs256, `${JSON.stringify(GOOD).slice(0, -1)},"__proto__":{"role":"admin"}}`),
    /no plain/,
  ],
  "nested two thousand deep": [
    handmade(hs256, `{"sub":"alice","a":${"[".repeat(2000)}${"]".repeat(2000)}}`),
    /no plain/,
  ],
  "with alg none and no signature": [`${b64({ alg: "none" })}.${body}.`, /empty/],
  "with alg none and a signature": [token({}, { alg: "none" }), /alg/],
  "with alg None": [token({}, { alg: "None" }), /alg/],
  "with alg hs256": [token({}, { alg: "hs256" }), /alg/],
  "with alg HS256 and a space": [token({}, { alg: "HS256 " }), /alg/],
  "with another HMAC": [token({}, { alg: "HS512" }), /alg/],
  "with an asymmetric alg": [token({}, { alg: "RS256" }), /alg/],
  "with a list as alg": [token({}, { alg: ["HS256"] }), /alg/],
  "without alg": [handmade({ typ: "JWT" }, GOOD), /alg/],
  "with alg constructor": [token({}, { alg: "constructor" }), /alg/],
  "with a key in the header": [token({}, { jwk: { kty: "oct", k: b64("attacker") } }), /jwk/],
  "with jku": [token({}, { jku: "https://attacker.example/jwks" }), /jku/],
  "with x5u": [token({}, { x5u: "https://attacker.example/cert" }), /x5u/],
  "with x5c": [token({}, { x5c: ["MII"] }), /x5c/],
  "with crit": [token({}, { crit: ["exp"], exp: NOW }), /crit/],
  "with an empty crit": [token({}, { crit: [] }), /crit/],
  "with b64 false": [token({}, { b64: false }), /b64/],
  "with b64 true": [token({}, { b64: true }), /b64/],
  compressed: [token({}, { zip: "DEF" }), /zip/],
  "of the type of a logout token": [token({}, { typ: "logout+jwt" }), /typ/],
  "of the type of a DPoP proof": [token({}, { typ: "dpop+jwt" }), /typ/],
  "with a number as typ": [token({}, { typ: 1 }), /typ/],
  "with a path as kid": [token({}, { kid: "../../../dev/null" }), /kid/],
  "with SQL as kid": [token({}, { kid: "x' UNION SELECT 'secret" }), /kid/],
  "with a command as kid": [token({}, { kid: "k|whoami" }), /kid/],
  "with a line break in kid": [token({}, { kid: "a\nb" }), /kid/],
  "with an empty kid": [token({}, { kid: "" }), /kid/],
  "with a long kid": [token({}, { kid: "k".repeat(129) }), /kid/],
  "with an object as kid": [token({}, { kid: { $ne: null } }), /kid/],
  "of another issuer": [token({ iss: "https://attacker.example" })],
  "of an issuer with a slash more": [token({ iss: `${ISSUER}/` })],
  "of an issuer in capitals": [token({ iss: ISSUER.toUpperCase() })],
  "of two issuers": [token({ iss: [ISSUER] })],
  "without iss": [without("iss")],
  "for another audience": [token({ aud: "billing" }), /audience/],
  "for an audience that begins alike": [token({ aud: "calls2" }), /audience/],
  "for other audiences": [token({ aud: ["billing", "mail"] }), /audience/],
  "for nobody": [token({ aud: [] }), /audience/],
  "for ours in a nested list": [token({ aud: [["calls"]] }), /audience/],
  "for ours beside a number": [token({ aud: ["calls", 1] }), /audience/],
  "for ours as a member": [token({ aud: { calls: true } }), /audience/],
  "without aud": [without("aud"), /audience/],
  "without exp": [without("exp"), /no exp/],
  "with exp null": [token({ exp: null }), /exp is no time/],
  "with exp as text": [token({ exp: String(NOW + 600) }), /exp is no time/],
  "with exp 1e400": [
    handmade(hs256, JSON.stringify(GOOD).replace(`"exp":${NOW + 600}`, '"exp":1e400')),
    /exp is no time/,
  ],
  "with exp in milliseconds": [token({ exp: (NOW + 600) * 1000 }), /exp is no time/],
  "with a negative exp": [token({ exp: -1 }), /exp is no time/],
  "that has expired": [token({ exp: NOW - 30 }), /expired/],
  "not valid yet": [token({ nbf: NOW + 31 }), /not valid yet/],
  "issued in the future": [token({ iat: NOW + 31 }), /not valid yet/],
  "issued in the far future": [token({ iat: NOW + 86_400 }), /not valid yet/],
  "with nbf as text": [token({ nbf: "0" }), /nbf is no time/],
  "with iat as a list": [token({ iat: [NOW] }), /iat is no time/],
  "without the identity's claim": [without("sub"), /claim sub/],
  "with an empty identity": [token({ sub: "" }), /claim sub/],
  "with an object as identity": [token({ sub: { id: 1 } }), /claim sub/],
  "with a fraction as identity": [token({ sub: 1.5 }), /claim sub/],
  "with a line break in the identity": [token({ sub: "a\r\nb" }), /control/],
  "with the guests' prefix": [token({ sub: "guest:alice" }), /guests' prefix/],
  "with the guests' prefix in disguise": [token({ sub: "GUЕST:alice" }), /guests' prefix/],
};
for (const [name, [text, why]] of Object.entries(REFUSED))
  test(`jwt: refuses one ${name}`, () => refused([{ jwt: HS }], text, why));

const UNREADABLE: Record<string, string> = {
  "a space in front": ` ${good}`,
  "a space behind": `${good} `,
  "a space inside": good.replace(".", ". "),
  "a line break inside": good.replace(".", ".\n"),
  padding: `${good}=`,
  "padding inside": good.replace(".", "=."),
  "standard base64": `${head}.${body}+/.${signature}`,
  "a percent escape": good.replace(".", "%2e"),
  "four parts": `${good}.x`,
  "five parts, a JWE": `${good}.x.y`,
  "two parts": `${head}.${body}`,
  nothing: "",
  "two tokens joined": `${good}, ${good}`,
  "stray last bits in the payload": `${head}.${strayBits(b64({ ...GOOD, p: 1 }))}.${signature}`,
};
for (const [name, text] of Object.entries(UNREADABLE))
  test(`jwt: refuses ${name}`, () => refused([{ jwt: HS }], text));

test("jwt: no text of three parts does worse than a refusal", async () => {
  const { authenticator } = authenticatorOf([{ jwt: HS }]);
  const part = fc.oneof(
    fc.base64String(),
    fc.json().map(b64),
    fc.constantFrom(head, body, signature, b64(hs256)),
    fc.string({ maxLength: 40 }),
  );
  await fc.assert(
    fc.asyncProperty(fc.tuple(part, part, part), async (parts) => {
      const text = parts.join(".");
      if (text === good) return true;
      const error = await authenticator.authenticate(bearer(text)).catch((e: unknown) => e);
      return (error as { code?: string }).code === "unauthenticated";
    }),
    { numRuns: RUNS },
  );
});

test("jwt: any single changed character is refused", async () => {
  const { authenticator } = authenticatorOf([{ jwt: HS }], { verifiedJwts: 0 });
  for (let i = 0; i < good.length; i++) {
    const other = good[i] === "A" ? "B" : "A";
    const text = good.slice(0, i) + other + good.slice(i + 1);
    await assert.rejects(authenticator.authenticate(bearer(text)), { code: "unauthenticated" });
  }
});
