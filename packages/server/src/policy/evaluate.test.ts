import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { JsonObject, ProviderId } from "@handstamp/protocol";
import { APP, allowing, CHAT_SERVICE, decide, outcome, PRODUCTS } from "./fixture.ts";
import { allowEverything, compilePolicy, type Policy } from "./index.ts";

/** entry of the rule, grant asked for (of the entry's product), what comes; claims. */
type Row = readonly [JsonObject, JsonObject, unknown, JsonObject?];

const forbidden = ["forbidden"];
function check(rows: readonly Row[]): void {
  for (const [entry, grant, expected, claims] of rows) {
    const [provider, key] = String(entry["product"]).split(".") as [ProviderId, string];
    const title = `${JSON.stringify(entry)} asked for ${JSON.stringify(grant)}${claims ? ` with ${JSON.stringify(claims)}` : ""}`;
    test(title, () => {
      const decision = decide(
        allowing(entry),
        provider,
        { [key]: grant },
        claims ? { claims } : {},
      );
      const wanted = Array.isArray(expected)
        ? [expected[0], ...(expected[0] === "forbidden" ? [`/grants/${key}`] : expected.slice(1))]
        : { [key]: expected };
      assert.deepEqual(outcome(decision), wanted);
    });
  }
}

const mustName = (pointer: string) => ["invalid_request", pointer];
const video = (entry: JsonObject): JsonObject => ({ product: "twilio.video", ...entry });
const rtc = (entry: JsonObject): JsonObject => ({ product: "agora.rtc", ...entry });

describe("a field that is named", () => {
  check([
    [video({ room: "lesson-*" }), { room: "lesson-12" }, { room: "lesson-12" }],
    [video({ room: "lesson-*" }), { room: "hall" }, forbidden],
    [video({ room: ["hall", "lesson-*"] }), { room: "hall" }, { room: "hall" }],
    [
      video({ room: "lesson-${caller.claims.c}" }),
      { room: "lesson-7" },
      { room: "lesson-7" },
      { c: 7 },
    ],
    [video({ room: "${caller.identity}-*" }), { room: "alice-1" }, { room: "alice-1" }],
    [
      video({ room: "a-${caller.claims.c + '}'}-b" }),
      { room: "a-x}-b" },
      { room: "a-x}-b" },
      { c: "x" },
    ],
    [video({}), { room: "hall" }, forbidden],
    [video({ any_room: true }), { room: "hall" }, { room: "hall" }],
    [video({ any_room: false }), { room: "hall" }, forbidden],
    [
      rtc({ channel: "c", role: "publisher" }),
      { channel: "c", role: "publisher" },
      { channel: "c", role: "publisher" },
    ],
    [
      rtc({ channel: "c", role: "publisher" }),
      { channel: "c", role: "subscriber" },
      { channel: "c", role: "subscriber" },
    ],
    [rtc({ channel: "c" }), { channel: "c", role: "publisher" }, forbidden],
    [
      rtc({ channel: "c" }),
      { channel: "c", role: "subscriber" },
      { channel: "c", role: "subscriber" },
    ],
    [
      rtc({ channel: "c" }),
      { channel: "c", uid: 7, privilege_ttl: 60 },
      { channel: "c", uid: 7, privilege_ttl: 60 },
    ],
    [rtc({ channel: "c", uid: 7 }), { channel: "c", uid: 8 }, forbidden],
    [
      rtc({ channel: "c", privileges: ["join"] }),
      { channel: "c", privileges: ["join", "publish_audio"] },
      forbidden,
    ],
    [
      rtc({ channel: "c", privileges: ["join", "publish_audio"] }),
      { channel: "c", privileges: ["join"] },
      { channel: "c", privileges: ["join"] },
    ],
  ]);
});

describe("a claim's text is literal", () => {
  check([
    [video({ room: "lesson-${caller.claims.c}" }), { room: "lesson-12" }, forbidden, { c: "*" }],
    [
      video({ room: "lesson-${caller.claims.c}" }),
      { room: "lesson-*" },
      { room: "lesson-*" },
      { c: "*" },
    ],
    [video({ room: "${caller.claims.c}-*" }), { room: "a-1" }, forbidden, { c: "*" }],
    [
      video({ room: "lesson-${caller.claims.c}" }),
      { room: "lesson-${1}" },
      { room: "lesson-${1}" },
      { c: "${1}" },
    ],
  ]);
});

describe("a template without a usable value matches nothing", () => {
  for (const claims of [
    {},
    { c: "" },
    { c: null },
    { c: 1.5 },
    { c: true },
    { c: ["x"] },
    { c: { x: 1 } },
    { c: "x".repeat(3000) },
  ] as JsonObject[])
    for (const room of [
      "lesson-",
      "lesson-x",
      "lesson-null",
      "lesson-undefined",
      "lesson-true",
      "lesson-1.5",
    ])
      test(`${JSON.stringify(claims).slice(0, 40)} against ${room}`, () => {
        const policy = allowing(video({ room: "lesson-${caller.claims.c}" }));
        assert.deepEqual(outcome(decide(policy, "twilio", { video: { room } }, { claims })), [
          "forbidden",
          "/grants/video",
        ]);
        assert.deepEqual(outcome(decide(policy, "twilio", { video: {} }, { claims })), [
          "forbidden",
          "/grants/video",
        ]);
      });
});

describe("a field that is left out", () => {
  check([
    [video({ room: "hall" }), {}, { room: "hall" }],
    [video({ room: "lesson-${caller.claims.c}" }), {}, { room: "lesson-7" }, { c: "7" }],
    [video({ room: "lesson-*" }), {}, mustName("/grants/video/room")],
    [video({ room: ["a", "b"] }), {}, mustName("/grants/video/room")],
    [video({ room: "${caller.claims.c}-*" }), {}, mustName("/grants/video/room"), { c: "x" }],
    [video({}), {}, forbidden],
    [video({ any_room: true }), {}, {}],
    [rtc({ channel: "c", role: "publisher" }), {}, { channel: "c", role: "publisher" }],
    [
      rtc({ channel: "c", privileges: ["join"] }),
      { role: "subscriber" },
      { channel: "c", privileges: ["join"], role: "subscriber" },
    ],
    [rtc({ channel: "c", role: ["publisher", "subscriber"] }), {}, { channel: "c" }],
    [rtc({ channel: "c-*" }), {}, mustName("/grants/rtc/channel")],
    [rtc({ channel: "c", uid: 7 }), { channel: "c" }, { channel: "c", uid: 7 }],
  ]);

  test("is filled from the configuration where the rule does not name it", () => {
    const policy = allowing({ product: "twilio.chat" });
    assert.deepEqual(outcome(decide(policy, "twilio", { chat: {} })), {
      chat: { service_sid: CHAT_SERVICE },
    });
    assert.deepEqual(outcome(decide(policy, "twilio", { chat: { service_sid: CHAT_SERVICE } })), {
      chat: { service_sid: CHAT_SERVICE },
    });
    const other = `IS${"d".repeat(32)}`;
    assert.deepEqual(outcome(decide(policy, "twilio", { chat: { service_sid: other } })), [
      "forbidden",
      "/grants/chat",
    ]);
    assert.deepEqual(outcome(decide(policy, "twilio", { chat: {} }, { settings: {} })), {
      chat: {},
    });
  });
});

describe("a wildcard of the provider needs its flag", () => {
  check([
    [rtc({ channel: "*" }), { channel: "*", uid: 7 }, forbidden],
    [rtc({ channel: "*" }), { channel: "any name", uid: 7 }, { channel: "any name", uid: 7 }],
    [rtc({ any_channel: true }), { channel: "*", uid: 7 }, { channel: "*", uid: 7 }],
    [rtc({ any_channel: true }), { channel: "hall", uid: 7 }, { channel: "hall", uid: 7 }],
    [rtc({ channel: "c" }), { channel: "c", uid: 0 }, forbidden],
    [rtc({ channel: "c", uid: "*" }), { channel: "c", uid: 0 }, forbidden],
    [rtc({ channel: "c", any_uid: true }), { channel: "c", uid: 0 }, { channel: "c", uid: 0 }],
    [rtc({ channel: "${caller.claims.c}" }), {}, forbidden, { c: "*" }],
    [rtc({ channel: "${caller.claims.c}" }), { channel: "*" }, forbidden, { c: "*" }],
    [rtc({ channel: "c", uid: "${caller.claims.u}" }), {}, forbidden, { u: 0 }],
    [{ product: "agora.chat" }, { admin: true }, forbidden],
    [{ product: "agora.chat", admin: true }, { admin: true }, { admin: true }],
    [{ product: "agora.chat", admin: true }, {}, {}],
    [{ product: "agora.chat" }, { user_id: "alice" }, { user_id: "alice" }],
  ]);
});

describe("Voice: an object that was not asked for is not opened", () => {
  const voice = (entry: JsonObject): JsonObject => ({ product: "twilio.voice", ...entry });
  const outgoing = { application_sid: APP };
  const params = { line: "2" };
  check([
    [voice({ incoming: true }), { incoming: true }, { incoming: true }],
    [voice({ incoming: true }), {}, { incoming: true, outgoing }],
    [voice({}), { incoming: true }, forbidden],
    [voice({}), { incoming: false }, { incoming: false }],
    [voice({}), {}, { outgoing }],
    [voice({}), { outgoing }, { outgoing }],
    [voice({}), { outgoing: { application_sid: `AP${"b".repeat(32)}` } }, forbidden],
    [voice({ application_sid: "AP*" }), {}, mustName("/grants/voice/outgoing/application_sid")],
    [voice({}), { outgoing: { ...outgoing, params } }, forbidden],
    [
      voice({ params: "any" }),
      { outgoing: { ...outgoing, params } },
      { outgoing: { ...outgoing, params } },
    ],
    [voice({ params }), { outgoing: { ...outgoing, params: { line: "3" } } }, forbidden],
    [voice({ params }), { outgoing }, { outgoing: { ...outgoing, params } }],
  ]);
});

describe("RTM 2's lists: each name is judged, and none is none", () => {
  const rtm2 = (entry: JsonObject): JsonObject => ({ product: "agora.rtm2", ...entry });
  const read = (...names: string[]) => ({ permissions: { message: { read: names } } });
  check([
    [
      rtm2({ message_read: "lesson-*" }),
      read("lesson-1", "lesson-2"),
      read("lesson-1", "lesson-2"),
    ],
    [rtm2({ message_read: "lesson-*" }), read("lesson-1", "hall"), forbidden],
    [rtm2({ message_read: "lesson-*" }), read("*"), forbidden],
    [
      rtm2({ message_read: "lesson-*", message_write: "lesson-*" }),
      read("lesson-1"),
      read("lesson-1"),
    ],
    [rtm2({}), read("hall"), forbidden],
    [rtm2({ message_read: ["a", "b"] }), {}, read("a", "b")],
  ]);
});

describe("Playback is a whole object", () => {
  const grant = { requestCredentials: null, playbackUrl: "u" };
  check([
    [{ product: "twilio.player" }, grant, forbidden],
    [{ product: "twilio.player", grant: "any" }, grant, grant],
    [{ product: "twilio.player", grant }, { playbackUrl: "u", requestCredentials: null }, grant],
    [
      { product: "twilio.player", grant },
      { playbackUrl: "v", requestCredentials: null },
      forbidden,
    ],
    [{ product: "twilio.player", grant }, {}, grant],
  ]);
});

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
    const policy = allowing(video({ room: "lesson-*" }), { when: 'caller.claims.role == "tutor"' });
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
