/** What the policy's decision becomes, and several tokens for one answer. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { CHAT_SERVICE, INFO, type Kit, kit, person } from "./kit.test-suite.ts";
import type { IssueRequest } from "./types.ts";

describe("the decision is what is signed and answered:", () => {
  test("defaults are filled in from the settings", async () => {
    await using made = await kit();
    const { grants } = await made.issue(person("alice"));
    assert.deepEqual(grants, { chat: { service_sid: CHAT_SERVICE } });
  });

  test("another's default is refused", async () => {
    await using made = await kit();
    const grants = { chat: { service_sid: `IS${"d".repeat(32)}` } };
    await assert.rejects(made.issue(person("alice"), { grants }), { code: "forbidden" });
  });

  test("a ttl above the policy's is made shorter, and says so", async () => {
    await using made = await kit();
    const { issuedAt, expiresAt, clampedFrom } = await made.issue(person("alice"), { ttl: 86_400 });
    assert.deepEqual([expiresAt - issuedAt, clampedFrom], [14_400, 86_400]);
  });

  test("one grant that is not allowed refuses all of them", async () => {
    await using made = await kit();
    const grants = { chat: {}, video: { room: "hall" } };
    await assert.rejects(made.issue(person("alice"), { grants }), { code: "forbidden" });
  });

  test("a room that is left out is 400, never every room", async () => {
    await using made = await kit();
    await assert.rejects(made.issue(person("alice"), { grants: { video: {} } }), {
      code: "invalid_request",
    });
  });

  test("the caller learns nothing of the rules, the record does", async () => {
    await using made = await kit();
    const grants = { video: { room: "hall" } };
    await assert.rejects(made.issue(person("alice"), { grants }), (error: Error) => {
      assert.doesNotMatch(error.message, /everyone|lesson/);
      return true;
    });
    assert.match(JSON.stringify((await made.events())[0]?.data["reason"]), /everyone.*lesson-\*/);
  });
});

describe("a request that wants some of it gets what is allowed and fits:", () => {
  const some = (grants: IssueRequest["grants"]) => ({ grants, want: "some" }) as const;
  const voice = { product: "twilio.voice", incoming: true };
  const withVoice = [{ name: "r", allow: [voice, { product: "twilio.chat" }] }];

  test("what the policy refuses is left out", async () => {
    await using made = await kit();
    const { grants } = await made.issue(
      person("alice"),
      some({ chat: {}, video: { room: "hall" }, voice: { incoming: true } }),
    );
    assert.deepEqual(Object.keys(grants), ["chat"]);
  });

  test("what cannot hold the name is left out, and only for its name", async () => {
    await using made = await kit();
    made.rules(withVoice);
    const asked = some({ chat: {}, voice: { incoming: true } });
    assert.deepEqual(Object.keys((await made.issue(person("alice"), asked)).grants).sort(), [
      "chat",
      "voice",
    ]);
    const { grants } = await made.issue(person("alice@example.com"), asked);
    assert.deepEqual(Object.keys(grants), ["chat"]);
  });

  test("where nothing is left it is refused", async () => {
    await using made = await kit();
    made.rules(withVoice);
    const calls = some({ voice: { incoming: true } });
    await assert.rejects(made.issue(person("alice@example.com"), calls), {
      code: "identity_invalid",
    });
    await assert.rejects(made.issue(person("alice"), some({ video: { room: "hall" } })), {
      code: "forbidden",
    });
  });

  test("who wants all of it is told instead", async () => {
    await using made = await kit();
    made.rules(withVoice);
    const grants = { chat: {}, voice: { incoming: true } };
    await assert.rejects(made.issue(person("alice@example.com"), { grants }), {
      code: "identity_invalid",
    });
  });
});

describe("a request that names nothing gets what the policy names literally:", () => {
  test("with the person's own uid and user id", async () => {
    await using made = await kit();
    made.rules([
      {
        name: "r",
        allow: [
          { product: "agora.rtc", channel: "lesson-${caller.claims.course}", role: "publisher" },
          { product: "agora.rtm" },
        ],
      },
    ]);
    const { grants, uid } = await made.issue(person("alice", { course: "12" }), {
      provider: "agora",
      grants: {},
    });
    assert.deepEqual(grants["rtc"], { channel: "lesson-12", role: "publisher", uid });
    assert.deepEqual(grants["rtm"], { user_id: "alice" });
  });

  test("and nothing where only patterns are allowed", async () => {
    await using made = await kit();
    made.rules([{ name: "r", allow: [{ product: "twilio.video", room: "lesson-*" }] }]);
    await assert.rejects(made.issue(person("alice"), { grants: {} }), { code: "forbidden" });
  });

  test("an empty policy allows nothing, with or without names", async () => {
    await using made = await kit();
    made.rules([]);
    for (const grants of [{}, { chat: {} }])
      await assert.rejects(made.issue(person("alice"), { grants }), { code: "forbidden" });
  });
});

describe("several tokens for one answer", () => {
  const rtc: IssueRequest = {
    provider: "agora",
    grants: { rtc: { channel: "lesson-1" } },
    want: "all",
  };
  const rtm = (id: string): IssueRequest => ({
    provider: "agora",
    grants: { rtm: { user_id: id } },
    want: "all",
  });
  const issued = async (made: Kit) =>
    (await made.events()).map(({ type }) => type).filter((type) => type.startsWith("token."));

  test("are all recorded, in the order asked for", async () => {
    await using made = await kit();
    const [one, two] = await made.issuer.issueAll(person("alice"), [rtc, rtm("alice")], INFO);
    assert.deepEqual([Object.keys(one.grants), Object.keys(two.grants)], [["rtc"], ["rtm"]]);
    assert.deepEqual(await issued(made), ["token.issued", "token.issued"]);
  });

  test("are none where the last is refused: the first is neither signed nor recorded", async () => {
    await using made = await kit();
    await assert.rejects(made.issuer.issueAll(person("alice"), [rtc, rtm("bob")], INFO), {
      code: "forbidden",
    });
    assert.deepEqual(await issued(made), ["token.refused"]);
  });
});
