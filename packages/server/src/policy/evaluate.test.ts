import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { JsonObject } from "@handstamp/protocol";
import { allowing, CHAT_SERVICE, decide, outcome, PRODUCTS } from "./fixture.test.ts";
import { allowEverything, compilePolicy, type Policy } from "./index.ts";

const mixed: Policy = compilePolicy(
  [
    {
      name: "tutors",
      when: 'caller.claims.role == "tutor"',
      allow: [{ product: "twilio.video", room: "lesson-*" }],
      ttl: "2h",
      max_ttl: "4h",
    },
    {
      name: "everyone",
      allow: [{ product: "twilio.chat" }, { product: "twilio.video", room: "lobby" }],
      ttl: "30m",
    },
  ],
  PRODUCTS,
);
const tutor = { claims: { role: "tutor" } };

describe("a request as a whole", () => {
  test("may be allowed by several rules, each grant by one", () => {
    const decision = decide(mixed, "twilio", { video: { room: "lesson-1" }, chat: {} }, tutor);
    assert.ok(decision.allowed);
    assert.deepEqual(decision.allowedBy, { video: "tutors", chat: "everyone" });
    assert.deepEqual(decision.rules, ["tutors", "everyone"]);
  });

  test("is refused whole where one grant is", () => {
    const grants = { video: { room: "hall" }, chat: {} };
    assert.deepEqual(outcome(decide(mixed, "twilio", grants, tutor)), [
      "forbidden",
      "/grants/video",
    ]);
    assert.deepEqual(
      outcome(decide(mixed, "twilio", { video: { room: "hall" }, sync: {} }, tutor)),
      ["forbidden", "/grants/video", "/grants/sync"],
    );
  });

  test("gets what is allowed of it where it asks for some", () => {
    const grants = { video: { room: "hall" }, chat: {} };
    assert.deepEqual(outcome(decide(mixed, "twilio", grants, { ...tutor, want: "some" })), {
      chat: { service_sid: CHAT_SERVICE },
    });
    assert.deepEqual(outcome(decide(mixed, "twilio", { sync: {} }, { want: "some" })), [
      "forbidden",
      "/grants/sync",
    ]);
  });

  test("that asks for nothing gets what the matching rules name literally", () => {
    assert.deepEqual(outcome(decide(mixed, "twilio", {}, tutor)), {
      chat: { service_sid: CHAT_SERVICE },
      video: { room: "lobby" },
    });
    assert.deepEqual(outcome(decide(mixed, "agora", {}, tutor)), ["forbidden", "/grants"]);
    const open = compilePolicy(
      [
        {
          name: "open",
          allow: [
            { product: "twilio.video", any_room: true },
            { product: "agora.rtc", any_channel: true },
            { product: "agora.rtc" },
          ],
        },
      ],
      PRODUCTS,
    );
    assert.deepEqual(outcome(decide(open, "twilio", {})), ["forbidden", "/grants"]);
    assert.deepEqual(outcome(decide(open, "agora", {})), ["forbidden", "/grants"]);
  });

  test("by a limited API token is held to its products", () => {
    const caller = { kind: "api_token", products: ["twilio.chat"] } as const;
    assert.deepEqual(outcome(decide(mixed, "twilio", {}, { caller })), {
      chat: { service_sid: CHAT_SERVICE },
    });
    assert.deepEqual(outcome(decide(mixed, "twilio", { video: { room: "lobby" } }, { caller })), [
      "forbidden",
      "/grants/video",
    ]);
  });

  test("an empty policy allows nothing", () => {
    assert.deepEqual(outcome(decide(compilePolicy([], PRODUCTS), "twilio", { chat: {} })), [
      "forbidden",
      "/grants/chat",
    ]);
  });
});

describe("the ttl", () => {
  const ttlOf = (grants: Record<string, JsonObject>, ttl?: number) => {
    const decision = decide(mixed, "twilio", grants, { ...tutor, ...(ttl ? { ttl } : {}) });
    return decision.allowed ? [decision.ttl, decision.clampedFrom] : decision.code;
  };
  const lesson = { video: { room: "lesson-1" } };
  test("is the least default of the rules that allow", () => {
    assert.deepEqual(ttlOf(lesson), [7200, undefined]);
    assert.deepEqual(ttlOf({ ...lesson, chat: {} }), [1800, undefined]);
  });
  test("is clamped to the least max_ttl, and the decision says from what", () => {
    assert.deepEqual(ttlOf(lesson, 14_400), [14_400, undefined]);
    assert.deepEqual(ttlOf(lesson, 14_401), [14_400, 14_401]);
    assert.deepEqual(ttlOf({ chat: {} }, 86_400), [86_400, undefined]);
  });
  test("is the provider's default, clamped without a word, where no rule has one", () => {
    const short = allowing({ product: "twilio.chat" }, { max_ttl: "10m" });
    const decision = decide(short, "twilio", { chat: {} });
    assert.ok(decision.allowed);
    assert.deepEqual([decision.ttl, decision.clampedFrom], [600, undefined]);
  });
});

describe("conditions", () => {
  test("are evaluated for each grant where they read it", () => {
    const policy = compilePolicy(
      [
        {
          name: "by product",
          when: 'request.product == "twilio.chat" || request.grant.room == "a"',
          allow: [{ product: "twilio.chat" }, { product: "twilio.video", any_room: true }],
        },
      ],
      PRODUCTS,
    );
    const grants = (room: string) => ({ chat: {}, video: { room } });
    assert.equal(decide(policy, "twilio", grants("a")).allowed, true);
    assert.equal(decide(policy, "twilio", grants("b")).allowed, false);
  });
  test("see the provider's default ttl where none is asked for", () => {
    const policy = allowing({ product: "twilio.chat" }, { when: "request.ttl <= 3600" });
    assert.equal(decide(policy, "twilio", { chat: {} }).allowed, true);
    assert.equal(decide(policy, "twilio", { chat: {} }, { ttl: 3601 }).allowed, false);
  });
});

describe("a refusal", () => {
  const refusal = (grants: Record<string, JsonObject>, claims: JsonObject) => {
    const decision = decide(mixed, "twilio", grants, { claims });
    assert.ok(!decision.allowed);
    return decision;
  };
  test("tells the operator which rule came closest and why", () => {
    const { closest } = refusal({ video: { room: "lesson-1" } }, { role: "pupil" });
    assert.deepEqual(closest, { rule: "tutors", why: "its condition is false" });
    assert.equal(
      refusal({ video: { room: "lesson-1" } }, {}).closest?.why,
      "its condition cannot be evaluated (No such key: role)",
    );
    assert.match(
      refusal({ video: { room: "hall" } }, { role: "tutor" }).detail,
      /rule "tutors" came closest: room "hall" is not within "lesson-\*"/,
    );
    assert.match(refusal({ sync: {} }, {}).detail, /no rule names twilio\.sync/);
  });
  test("tells the caller nothing of the rules", () => {
    for (const grants of [{ video: { room: "hall" } }, { video: {} }, { sync: {} }, {}] as Record<
      string,
      JsonObject
    >[]) {
      const decision = decide(
        compilePolicy(
          [
            {
              name: "secret-name",
              when: 'caller.claims.hidden == "x"',
              allow: [{ product: "twilio.video", room: "hidden-*" }],
            },
          ],
          PRODUCTS,
        ),
        "twilio",
        grants,
      );
      assert.ok(!decision.allowed);
      assert.doesNotMatch(
        JSON.stringify([decision.message, decision.fields]),
        /secret|hidden|claims/,
      );
    }
  });
  test("does not say that naming a field would help where the condition is against it", () => {
    const policy = allowing(
      { product: "twilio.video", room: "lesson-*" },
      { when: 'caller.claims.role == "tutor"' },
    );
    const code = (role: string) => {
      const decision = decide(policy, "twilio", { video: {} }, { claims: { role } });
      return !decision.allowed && decision.code;
    };
    assert.deepEqual([code("tutor"), code("pupil")], ["invalid_request", "forbidden"]);
  });
});

describe("development's policy", () => {
  const everything = allowEverything(PRODUCTS);
  test("allows what the providers offer, wildcards included", () => {
    const grants = {
      rtc: { channel: "*", uid: 7, role: "publisher" },
      chat: { admin: true },
      rtm2: { permissions: { users: { read: ["*"] } } },
    };
    assert.deepEqual(outcome(decide(everything, "agora", grants)), grants);
    assert.deepEqual(outcome(decide(everything, "twilio", { video: {}, chat: {} })), {
      video: {},
      chat: { service_sid: CHAT_SERVICE },
    });
  });
  test("gives nothing to a request that names nothing", () => {
    assert.deepEqual(outcome(decide(everything, "twilio", {})), ["forbidden", "/grants"]);
  });
});
