/** GET /v1/tokens and GET /v1/tokens/{id}: who sees which records, and what is in them. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type Api, type Got, startApi } from "../service.test-suite.ts";

let api: Api;
let reader: string;
let backend: string;
let foreign: string;
let alice: string;
let bob: string;
const issued: Record<"alice" | "bob" | "carol" | "south", { id: string; token: string }> = {
  alice: { id: "", token: "" },
  bob: { id: "", token: "" },
  carol: { id: "", token: "" },
  south: { id: "", token: "" },
};

before(async () => {
  api = await startApi();
  reader = await api.apiToken("north", ["read"]);
  backend = await api.apiToken("north", ["mint", "mint:others"]);
  foreign = await api.apiToken("south", ["mint", "mint:others", "read"]);
  alice = await api.jwt("north", "alice");
  bob = await api.jwt("north", "bob");
  issued.alice = await mint(alice);
  issued.bob = await mint(bob);
  issued.carol = await mint(backend, { identity: "carol" });
  issued.south = await mint(foreign, { identity: "user-alice" });
});
after(() => api.close());

async function mint(bearer: string, more = {}): Promise<{ id: string; token: string }> {
  const body = { provider: "twilio", grants: { chat: {} }, ...more };
  const got = await api.ask({ method: "POST", path: "/v1/tokens", bearer, body });
  assert.equal(got.status, 201, got.text);
  return got.json;
}

const get = (path: string, bearer?: string): Promise<Got> => api.ask({ path, bearer });
const identities = ({ json }: Got): string[] =>
  json.tokens.map(({ identity }: { identity: string }) => identity);
const codeOf = ({ status, json }: Got) => [status, json.code];

describe("one record", () => {
  test("with the scope read: all of it but the token", async () => {
    const { status, json, text } = await get(`/v1/tokens/${issued.alice.id}`, reader);
    assert.equal(status, 200);
    assert.deepEqual(json.products, ["twilio.chat"]);
    assert.deepEqual(json.caller, { kind: "jwt", id: "jwt:https://login.example.com|alice" });
    assert.equal(json.rule, "everyone chats");
    assert.match(json.digest, /^[\w-]{43}$/);
    assert.ok(Date.parse(json.expires_at) > Date.parse(json.issued_at));
    assert.ok(!text.includes(issued.alice.token), "the token is in the record");
    assert.ok(!text.includes(issued.alice.token.slice(-43)), "its signature is");
  });
  test("one's own: nothing of the rules, the key or the caller", async () => {
    const { status, json } = await get(`/v1/tokens/${issued.alice.id}`, alice);
    assert.equal(status, 200);
    const shown = ["expires_at", "grants", "id", "identity", "issued_at", "products", "provider"];
    assert.deepEqual(Object.keys(json).toSorted(), shown);
  });
  test("another's, another project's and none at all are one answer", async () => {
    const asked: [string, string][] = [
      [issued.bob.id, alice],
      [issued.carol.id, alice],
      [issued.south.id, alice],
      [issued.south.id, reader],
      [issued.alice.id, foreign],
      ["SK0123456789abcdef0123456789abcdef-00", reader],
      ["%00", reader],
      ["' OR 1=1 --", reader],
    ];
    for (const [id, bearer] of asked) {
      const { status, json } = await get(`/v1/tokens/${encodeURIComponent(id)}`, bearer);
      assert.deepEqual(
        [status, json.code, json.detail],
        [404, "not_found", "There is no record of a token with this id."],
        id,
      );
    }
  });
});

describe("the list", () => {
  test("with the scope read: the project's, newest first", async () => {
    const got = await get("/v1/tokens", reader);
    assert.deepEqual(identities(got), ["carol", "user-bob", "user-alice"]);
    assert.equal(got.json.next, undefined);
  });
  test("of another project: its own and no other", async () => {
    const got = await get("/v1/tokens", foreign);
    assert.deepEqual(
      got.json.tokens.map(({ id }: { id: string }) => id),
      [issued.south.id],
    );
  });
  test("without it: one's own, whatever is asked for", async () => {
    assert.deepEqual(identities(await get("/v1/tokens", alice)), ["user-alice"]);
    assert.deepEqual(identities(await get("/v1/tokens?identity=user-alice", alice)), [
      "user-alice",
    ]);
    assert.deepEqual(identities(await get("/v1/tokens?identity=user-bob", alice)), []);
    assert.deepEqual(identities(await get("/v1/tokens?provider=agora", alice)), []);
  });
  test("pages end where they should and hold each record once", async () => {
    const seen: string[] = [];
    let path: string | undefined = "/v1/tokens?limit=1";
    while (path !== undefined) {
      const got: Got = await get(path, reader);
      assert.equal(got.json.tokens.length, 1);
      seen.push(...identities(got));
      path = got.json.next && `/v1/tokens?limit=1&cursor=${got.json.next}`;
    }
    assert.deepEqual(seen, ["carol", "user-bob", "user-alice"]);
  });
  test("filters by identity, provider and time", async () => {
    const counts: [string, number][] = [
      ["identity=carol", 1],
      ["identity=nobody", 0],
      ["provider=twilio", 3],
      ["provider=agora", 0],
      ["from=2020-01-01T00:00:00Z", 3],
      ["to=2020-01-01T00:00:00Z", 0],
      ["from=2099-12-31T23:59:59%2B02:00", 0],
      [`from=${new Date(Date.now() - 60_000).toISOString()}&to=2099-01-01T00:00:00z`, 3],
    ];
    for (const [query, count] of counts)
      assert.equal((await get(`/v1/tokens?${query}`, reader)).json.tokens?.length, count, query);
  });
});

describe("refusals", () => {
  test("401 without a credential", async () => {
    for (const path of ["/v1/tokens", `/v1/tokens/${issued.alice.id}`])
      assert.deepEqual(codeOf(await get(path)), [401, "unauthenticated"]);
  });
  test("403 for an API token that is nobody and may not read", async () => {
    for (const path of ["/v1/tokens", `/v1/tokens/${issued.carol.id}`])
      assert.deepEqual(codeOf(await get(path, backend)), [403, "forbidden"]);
  });
  const wrong: Record<string, string> = {
    "identity=": "/query/identity",
    "provider=zoom": "/query/provider",
    "limit=0": "/query/limit",
    "limit=501": "/query/limit",
    "limit=1e2": "/query/limit",
    "limit=1&limit=2": "/query/limit",
    "from=yesterday": "/query/from",
    "from=2026-02-30T00:00:00Z": "/query/from",
    "from=2026-01-01T24:00:00Z": "/query/from",
    "to=2026-01-01T00:00:00+02:00": "/query/to",
    "cursor=MTIz": "/query/cursor",
    "project=south": "/query/project",
  };
  for (const [query, pointer] of Object.entries(wrong))
    test(`400 for ${query}`, async () => {
      const got = await get(`/v1/tokens?${query}`, reader);
      assert.deepEqual(codeOf(got), [400, "invalid_request"]);
      assert.equal(got.json.errors[0].pointer, pointer);
    });
  test("400 for an identity that none can have", async () => {
    const got = await get("/v1/tokens?identity=a%0Ab", reader);
    assert.deepEqual(codeOf(got), [400, "identity_invalid"]);
  });
});
