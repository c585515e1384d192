import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json, JsonObject } from "@handstamp/protocol";
import * as fc from "fast-check";
import { callerWith, PRODUCTS } from "./fixture.test.ts";
import { compilePolicy, type Decision, evaluate, type Policy } from "./index.ts";

const RUNS = process.env["HANDSTAMP_LONG"] ? 100_000 : 1_000;

const word: fc.Arbitrary<string> = fc.constantFrom(
  "a",
  "b",
  "ab",
  "*",
  "lesson",
  "",
  "__proto__",
  "${x}",
);
const pattern = fc
  .array(fc.constantFrom("a", "b", "-", "*", "${caller.claims.c}", "${caller.identity}"), {
    minLength: 1,
    maxLength: 4,
  })
  .map((pieces) => pieces.join(""));
const condition = fc.constantFrom(
  'caller.claims.c == "a"',
  'caller.claims.c in ["a", "b"] && has(caller.claims.d)',
  "caller.claims.d > 1",
  '"a" in caller.claims.d',
  'caller.claims.c != "b" || caller.claims.d.x == 1',
  "request.ttl < 4000",
  'request.product == "twilio.video"',
  "caller.claims.d.exists(x, x == caller.claims.c)",
);
const optional = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined });
const videoEntry = fc.oneof(
  fc.record({
    product: fc.constant("twilio.video"),
    room: optional(fc.oneof(pattern, fc.array(pattern, { minLength: 1, maxLength: 3 }))),
  }),
  fc.constant({ product: "twilio.video", any_room: true }),
);
const rtcEntry = fc.record(
  {
    product: fc.constant("agora.rtc"),
    channel: pattern,
    role: fc.constantFrom("publisher", "subscriber"),
    uid: fc.constantFrom("7", "*", "${caller.claims.d}"),
    any_uid: fc.constant(true),
  },
  { requiredKeys: ["product"] },
);
const entry = fc.oneof(
  videoEntry,
  rtcEntry.map(({ uid, any_uid, ...rest }) =>
    any_uid ? { ...rest, any_uid } : { ...rest, ...(uid ? { uid } : {}) },
  ),
);
const rule = fc.record({
  when: optional(condition),
  allow: fc.array(entry, { minLength: 1, maxLength: 3 }),
  ttl: optional(fc.integer({ min: 1, max: 3000 })),
  max_ttl: optional(fc.integer({ min: 3000, max: 9000 })),
});
const defined = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
const rules = fc
  .array(rule, { maxLength: 6 })
  .map((all) => defined(all.map((one, i) => ({ name: `r${i}`, ...one }))) as JsonObject[]);
const claims = fc.record(
  {
    c: fc.oneof(word, fc.jsonValue()),
    d: fc.oneof(fc.integer({ min: 0, max: 9 }), fc.array(word), fc.jsonValue()),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<JsonObject>;
const request = fc.oneof(
  fc.record({
    provider: fc.constant("twilio" as const),
    grants: fc.record(
      { video: fc.record({ room: word }, { requiredKeys: [] }) },
      { requiredKeys: [] },
    ),
    ttl: optional(fc.integer({ min: 1, max: 86_400 })),
  }),
  fc.record({
    provider: fc.constant("agora" as const),
    grants: fc.record({
      rtc: fc.record(
        {
          channel: word,
          uid: fc.integer({ min: 0, max: 9 }),
          role: fc.constantFrom("publisher", "subscriber"),
        },
        { requiredKeys: [] },
      ),
    }),
    ttl: optional(fc.integer({ min: 1, max: 86_400 })),
  }),
);
type Asked = typeof request extends fc.Arbitrary<infer T> ? T : never;

function decideBy(policy: Policy, given: JsonObject, asked: Asked): Decision {
  return evaluate(policy, {
    caller: callerWith(given),
    request: { ...asked, grants: asked.grants },
    settings: {},
    defaultTtl: 3600,
    now: 1_777_887_000,
  });
}

const property = (check: (all: JsonObject[], given: JsonObject, asked: Asked) => void) =>
  fc.assert(fc.property(rules, claims, request, check), { numRuns: RUNS });

test("adding a rule never turns allow into deny", () => {
  fc.assert(
    fc.property(rules, rule, fc.nat(6), claims, request, (all, extra, at, given, asked) => {
      const more = [
        ...all.slice(0, at),
        defined({ name: "extra", ...extra }) as JsonObject,
        ...all.slice(at),
      ];
      const before = decideBy(compilePolicy(all, PRODUCTS), given, asked);
      const after = decideBy(compilePolicy(more, PRODUCTS), given, asked);
      assert.ok(!before.allowed || after.allowed);
    }),
    { numRuns: RUNS },
  );
});

test("the index finds what looking at every rule finds", () => {
  property((all, given, asked) => {
    const policy = compilePolicy(all, PRODUCTS);
    const unindexed: Policy = {
      ...policy,
      products: new Map(
        [...policy.products].map(([name, lookup]) => [
          name,
          { ...lookup, find: () => lookup.entries },
        ]),
      ),
    };
    const [quick, plain] = [decideBy(policy, given, asked), decideBy(unindexed, given, asked)];
    assert.deepEqual(
      quick.allowed ? quick : [quick.code, quick.fields],
      plain.allowed ? plain : [plain.code, plain.fields],
    );
  });
});

test("what is allowed is what a single rule allows, and asking for the answer gives it again", () => {
  property((all, given, asked) => {
    const decision = decideBy(compilePolicy(all, PRODUCTS), given, asked);
    if (!decision.allowed) return;
    for (const [key, name] of Object.entries(decision.allowedBy)) {
      const alone = compilePolicy(
        all.filter((one) => one["name"] === name),
        PRODUCTS,
      );
      const grant: JsonObject = decision.grants[key] ?? {};
      const again = decideBy(alone, given, { ...asked, grants: { [key]: grant } } as Asked);
      assert.ok(again.allowed);
      assert.deepEqual(again.grants[key], grant);
    }
  });
});

test("what is named is never changed, and a refusal is whole", () => {
  property((all, given, asked) => {
    const decision = decideBy(compilePolicy(all, PRODUCTS), given, asked);
    if (!decision.allowed) return;
    for (const [key, grant] of Object.entries(asked.grants) as [string, JsonObject][])
      for (const [field, value] of Object.entries(grant))
        assert.deepEqual(decision.grants[key]?.[field], value);
    assert.ok(decision.ttl <= (asked.ttl ?? 3600));
  });
});

test("a glob's star in a claim widens nothing", () => {
  const policy = compilePolicy(
    [
      {
        name: "r",
        allow: [
          { product: "twilio.video", room: ["x-${caller.claims.c}", "${caller.claims.c}-y-*"] },
        ],
      },
    ],
    PRODUCTS,
  );
  const text = fc.string({
    unit: fc.constantFrom("*", "a", "-", "x", "y", "$", "{", "}"),
    minLength: 1,
    maxLength: 8,
  });
  fc.assert(
    fc.property(text, text, (c, room) => {
      const decision = decideBy(
        policy,
        { c },
        { provider: "twilio", grants: { video: { room } }, ttl: undefined },
      );
      assert.equal(decision.allowed, room === `x-${c}` || room.startsWith(`${c}-y-`));
    }),
    { numRuns: RUNS },
  );
});

test("no claims and no grants make it throw", () => {
  const hostile = fc.dictionary(
    fc.oneof(
      fc.string(),
      fc.constantFrom("__proto__", "constructor", "prototype", "toString", "c", "d", "role"),
    ),
    fc.jsonValue({ depthSize: "large" }) as fc.Arbitrary<Json>,
  );
  fc.assert(
    fc.property(rules, hostile, hostile, (all, given, grant) => {
      const policy = compilePolicy(all, PRODUCTS);
      for (const grants of [{ video: grant }, { [Object.keys(grant)[0] ?? "video"]: grant }, {}])
        assert.equal(
          typeof decideBy(policy, given, { provider: "twilio", grants, ttl: undefined }).allowed,
          "boolean",
        );
    }),
    { numRuns: RUNS },
  );
});

test("no policy makes the compiler fail in any way but its own", () => {
  const names = fc.constantFrom(
    "name",
    "when",
    "allow",
    "ttl",
    "product",
    "room",
    "__proto__",
    "twilio.video",
  );
  const any = fc.oneof(
    fc.jsonValue(),
    fc.array(
      fc.dictionary(
        names,
        fc.oneof(fc.jsonValue(), fc.array(fc.dictionary(names, fc.oneof(names, pattern)))),
      ),
    ),
  );
  fc.assert(
    fc.property(any, (value) => {
      try {
        compilePolicy(value, PRODUCTS);
      } catch (error) {
        assert.equal((error as { code?: string }).code, "config_invalid");
      }
    }),
    { numRuns: RUNS },
  );
});
