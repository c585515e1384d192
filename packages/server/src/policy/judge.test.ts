import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { JsonObject, ProviderId } from "@handstamp/protocol";
import { APP, allowing, CHAT_SERVICE, decide, outcome } from "./fixture.test.ts";

/** entry of the rule, grant asked for (of the entry's product), what comes; claims. */
type Row = readonly [JsonObject, JsonObject, unknown, JsonObject?];

const forbidden = ["forbidden"];
function check(rows: readonly Row[]): void {
  for (const [entry, grant, expected, claims] of rows) {
    const [provider, key] = (entry["product"] as string).split(".") as [ProviderId, string];
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
    [voice({ incoming: true }), { incoming: { allow: true } }, { incoming: { allow: true } }],
    [voice({}), { incoming: { allow: true } }, forbidden],
    [voice({}), { incoming: { allow: false } }, { incoming: { allow: false } }],
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
    [rtm2({ message_read: "${caller.claims.c}" }), {}, read("hall"), { c: "hall" }],
    [rtm2({ message_read: "${caller.claims.c}" }), {}, forbidden, { c: "*" }],
    [rtm2({ message_read: "${caller.claims.c}" }), read("*"), forbidden, { c: "*" }],
    [rtm2({ message_read: "*" }), read("*"), read("*")],
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
