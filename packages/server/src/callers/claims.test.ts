import assert from "node:assert/strict";
import { test } from "node:test";
import { isHandstampError } from "@handstamp/protocol";
import * as fc from "fast-check";
import { areApart, identityFrom, parseClaimPath, parseIdentityTemplate } from "./claims.ts";
import { SECRET } from "./kit.test.ts";
import { type ParseOptions, parseCallers } from "./parse-callers.ts";

const RUNS = process.env["HANDSTAMP_LONG"] ? 100_000 : 300;
const JWT = {
  issuer: "https://login.example.com",
  audience: "calls",
  identity: "sub",
  secret: SECRET,
};
const SESSION = { url: "http://127.0.0.1:3000/session", forward: ["cookie"], identity: "user.id" };

function problems(callers: unknown, options?: ParseOptions): Record<string, string> {
  try {
    parseCallers(callers, "/callers", options);
  } catch (error) {
    assert.ok(isHandstampError(error));
    return Object.fromEntries(error.fields.map(({ pointer, message }) => [pointer, message]));
  }
  return {};
}

const OTHER = { ...JWT, issuer: "https://b.example" };
test("several sources: identities that could meet are refused, with what to do", () => {
  for (const [a, b] of [
    ["sub", "sub"],
    ["a:${sub}", "sub"],
    ["a:${sub}", "a:${email}"],
    ["a:${sub}", "A:${sub}"],
    ["a:${sub}", "a:b:${sub}"],
    ["${sub}", "${email}"],
  ]) {
    const found = problems([{ jwt: { ...JWT, identity: a } }, { jwt: { ...OTHER, identity: b } }]);
    assert.match(
      found["/callers/1/jwt/identity"] ?? "",
      /known by \/callers\/0\/jwt.*shared_identities: true/,
    );
  }
  assert.match(
    problems([{ jwt: JWT }, { session: SESSION }])["/callers/1/session/identity"] ?? "",
    /shared_identities/,
  );
});

test("several sources: kept apart, shared on purpose, or of one issuer, they are fine", () => {
  const ofA = { ...JWT, identity: "a:${sub}" };
  assert.deepEqual(problems([{ jwt: ofA }, { jwt: { ...OTHER, identity: "b:${sub}" } }]), {});
  assert.deepEqual(
    problems([
      { jwt: { ...JWT, identity: "${sub}@a" } },
      { jwt: { ...OTHER, identity: "${sub}@b" } },
    ]),
    {},
  );
  assert.deepEqual(problems([{ jwt: JWT }, { jwt: OTHER }], { sharedIdentities: true }), {});
  assert.deepEqual(problems([{ jwt: JWT }, { jwt: { ...JWT, audience: "web" } }]), {});
  assert.deepEqual(problems([{ jwt: JWT }, { api_token: {} }]), {});
});

test("several sources: no claim makes templates that are apart meet", () => {
  const literal = fc.string({ unit: "binary-ascii", maxLength: 6 });
  const claim = fc.string({ unit: "grapheme", minLength: 1, maxLength: 8 });
  const templates = fc.tuple(literal, literal, literal, literal);
  let compared = 0;
  fc.assert(
    fc.property(templates, claim, claim, ([p, q, r, t], x, y) => {
      const a = parseIdentityTemplate(`${p}\${sub}${q}`);
      const b = parseIdentityTemplate(`${r}\${sub}${t}`);
      if ("error" in a || "error" in b || !areApart(a, b)) return true;
      const identities = [x, y].map((sub, i) => {
        try {
          return identityFrom({ sub }, i === 0 ? a : b);
        } catch {
          return undefined;
        }
      });
      if (identities[0] === undefined || identities[1] === undefined) return true;
      compared++;
      return identities[0] !== identities[1];
    }),
    { numRuns: RUNS * 5 },
  );
  assert.ok(compared > 0);
});

test("claims: paths are paths, and a name with a slash is one name", () => {
  assert.deepEqual(parseClaimPath("user.id"), ["user", "id"]);
  assert.deepEqual(parseClaimPath("cognito:username"), ["cognito:username"]);
  assert.deepEqual(parseClaimPath("https://example.com/role"), ["https://example.com/role"]);
  for (const text of ["", ".", "a.", ".a", "a..b", "a b", "env:NAME", "a/ b", "a.".repeat(9)])
    assert.equal(parseClaimPath(text), undefined, text);
});

test("claims: only own members are walked", () => {
  for (const path of ["constructor.name", "__proto__.x", "toString.name", "sub.length"]) {
    const template = parseIdentityTemplate(path);
    assert.ok(!("error" in template));
    assert.throws(() => identityFrom({ sub: "alice" }, template), { code: "unauthenticated" });
  }
});
