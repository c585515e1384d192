import assert from "node:assert/strict";
import { test } from "node:test";
import { HandstampError } from "@handstamp/protocol";
import { parse as parseYaml } from "yaml";
import { CHAT_SERVICE, NOW, PRODUCTS, SETTINGS } from "./fixture.test.ts";
import { type CaseContext, compilePolicy, readCases, runCases } from "./index.ts";

const policy = compilePolicy(
  parseYaml(`
- name: tutors run their lessons
  when: 'caller.claims.role == "tutor" && now.getHours("Europe/Berlin") < 20'
  allow: [{ product: twilio.video, room: "lesson-*" }]
  ttl: 1h
  max_ttl: 4h
- name: everyone chats
  allow: [{ product: twilio.chat }]
`),
  PRODUCTS,
);
const context: CaseContext = {
  products: PRODUCTS,
  settings: { twilio: SETTINGS },
  defaultTtl: { twilio: 3600, agora: 3600 },
  now: NOW,
};
const run = (yaml: string) => runCases(policy, readCases(parseYaml(yaml), PRODUCTS), context);

const CALLER = "caller: { identity: ada, claims: { role: tutor } }";

test("cases that hold pass", () => {
  const results = run(`
- name: a tutor opens a lesson
  ${CALLER}
  request: { provider: twilio, ttl: 86400, grants: { video: { room: lesson-12 }, chat: {} } }
  expect: allow
  rule: tutors run their lessons
  ttl: 14400
  grants: { chat: { service_sid: ${CHAT_SERVICE} }, video: { room: lesson-12 } }
- name: not at night
  ${CALLER}
  now: 2026-05-04T19:30:00Z
  request: { provider: twilio, grants: { video: { room: lesson-12 } } }
  expect: deny
  code: forbidden
- name: the room must be named
  ${CALLER}
  request: { provider: twilio, grants: { video: {} } }
  expect: deny
  code: invalid_request
- name: nobody speaks for another
  ${CALLER}
  request: { provider: twilio, identity: bob, grants: { chat: {} } }
  expect: deny
- name: but a back end may
  caller: { kind: api_token, scopes: [mint, "mint:others"] }
  request: { provider: twilio, identity: bob, grants: { chat: {} } }
  expect: allow
`);
  assert.deepEqual(
    results.filter(({ passed }) => !passed),
    [],
  );
  assert.equal(results.length, 5);
});

test("a case that does not hold says what came instead", () => {
  const differences = run(`
- name: a
  caller: { identity: bob, claims: { role: pupil } }
  request: { provider: twilio, grants: { video: { room: lesson-12 } } }
  expect: allow
- name: b
  ${CALLER}
  request: { provider: twilio, grants: { chat: {} } }
  expect: deny
- name: c
  ${CALLER}
  request: { provider: twilio, grants: { chat: {} } }
  expect: allow
  rule: tutors run their lessons
  ttl: 60
  grants: { chat: {} }
- name: d
  ${CALLER}
  request: { provider: twilio, grants: { video: {} } }
  expect: deny
  code: forbidden
`).map((result) => result.differences);
  assert.deepEqual(differences, [
    [
      'refused (forbidden): twilio.video: rule "tutors run their lessons" came closest: its condition is false',
    ],
    ['allowed by "everyone chats"'],
    [
      'rule: expected "tutors run their lessons", allowed by "everyone chats"',
      "ttl: expected 60, got 3600",
      `grants: expected {"chat":{}}, got {"chat":{"service_sid":"${CHAT_SERVICE}"}}`,
    ],
    ['code: expected "forbidden", got "invalid_request"'],
  ]);
});

test("a mistake in the file is named with its place", () => {
  const wrong: readonly [string, string][] = [
    ["[{ name: a }]", "/0/caller"],
    [`[{ name: a, ${CALLER}, request: { provider: twilio }, expect: allow, rul: x }]`, "/0/rul"],
    [
      `[{ name: a, ${CALLER}, request: { provider: twillio }, expect: allow }]`,
      "/0/request/provider",
    ],
    [
      `[{ name: a, ${CALLER}, request: { provider: twilio, grants: { vidio: {} } }, expect: allow }]`,
      "/0/request/grants/vidio",
    ],
    [
      `[{ name: a, ${CALLER}, request: { provider: twilio, grants: { video: { rom: x } } }, expect: allow }]`,
      "/0/request/grants/video/rom",
    ],
    [`[{ name: a, ${CALLER}, request: { provider: twilio }, expect: deny, ttl: 5 }]`, "/0/ttl"],
    [
      `[{ name: a, ${CALLER}, request: { provider: twilio }, expect: allow, code: forbidden }]`,
      "/0/code",
    ],
    [`[{ name: a, ${CALLER}, request: { provider: twilio }, expect: allow, now: noon }]`, "/0/now"],
    ["{}", ""],
  ];
  for (const [yaml, pointer] of wrong)
    assert.throws(
      () => run(yaml),
      (error) =>
        error instanceof HandstampError &&
        error.code === "config_invalid" &&
        error.fields.some((field) => field.pointer === pointer),
      yaml,
    );
});
