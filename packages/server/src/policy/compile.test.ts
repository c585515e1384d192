import assert from "node:assert/strict";
import { describe as group, test } from "node:test";
import { HandstampError, type Json } from "@handstamp/protocol";
import { PRODUCTS } from "./fixture.test.ts";
import { compilePolicy, describe } from "./index.ts";

/** What is wrong with a policy: pointer and message, line by line. */
function findings(value: unknown): string[] {
  try {
    compilePolicy(value, PRODUCTS);
    return [];
  } catch (error) {
    assert.ok(error instanceof HandstampError);
    assert.equal(error.code, "config_invalid");
    return error.fields.map(({ pointer, message }) => `${pointer} ${message}`);
  }
}

const rule = (more: object) => [{ name: "r", allow: [{ product: "twilio.chat" }], ...more }];
const entry = (line: unknown) => [{ name: "r", allow: [line] }];

group("a mistake in a policy is named with its place and its mend", () => {
  const cases: readonly [string, unknown, RegExp][] = [
    ["not a list", { name: "r" }, /^\/policy must be a list of rules/],
    ["nothing at all", undefined, /^\/policy must be a list of rules/],
    ["a rule that is a text", ["chat"], /^\/policy\/0 must be an object/],
    ["an unknown field", rule({ wen: "true" }), /^\/policy\/0\/wen .*did you mean "when"/],
    ["a deny rule", rule({ deny: [] }), /^\/policy\/0\/deny is not known here/],
    ["no name", [{ allow: [{ product: "twilio.chat" }] }], /^\/policy\/0\/name must be a name/],
    [
      "a name twice",
      [...rule({}), ...rule({})],
      /^\/policy\/1\/name is already the name of \/policy\/0/,
    ],
    ["no products", rule({ allow: [] }), /^\/policy\/0\/allow must be a list of products/],
    [
      "a condition that is not a text",
      rule({ when: true }),
      /^\/policy\/0\/when must be a CEL expression/,
    ],
    [
      "a condition with a misspelt variable",
      rule({ when: "caller.claim.x" }),
      /did you mean "claims"/,
    ],
    ["a duration without a unit", rule({ ttl: "60" }), /^\/policy\/0\/ttl must be a duration/],
    ["a fraction of a second", rule({ max_ttl: 0.5 }), /^\/policy\/0\/max_ttl must be a duration/],
    ["more than a day", rule({ max_ttl: "25h" }), /^\/policy\/0\/max_ttl must be at most 24h/],
    [
      "a default above the most",
      rule({ ttl: "2h", max_ttl: "1h" }),
      /^\/policy\/0\/ttl must not be more than max_ttl/,
    ],
    [
      "a default above the product's own",
      [{ name: "r", ttl: 86_400, allow: [{ product: "twilio.voice" }] }],
      /takes at most 86399 seconds/,
    ],
    ["no product", entry({}), /^\/policy\/0\/allow\/0\/product is missing/],
    ["an unknown product", entry({ product: "twilio.vidio" }), /did you mean "twilio.video"/],
    [
      "a product's unknown field",
      entry({ product: "twilio.video", rom: "x" }),
      /^\/policy\/0\/allow\/0\/rom .*did you mean "room"/,
    ],
    [
      "another product's field",
      entry({ product: "twilio.video", channel: "x" }),
      /^\/policy\/0\/allow\/0\/channel is not known here/,
    ],
    [
      "a flag that is a text",
      entry({ product: "twilio.video", any_room: "yes" }),
      /any_room must be true or false/,
    ],
    [
      "a flag against a pattern",
      entry({ product: "twilio.video", any_room: true, room: "a-*" }),
      /any_room allows every room/,
    ],
    ["an empty pattern", entry({ product: "twilio.video", room: "" }), /room must not be empty/],
    ["a null", entry({ product: "twilio.video", room: null }), /room must be a text/],
    ["an empty list", entry({ product: "twilio.video", room: [] }), /room must not be empty/],
    ["a nested list", entry({ product: "twilio.video", room: [["a"]] }), /room\/0 must be a text/],
    [
      "an expression without an end",
      entry({ product: "twilio.video", room: "a-${caller.id" }),
      /has a \$\{ without its \}/,
    ],
    [
      "an expression of another type",
      entry({ product: "twilio.video", room: "a-${caller.scopes}" }),
      /must give a text or a whole number, not list<string>/,
    ],
    [
      "an expression with matches",
      entry({ product: "twilio.video", room: "${'a'.matches('b') ? 'x' : 'y'}" }),
      /matches\(\) is not offered/,
    ],
    [
      "a SID that cannot be one",
      entry({ product: "twilio.chat", service_sid: "IS12" }),
      /service_sid must be .*IS and 32 hex digits/,
    ],
    [
      "an unknown role",
      entry({ product: "agora.rtc", channel: "c", role: "host" }),
      /role must be one of publisher, subscriber/,
    ],
    [
      "an unknown privilege",
      entry({ product: "agora.rtc", channel: "c", privileges: ["joyn"] }),
      /privileges\/0 must be one of join/,
    ],
    [
      "a prototype's name as a field",
      entry(JSON.parse('{"product":"twilio.chat","__proto__":{"service_sid":"x"}}')),
      /__proto__ is not known here/,
    ],
    ["a prototype's name as a product", entry({ product: "constructor" }), /is not a product/],
    ["a pointer that needs escaping", rule({ "a/b~c": 1 }), /^\/policy\/0\/a~1b~0c /],
  ];
  for (const [title, value, expected] of cases)
    test(title, () => {
      const found = findings(value);
      assert.ok(
        found.some((line) => expected.test(line)),
        found.join("\n") || "nothing was found",
      );
    });

  test("all of them at once", () => {
    assert.equal(
      findings([
        {
          nam: "x",
          when: "caler.x",
          ttl: "1x",
          allow: [{ product: "x" }, { product: "twilio.video", rom: 1 }],
        },
      ]).length,
      6,
    );
  });
});

test("a policy describes itself in the form that compiles to the same", () => {
  const source: Json = [
    {
      name: "tutors",
      when: 'caller.claims.role == "tutor"',
      allow: [
        { product: "twilio.video", room: ["hall", "lesson-${caller.claims.course}-*"] },
        { product: "agora.rtc", any_channel: true, role: "publisher", privileges: ["join"] },
        { product: "twilio.voice", incoming: true, params: "any" },
      ],
      ttl: 3600,
      max_ttl: 14_400,
    },
    { name: "chat", allow: [{ product: "agora.chat", admin: true }] },
  ];
  const described = describe(compilePolicy(source, PRODUCTS));
  assert.deepEqual(described, source);
  assert.deepEqual(describe(compilePolicy(described, PRODUCTS)), source);
});

test("durations are described in seconds", () => {
  const [described] = describe(compilePolicy(rule({ ttl: "1h30m", max_ttl: "2h" }), PRODUCTS));
  assert.deepEqual([described?.ttl, described?.max_ttl], [5400, 7200]);
});
