/** Ways to get more than one is given, over the whole service: none of them leaves a token or a lie in the record. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { storedEvent } from "../../store/store.ts";
import { type Api, startApi } from "../service.test-suite.ts";

let api: Api;
before(async () => {
  api = await startApi();
});
after(() => api.close());

async function eventsOf(identity: string) {
  const { items } = await api.service.store.audit.list({ project: "north", identity, limit: 50 });
  return items.map(storedEvent);
}

test("/rte gives no token where its second is refused, and records none", async () => {
  const bearer = await api.jwt("north", "pair");
  const path = "/rte/lesson-1/publisher/userAccount/user-pair/";
  const { status, text } = await api.ask({ path, bearer });
  assert.equal(status, 403, text);
  const types = (await eventsOf("user-pair")).map(({ type }) => type);
  assert.deepEqual(types, ["token.refused"]);
});

test("an API token for some identities does not get another's uid", async () => {
  const rtc = (uid?: number) => ({ rtc: { channel: "lesson-1", ...(uid ? { uid } : {}) } });
  const teacher = await api.ask({
    method: "POST",
    path: "/v1/tokens",
    bearer: await api.jwt("north", "teacher"),
    body: { provider: "agora", grants: rtc() },
  });
  const { uid } = teacher.json as { uid: number };
  const limited = await api.apiToken("north", ["mint", "mint:others"], { onBehalf: ["user-l*"] });
  const ask = (grants: object) =>
    api.ask({
      method: "POST",
      path: "/v1/tokens",
      bearer: limited,
      body: { provider: "agora", identity: "user-learner", grants },
    });
  assert.equal((await ask(rtc())).status, 201);
  assert.equal((await ask(rtc(uid))).status, 403);
  const byPath = await api.ask({ path: `/rtc/lesson-1/publisher/uid/${uid}/`, bearer: limited });
  assert.equal(byPath.status, 403);
});

describe("a body that nests", () => {
  const deep = (levels: number) =>
    `{"provider":"twilio","grants":{"player":${'{"a":'.repeat(levels)}1${"}".repeat(levels)}}}`;
  for (const [levels, detail] of [
    [33, /deeper than 32/],
    [2000, /deeper than 32/],
    [20, /policy/],
  ] as const)
    test(`${levels} levels is refused for ${detail.source}`, async () => {
      const bearer = await api.jwt("north", "nested");
      const answer = await api.ask({
        method: "POST",
        path: "/v1/tokens",
        bearer,
        body: deep(levels),
      });
      assert.ok([400, 403].includes(answer.status));
      assert.match(answer.json.detail, detail);
    });

  test("braces inside a text do not count", async () => {
    const bearer = await api.jwt("north", "braces");
    const body = JSON.stringify({
      provider: "twilio",
      grants: { chat: {} },
      identity: '"{[\\'.repeat(40),
    });
    const answer = await api.ask({ method: "POST", path: "/v1/tokens", bearer, body });
    assert.equal(answer.json.code, "forbidden");
  });
});
