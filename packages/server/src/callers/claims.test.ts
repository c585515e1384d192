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

test("several claims: no two people can have one identity, wherever the separator stands", () => {
  const text = fc.string({ unit: fc.constantFrom("a", ":", "-"), minLength: 1, maxLength: 5 });
  const separator = fc.constantFrom(":", "::", "-:-", "a");
  fc.assert(
    fc.property(separator, text, text, text, text, (between, t1, s1, t2, s2) => {
      fc.pre(t1 !== t2 || s1 !== s2);
      const template = parseIdentityTemplate(`\${tenant}${between}\${sub}`);
      assert.ok("parts" in template);
      const [one, two] = [
        { tenant: t1, sub: s1 },
        { tenant: t2, sub: s2 },
      ].map((claims) => identityOrNone(claims, template));
      assert.ok(one === undefined || one !== two, `${one} is two people`);
    }),
    { numRuns: RUNS },
  );
});

function identityOrNone(...given: Parameters<typeof identityFrom>): string | undefined {
  try {
    return identityFrom(...given);
  } catch (error) {
    assert.ok(isHandstampError(error) && error.code === "unauthenticated");
    return undefined;
  }
}

test("several claims: the usual ones pass, one that holds the separator is refused", () => {
  const template = parseIdentityTemplate("${tenant}:${sub}");
  assert.ok("parts" in template);
  assert.equal(identityFrom({ tenant: "a", sub: "b:c" }, template), "a:b:c");
  assert.throws(() => identityFrom({ tenant: "a:b", sub: "c" }, template), {
    code: "unauthenticated",
  });
});

test("several claims: without a text between them a template is refused", () => {
  assert.match(
    problems([{ jwt: { ...JWT, identity: "${tenant}${sub}" } }])["/callers/0/jwt/identity"] ?? "",
    /between two claims/,
  );
  assert.deepEqual(problems([{ jwt: { ...JWT, identity: "a-${tenant}:${sub}" } }]), {});
});
