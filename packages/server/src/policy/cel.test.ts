import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { JsonObject } from "@handstamp/protocol";
import { compileExpression, EXPRESSION_LIMITS, type Expression } from "./cel.ts";
import { callerWith, NOW } from "./fixture.test.ts";
import { CallerView, CLAIM_LIMITS, RequestView } from "./scope.ts";

function compiled(source: string): Expression {
  const expression = compileExpression(source, "condition");
  if (typeof expression === "string") throw new Error(expression);
  return expression;
}

function run(source: string, claims: JsonObject = {}, identity: string | null = "alice"): unknown {
  const request = new RequestView(
    { provider: "twilio", ttl: 3600, ip: "203.0.113.7" },
    "twilio.video",
    { room: "lesson-12" },
  );
  const caller = new CallerView(callerWith(claims, { identity }));
  try {
    return compiled(source).run({ caller, request, now: new Date(NOW * 1000) });
  } catch {
    return "failed";
  }
}

describe("expressions", () => {
  const claims: JsonObject = {
    role: "tutor",
    level: 3,
    score: 2.5,
    groups: ["a", "b"],
    org: { id: 7 },
    none: null,
    constructor: "c",
    ["__proto__"]: "p",
  };
  const values: readonly [string, unknown][] = [
    ['caller.claims.role == "tutor"', true],
    ['caller.claims["role"] in ["pupil", "tutor"]', true],
    ["caller.claims.level == 3 && caller.claims.level >= 2.5", true],
    ["caller.claims.score > 2", true],
    ['"a" in caller.claims.groups', true],
    ['caller.claims.groups.exists(g, g.startsWith("b"))', true],
    ["caller.claims.groups.filter(g, g != 'a').size() == 1", true],
    ["caller.claims.org.id == 7", true],
    ["caller.claims.none == null", true],
    ["has(caller.claims.role) && !has(caller.claims.nope)", true],
    ['caller.claims.constructor == "c"', true],
    ['"toString" in caller.claims', false],
    ["caller.claims.nope == 1", "failed"],
    ["caller.claims.role.id == 1", "failed"],
    ['"mint" in caller.scopes', true],
    ['caller.kind == "jwt" && caller.identity == "alice"', true],
    [
      'request.provider == "twilio" && request.product == "twilio.video" && request.ttl <= 3600',
      true,
    ],
    ['request.grant.room.endsWith("-12") && request.ip == "203.0.113.7"', true],
    ['now > timestamp("2026-01-01T00:00:00Z") && now.getHours("Europe/Berlin") == 11', true],
    ['now - timestamp("2026-05-04T09:00:00Z") == duration("30m")', true],
  ];
  for (const [source, expected] of values)
    test(`${source} is ${String(expected)}`, () => assert.equal(run(source, claims), expected));

  test("a caller who is nobody has no identity to compare with", () => {
    assert.equal(run('caller.identity == ""', {}, null), "failed");
    assert.equal(run("has(caller.identity)", {}, null), false);
  });
});

describe("what is refused when a policy is loaded", () => {
  const refused: readonly [string, RegExp][] = [
    ["callr.kind == 'jwt'", /character 1: Unknown variable: callr; did you mean "caller"/],
    ["caller.idntity == 'a'", /No such key: idntity; did you mean "identity"/],
    ["request.room == 'a'", /No such key: room; caller has kind/],
    ["caller.kind == 1", /no such overload: string == int/],
    ["caller.kind", /must be true or false, not string/],
    ["caller.claims.role =", /Unexpected character/],
    [
      "caller.claims.role.startWith('t')",
      /\.startWith\(\) is not known; did you mean "startsWith"/,
    ],
    ["sise(caller.claims) > 1", /sise\(\) is not known; did you mean "size"/],
    ["caller.claims.role.matches('(a+)+$')", /matches\(\) is not offered/],
    ["'a'.matches(caller.claims.role)", /matches\(\) is not offered/],
    ["true || [1].exists(x, 'a'.matches('a'))", /matches\(\) is not offered/],
    ["duration(caller.claims.d) > duration('1s')", /duration\(\) needs a literal text/],
    ["now.getHours('Mars/Olympus') > 1", /does not know this time zone/],
    ["now.getHours(caller.claims.tz) > 1", /needs its time zone as a literal/],
    [
      "caller.claims.a.exists(x, caller.claims.b.exists(y, x == y))",
      /may not stand inside another/,
    ],
    ["caller.claims.a.exists(x, x in caller.claims.b)", /in needs a literal list/],
    ["caller.claims.a.exists(x, x.contains(caller.claims.b))", /contains\(\) needs a literal text/],
    ["cel.bind(x, 1, x == 1)", /\.bind\(\) is not known/],
    ["b'abc'.json() == {}", /\.json\(\) is not known/],
    ["'a'.split('').size() > 1", /\.split\(\) is not known/],
    ["'a' == " + "'a'".repeat(EXPRESSION_LIMITS.length), /at most 2000 characters/],
    [`${"(".repeat(60)}true${")".repeat(60)}`, /maxDepth/],
    [`${"!".repeat(600)}true`, /maxAstNodes/],
    [`true${" && true".repeat(200)}`, /maxAstNodes/],
  ];
  for (const [source, message] of refused)
    test(source.slice(0, 70), () => {
      const result = compileExpression(source, "condition");
      assert.ok(typeof result === "string");
      assert.match(result, message);
    });
});

describe("claims that are too large", () => {
  const long = "x".repeat(CLAIM_LIMITS.text + 1);
  const list = Array.from({ length: CLAIM_LIMITS.entries + 1 }, (_, i) => i);
  const negated: readonly [string, JsonObject][] = [
    ["caller.claims.big != 'a'", { big: long }],
    ["caller.claims.big != caller.claims.other", { big: long, other: long }],
    ["!('banned' in caller.claims.big)", { big: list }],
    ["!has(caller.claims.big.banned)", { big: Object.fromEntries(list.map((i) => [`k${i}`, 1])) }],
    ["!caller.claims.big.exists(x, x == 'banned')", { big: list }],
    ["[caller.claims.big] != ['a']", { big: long }],
  ];
  for (const [source, claims] of negated)
    test(`${source} does not hold for them`, () => {
      assert.equal(run(source, claims), "failed");
    });

  test("filling the space before a claim does not hide it", () => {
    const fill = Object.fromEntries(
      Array.from({ length: 10 }, (_, i) => [`a${i}`, Array.from({ length: 500 }, () => 1)]),
    );
    assert.equal(run("!('banned' in caller.claims.flags)", { flags: ["banned"] }), false);
    assert.equal(
      run("!('banned' in caller.claims.flags)", { ...fill, flags: ["banned"] }),
      "failed",
    );
    assert.equal(run("!has(caller.claims.banned)", { ...fill, banned: true }), "failed");
    const eight = Object.fromEntries(Object.entries(fill).slice(0, 8));
    const flags = [...Array.from({ length: 100 }, () => "x"), "banned"];
    assert.equal(run("!('banned' in caller.claims.flags)", { ...eight, flags }), "failed");
  });

  test("deep nesting is refused, not followed", () => {
    let deep: JsonObject = { end: true };
    for (let i = 0; i < 5000; i++) deep = { deep };
    assert.equal(run("caller.claims.deep.deep.end == true", deep), "failed");
    assert.equal(run(`caller.claims${".deep".repeat(17)}.x == 1`, deep), "failed");
  });

  test("the costliest expression over the largest claims takes no time worth naming", () => {
    const words = Array.from({ length: CLAIM_LIMITS.entries }, (_, i) => "ab".repeat(60) + i);
    const source =
      "caller.claims.a.all(x, !x.contains('abababababababababb') && size(x) > 1 && x != 'c')";
    assert.equal(run(source, { a: words }), true);
    const start = performance.now();
    run(source, { a: words });
    // Measured at 1 ms; a quadratic or backtracking one takes seconds.
    assert.ok(performance.now() - start < 2_000);
  });
});
