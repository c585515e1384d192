/** Whose uid and whose user id stands in a grant. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { verifyToken } from "@handstamp/core/agora";
import { HandstampError, type JsonObject } from "@handstamp/protocol";
import { judgedCaller } from "../callers/caller.ts";
import { AGORA_KEY, backEnd, type Kit, kit, NOW, person } from "./kit.test-suite.ts";

const CHANNEL = { channel: "lesson-1" };
const ANYONE = [
  { name: "r", allow: [{ product: "agora.rtc", channel: "lesson-*", any_uid: true }] },
];

const ask = (
  made: Kit,
  caller: ReturnType<typeof person>,
  grants: Record<string, JsonObject>,
  identity?: string,
) => made.issue(caller, { provider: "agora", grants, identity });

const FORBIDDEN = (error: unknown) => error instanceof HandstampError && error.code === "forbidden";

const services = (token: string) =>
  verifyToken(token, { appCertificate: AGORA_KEY.secret.reveal(), now: NOW / 1000 }).services;

describe("the integer uid", () => {
  test("is the service's, the same each time, unlike another's, and in the token", async () => {
    await using made = await kit();
    const first = await ask(made, person("alice"), { rtc: CHANNEL });
    const again = await ask(made, person("alice"), {
      rtc: { ...CHANNEL, uid: first.uid as number },
    });
    const other = await ask(made, person("bob"), { rtc: CHANNEL });
    assert.equal(again.uid, first.uid);
    assert.notEqual(other.uid, first.uid);
    assert.deepEqual(services(first.token)[0], {
      ...services(first.token)[0],
      service: "rtc",
      channel: "lesson-1",
      uid: first.uid,
    });
  });

  test("is the claim's where one is mapped, and no other", async () => {
    await using made = await kit();
    const mapped = judgedCaller({ ...person("alice"), uid: 77 });
    assert.equal((await ask(made, mapped, { rtc: CHANNEL })).uid, 77);
    await assert.rejects(ask(made, mapped, { rtc: { ...CHANNEL, uid: 78 } }), FORBIDDEN);
  });

  test("of another is refused to a person", async () => {
    await using made = await kit();
    const { uid } = await ask(made, person("bob"), { rtc: CHANNEL });
    await assert.rejects(
      ask(made, person("alice"), { rtc: { ...CHANNEL, uid: uid as number } }),
      FORBIDDEN,
    );
  });

  test("0 is refused but where the policy raises any_uid", async () => {
    await using made = await kit();
    await assert.rejects(ask(made, person("alice"), { rtc: { ...CHANNEL, uid: 0 } }), FORBIDDEN);
    made.rules(ANYONE);
    assert.equal((await ask(made, person("alice"), { rtc: { ...CHANNEL, uid: 0 } })).uid, 0);
  });

  test("0 in one grant neither spreads to the next nor stands in its way", async () => {
    await using made = await kit();
    const streaming = { product: "agora.streaming", channel: "lesson-*", privileges: ["mix"] };
    made.rules([{ ...ANYONE[0], allow: [...(ANYONE[0]?.allow ?? []), streaming] }]);
    const { uid } = await ask(made, person("alice"), { rtc: CHANNEL });
    const rtc = { ...CHANNEL, uid: 0 };
    for (const named of [{}, { uid: uid as number }]) {
      const both = { rtc, streaming: { ...CHANNEL, privileges: ["mix"], ...named } };
      const issued = await ask(made, person("alice"), both);
      assert.equal(issued.grants["streaming"]?.["uid"], uid);
      assert.equal(issued.uid, uid, "the record names the person, not anyone");
    }
  });

  test("may be any for a back end that may name anybody", async () => {
    await using made = await kit();
    const ci = await backEnd(made, "ci");
    assert.equal((await ask(made, ci, { rtc: { ...CHANNEL, uid: 7 } }, "bob")).uid, 7);
  });

  test("is no way round on_behalf", async () => {
    await using made = await kit();
    const { uid: teachers } = await ask(made, person("teacher-1"), { rtc: CHANNEL });
    const school = await backEnd(made, "school", { onBehalf: ["learner-*", "42"] });
    const as = (identity: string, uid?: number) =>
      ask(made, school, { rtc: { ...CHANNEL, ...(uid === undefined ? {} : { uid }) } }, identity);
    await assert.rejects(as("learner-1", teachers), FORBIDDEN);
    const { uid } = await as("learner-1");
    assert.equal((await as("learner-1", uid)).uid, uid);
    assert.equal((await as("42", 42)).uid, 42);
    await assert.rejects(as("42", 43), FORBIDDEN);
  });
});

describe("a text user id is the identity", () => {
  for (const [product, field] of [
    ["rtm", "user_id"],
    ["chat", "user_id"],
    ["rtc", "account"],
  ] as const) {
    const grant = (id: string): Record<string, JsonObject> => ({
      [product]: { ...(product === "rtc" ? CHANNEL : {}), [field]: id },
    });
    test(`${product}: one's own is taken, another's refused`, async () => {
      await using made = await kit();
      const { grants } = await ask(made, person("alice"), grant("alice"));
      assert.equal(grants[product]?.[field], "alice");
      for (const other of ["bob", "Alice", " alice", "*"])
        await assert.rejects(ask(made, person("alice"), grant(other)), FORBIDDEN);
    });
    test(`${product}: a back end names it as the identity of the request, not behind its back`, async () => {
      await using made = await kit();
      const ci = await backEnd(made, "ci");
      await ask(made, ci, grant("bob"), "bob");
      await assert.rejects(ask(made, ci, grant("bob"), "alice"), FORBIDDEN);
    });
  }

  test("an account beside the uid is refused: one of them would go unchecked", async () => {
    await using made = await kit();
    const { uid } = await ask(made, person("alice"), { rtc: CHANNEL });
    const both = { ...CHANNEL, uid: uid as number, account: "bob" };
    await assert.rejects(ask(made, person("alice"), { rtc: both }), { code: "invalid_request" });
  });

  test("an account of digits, which would be the uid of somebody, is refused", async () => {
    await using made = await kit();
    await assert.rejects(ask(made, person("4711"), { rtc: { ...CHANNEL, account: "4711" } }), {
      code: "invalid_request",
    });
  });

  test("an app token needs the policy's flag and names nobody", async () => {
    await using made = await kit();
    await assert.rejects(ask(made, person("alice"), { chat: { admin: true } }), FORBIDDEN);
    made.rules([{ name: "r", allow: [{ product: "agora.chat", admin: true }] }]);
    await ask(made, person("alice"), { chat: { admin: true } });
    const named = { chat: { admin: true, user_id: "bob" } };
    await assert.rejects(ask(made, person("alice"), named), { code: "invalid_request" });
  });
});
