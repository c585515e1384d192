/** POST /v1/policy/test: the decision that a request would get, and nothing else happens. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type Api, type Got, startApi } from "../service.test-suite.ts";

let api: Api;
let operator: string;
before(async () => {
  api = await startApi();
  operator = await api.apiToken("north", ["operate"]);
});
after(() => api.close());

const ask = (body: unknown, bearer: string | undefined = operator): Promise<Got> =>
  api.ask({ method: "POST", path: "/v1/policy/test", bearer, body });

const tutor = { kind: "jwt", identity: "user-1", claims: { role: "tutor" } };
const pupil = { kind: "jwt", identity: "user-2" };
const video = (room: string, ttl?: number) => ({
  provider: "twilio",
  grants: { video: { room } },
  ...(ttl === undefined ? {} : { ttl }),
});

describe("decides", () => {
  test("allow, with the rule of each grant, the grants filled in and the ttl", async () => {
    const request = { provider: "twilio", grants: { video: { room: "lesson-1" }, chat: {} } };
    const { status, json } = await ask({ caller: tutor, request });
    assert.equal(status, 200);
    assert.deepEqual(json, {
      decision: "allow",
      rules: ["tutors run their lessons", "everyone chats"],
      allowed_by: { video: "tutors run their lessons", chat: "everyone chats" },
      grants: {
        video: { room: "lesson-1" },
        chat: { service_sid: "IS0123456789abcdef0123456789abcdef" },
      },
      ttl: 3600,
    });
  });
  test("allow, with the ttl that the rule makes shorter", async () => {
    const { json } = await ask({ caller: tutor, request: video("lesson-1", 86_400) });
    assert.deepEqual([json.ttl, json.clamped_from], [14_400, 86_400]);
  });
  test("deny, with the rule that came closest and why", async () => {
    const { json } = await ask({ caller: pupil, request: video("lesson-1") });
    assert.deepEqual([json.decision, json.code], ["deny", "forbidden"]);
    assert.equal(json.closest.rule, "tutors run their lessons");
    assert.match(json.closest.why, /role/);
    assert.deepEqual(json.errors, [{ pointer: "/grants/video", message: "is not allowed" }]);
  });
  test("deny as 400 where a pattern wants a name", async () => {
    const { json } = await ask({
      caller: tutor,
      request: { provider: "twilio", grants: { video: {} } },
    });
    assert.deepEqual([json.decision, json.code], ["deny", "invalid_request"]);
  });
  test("deny another identity without mint:others", async () => {
    const request = { ...video("lesson-1"), identity: "somebody" };
    assert.equal((await ask({ caller: tutor, request })).json.decision, "deny");
    const caller = { ...tutor, scopes: ["mint", "mint:others"] };
    assert.equal((await ask({ caller, request })).json.decision, "allow");
  });
});

test("it agrees with the service about real requests", async () => {
  const claims = { role: "tutor" };
  const bearer = await api.jwt("north", "1", claims);
  for (const request of [video("lesson-1"), video("other"), video("lesson-1", 86_400)]) {
    const decided = (await ask({ caller: tutor, request })).json;
    const real = await api.ask({ method: "POST", path: "/v1/tokens", bearer, body: request });
    assert.equal(decided.decision === "allow", real.status === 201, JSON.stringify(request));
    if (real.status !== 201) assert.equal(decided.code, real.json.code);
    else assert.deepEqual(decided.grants, real.json.grants);
  }
});

test("it writes nothing: no token, no event", async () => {
  const { store } = api.service;
  const heads = await store.audit.heads();
  await ask({ caller: tutor, request: video("lesson-1") });
  await ask({ caller: pupil, request: video("lesson-1") });
  assert.deepEqual(await store.audit.heads(), heads);
});

describe("refusals", () => {
  test("401 without a credential, 403 without operate", async () => {
    assert.equal((await api.ask({ method: "POST", path: "/v1/policy/test" })).status, 401);
    const reader = await api.apiToken("north", ["read", "mint", "introspect"]);
    assert.equal((await ask({ caller: tutor, request: video("x") }, reader)).status, 403);
  });
  const wrong: [unknown, string][] = [
    [{ request: video("x") }, "/caller"],
    [{ caller: tutor }, "/request"],
    [{ caller: { ...tutor, kind: "root" }, request: video("x") }, "/caller/kind"],
    [{ caller: { ...tutor, project: "south" }, request: video("x") }, "/caller/project"],
    [{ caller: { ...tutor, scopes: ["all"] }, request: video("x") }, "/caller/scopes/0"],
    [{ caller: { ...tutor, identity: "a\u202eb" }, request: video("x") }, "/caller/identity"],
    [{ caller: { kind: "api_token" }, request: video("x") }, "/request/identity"],
    [{ caller: tutor, request: { provider: "zoom" } }, "/request/provider"],
    [{ caller: tutor, request: { ...video("x"), ttl: 86_401 } }, "/request/ttl"],
    [
      { caller: tutor, request: { provider: "twilio", grants: { vidoe: {} } } },
      "/request/grants/vidoe",
    ],
    [
      { caller: tutor, request: { provider: "twilio", grants: { video: { romo: "x" } } } },
      "/request/grants/video/romo",
    ],
  ];
  for (const [body, pointer] of wrong)
    test(`400 at ${pointer}`, async () => {
      const { status, json } = await ask(body);
      assert.equal(status, 400);
      assert.equal(json.errors[0].pointer, pointer, JSON.stringify(json));
    });
});
