/** Who a token is for, and what is refused before any policy is asked. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { HandstampError, type JsonObject } from "@handstamp/protocol";
import { judgedCaller } from "../callers/caller.ts";
import { backEnd, INFO, kit, person } from "./kit.test-suite.ts";
import type { IssueRequest } from "./types.ts";

const refusedAs = (code: string, pointer?: string) => (error: unknown) => {
  assert.ok(error instanceof HandstampError, String(error));
  assert.equal(error.code, code, error.message);
  if (pointer !== undefined) assert.equal(error.fields[0]?.pointer, pointer);
  return true;
};

test("a person gets a token for their own identity, named or not", async () => {
  await using made = await kit();
  for (const identity of [undefined, "alice"])
    assert.equal((await made.issue(person("alice"), { identity })).identity, "alice");
});

test("the same name in another Unicode form is the same person", async () => {
  await using made = await kit();
  const { identity } = await made.issue(person("Zoë"), { identity: "Zoe\u0308" });
  assert.equal(identity, "Zoë");
});

describe("another's name is refused, however it is written:", () => {
  for (const identity of ["bob", "Alice", "ALICE", "alicе", "guest:alice", "alice:1"])
    test(identity, async () => {
      await using made = await kit();
      await assert.rejects(
        made.issue(person("alice"), { identity }),
        refusedAs("forbidden", "/identity"),
      );
    });
  for (const identity of [
    "",
    " alice",
    "alice ",
    "al\u200bice",
    "alice\n",
    "\ud800",
    "a".repeat(257),
  ])
    test(`${JSON.stringify(identity)} is nobody's`, async () => {
      await using made = await kit();
      await assert.rejects(
        made.issue(person("alice"), { identity }),
        refusedAs("identity_invalid"),
      );
    });
});

describe("a back end", () => {
  test("names others with the scope mint:others, and must name one", async () => {
    await using made = await kit();
    const ci = await backEnd(made, "ci");
    assert.equal((await made.issue(ci, { identity: "bob" })).identity, "bob");
    await assert.rejects(made.issue(ci), refusedAs("invalid_request", "/identity"));
  });

  test("names nobody without it", async () => {
    await using made = await kit();
    const { id } = await backEnd(made, "ci");
    const bare = judgedCaller({
      kind: "api_token",
      project: "default",
      id,
      identity: null,
      claims: {},
      scopes: new Set(["mint"] as const),
    });
    await assert.rejects(made.issue(bare, { identity: "bob" }), refusedAs("forbidden"));
  });

  test("names only those that on_behalf lets it", async () => {
    await using made = await kit();
    const school = await backEnd(made, "school", { onBehalf: ["learner-*"] });
    assert.equal((await made.issue(school, { identity: "learner-1" })).identity, "learner-1");
    for (const identity of ["teacher-1", "Learner-1", "xlearner-1"])
      await assert.rejects(made.issue(school, { identity }), refusedAs("forbidden"));
  });

  test("mints only the products that it is limited to", async () => {
    await using made = await kit();
    const chat = await backEnd(made, "chat", { products: ["twilio.chat"] });
    await made.issue(chat, { identity: "bob" });
    const video = { video: { room: "lesson-1" } };
    await assert.rejects(
      made.issue(chat, { identity: "bob", grants: video }),
      refusedAs("forbidden"),
    );
  });
});

describe("what no policy could allow is refused by its form:", () => {
  const cases: Record<string, readonly [Partial<IssueRequest>, code: string, pointer: string]> = {
    "an unknown product": [{ grants: { vidoe: {} } }, "invalid_request", "/grants/vidoe"],
    "a product called __proto__": [
      { grants: JSON.parse('{"__proto__":{}}') as Record<string, JsonObject> },
      "invalid_request",
      "/grants/__proto__",
    ],
    "a product called constructor": [
      { grants: { constructor: {} } },
      "invalid_request",
      "/grants/constructor",
    ],
    "another provider's product": [
      { provider: "agora", grants: { video: {} } },
      "invalid_request",
      "/grants/video",
    ],
    "an unknown field": [
      { grants: { video: { room: "lesson-1", rooms: "*" } } },
      "invalid_request",
      "/grants/video/rooms",
    ],
    "a list for a text": [
      { grants: { video: { room: ["lesson-1"] } } },
      "invalid_request",
      "/grants/video/room",
    ],
    "an object for a text": [
      { grants: { chat: { service_sid: { toString: 1 } } } },
      "invalid_request",
      "/grants/chat/service_sid",
    ],
    "a list for a grant": [
      { grants: JSON.parse(`{"chat":[]}`) as IssueRequest["grants"] },
      "invalid_request",
      "/grants/chat",
    ],
    "a ttl of 0": [{ ttl: 0 }, "ttl_invalid", "/ttl"],
    "a negative ttl": [{ ttl: -1 }, "ttl_invalid", "/ttl"],
    "half a second": [{ ttl: 0.5 }, "ttl_invalid", "/ttl"],
    "no number": [{ ttl: Number.NaN }, "ttl_invalid", "/ttl"],
    "for ever": [{ ttl: Number.POSITIVE_INFINITY }, "ttl_invalid", "/ttl"],
    "more than the provider's day": [{ ttl: 86_401 }, "ttl_invalid", "/ttl"],
    milliseconds: [{ ttl: 3_600_000 }, "ttl_invalid", "/ttl"],
    "Voice's last second": [
      { ttl: 86_400, grants: { voice: { incoming: true } } },
      "ttl_invalid",
      "/ttl",
    ],
  };
  for (const [name, [request, code, pointer]] of Object.entries(cases))
    test(name, async () => {
      await using made = await kit();
      await assert.rejects(made.issue(person("alice"), request), refusedAs(code, pointer));
    });
});

test("a project that is not served has no tokens", async () => {
  await using made = await kit({ projects: new Map() });
  await assert.rejects(made.issue(person("alice")), refusedAs("forbidden"));
});

describe("the limit counts", () => {
  const counted = async () => {
    const buckets: string[] = [];
    const made = await kit({ limits: async (_project, identity) => void buckets.push(identity) });
    return { made, buckets };
  };

  test("a person's refusals too, under their own name", async () => {
    const { made, buckets } = await counted();
    await using _ = made;
    for (const request of [{ identity: "bob" }, { identity: "\n" }, { grants: { nothing: {} } }])
      await assert.rejects(made.issue(person("alice"), request));
    assert.deepEqual(buckets, ["alice", "alice", "alice"]);
  });

  test("a back end under the name that it gives", async () => {
    const { made, buckets } = await counted();
    await using _ = made;
    await made.issue(await backEnd(made, "ci"), { identity: "bob" });
    assert.deepEqual(buckets, ["bob"]);
  });
});

test("the client's address reaches the policy", async () => {
  await using made = await kit();
  made.rules([
    {
      name: "the office",
      when: 'request.ip == "203.0.113.7"',
      allow: [{ product: "twilio.chat" }],
    },
  ]);
  await made.issue(person("alice"));
  const chat = { provider: "twilio", grants: { chat: {} }, want: "all" } as const;
  const elsewhere = made.issuer.issue(person("alice"), chat, { ...INFO, ip: "198.51.100.1" });
  await assert.rejects(elsewhere, refusedAs("forbidden"));
});
