/** GET, POST /v1/callers and DELETE /v1/callers/{id}: nobody gives what they do not have. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { SCOPES, type Scope } from "@handstamp/protocol";
import * as fc from "fast-check";
import { matchesGlob, parseGlob } from "../../policy/index.ts";
import { storedEvent } from "../../store/store.ts";
import { type Api, type Got, startApi, type TokenLimits } from "../service.test-suite.ts";
import { withinOwn } from "./privilege.ts";

const RUNS = process.env["HANDSTAMP_LONG"] ? 100_000 : 500;
const IN_AN_HOUR = Math.floor(Date.now() / 1000) + 3600;
const at = (seconds: number) => new Date(seconds * 1000).toISOString();

let api: Api;
let root: string;
let operator: string;
let foreign: string;
before(async () => {
  api = await startApi();
  root = await api.apiToken("north", SCOPES);
  operator = await api.apiToken("north", ["operate", "mint", "read"]);
  foreign = await api.apiToken("south", ["operate", "mint", "read"]);
});
after(() => api.close());

type Headers = Record<string, string>;
const create = (body: unknown, bearer: string | undefined = root, headers: Headers = {}) =>
  api.ask({ method: "POST", path: "/v1/callers", bearer, body, headers });
const list = async (bearer = root): Promise<{ id: string; name: string }[]> =>
  (await api.ask({ path: "/v1/callers", bearer })).json.callers;
const remove = (id: string, bearer: string | undefined = root): Promise<Got> =>
  api.ask({ method: "DELETE", path: `/v1/callers/${id}`, bearer });
const events = async (project = "north") =>
  (await api.service.store.audit.list({ project, limit: 500 })).items.map(storedEvent);
const newest = async () => (await events())[0];

const DELETED = "callers.deleted";
const within = (milliseconds: number) =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

describe("made", () => {
  test("the token is in the one answer, works, and is listed without itself", async () => {
    const body = { name: "back end", scopes: ["mint", "mint:others"], on_behalf: ["user-*"] };
    const { status, json } = await create({ ...body, expires_at: at(IN_AN_HOUR) });
    assert.equal(status, 201);
    assert.match(json.token, /^hs_[0-9A-Za-z]{50}$/);
    assert.equal(json.token.slice(3, 15), json.id);
    const { token, ...shown } = json;
    const listed = (await list()).find(({ id }) => id === json.id);
    assert.deepEqual(listed, shown);
    assert.ok(!JSON.stringify(await list()).includes(token.slice(15)));
    const mint = { provider: "twilio", identity: "user-7", grants: { chat: {} } };
    const ask = { method: "POST", path: "/v1/tokens", bearer: token };
    assert.equal((await api.ask({ ...ask, body: mint })).status, 201);
    assert.equal((await api.ask({ ...ask, body: { ...mint, identity: "x" } })).status, 403);
    assert.ok((await list()).some((one) => one.id === json.id && "last_used_at" in one));
  });
  test("the log has who made it and what it may, and nothing of the token", async () => {
    const { json } = await create({ name: "logged", scopes: ["read"] });
    const event = await newest();
    assert.equal(event?.type, "callers.created");
    assert.equal(event?.data["caller"], json.id);
    assert.deepEqual(event?.data["scopes"], ["read"]);
    const all = JSON.stringify(await events());
    assert.ok(!all.includes(json.token) && !all.includes(json.token.slice(15, 47)));
  });
  test("scopes and products that stand twice count once", async () => {
    const products = ["twilio.chat", "twilio.chat"];
    const { json } = await create({ name: "twice", scopes: ["mint", "mint"], products });
    assert.deepEqual([json.scopes, json.products], [["mint"], ["twilio.chat"]]);
  });
});

describe("deleted", () => {
  test("it mints nothing from then on, and reads nothing a second later", async () => {
    const { json } = await create({ name: "short", scopes: ["read", "mint", "mint:others"] });
    assert.equal((await api.ask({ path: "/v1/tokens", bearer: json.token })).status, 200);
    assert.equal((await remove(json.id)).status, 204);
    const body = { provider: "twilio", identity: "x", grants: { chat: {} } };
    const minted = await api.ask({ method: "POST", path: "/v1/tokens", bearer: json.token, body });
    assert.equal(minted.status, 401);
    assert.equal((await newest())?.type, "token.refused");
    assert.ok(!(await list()).some(({ id }) => id === json.id));
    await within(1_000);
    for (const path of ["/v1/tokens", "/v1/audit", "/metrics"])
      assert.equal((await api.ask({ path, bearer: json.token })).status, 401, path);
    assert.ok(
      (await events()).some(({ type, data }) => type === DELETED && data["caller"] === json.id),
    );
  });
  test("a second time, another project's and none at all are one 404", async () => {
    const { json } = await create({ name: "gone", scopes: ["mint"] });
    const kept = await create({ name: "kept", scopes: ["mint"] });
    await remove(json.id);
    for (const [id, bearer] of [
      [json.id, root],
      [kept.json.id, foreign],
      ["000000000000", root],
      ["%27%20OR%201=1", root],
    ]) {
      const got = await remove(id, bearer);
      assert.deepEqual([got.status, got.json.code], [404, "not_found"]);
      assert.equal(got.json.detail, "There is no caller with this id.");
    }
    assert.ok(
      (await list()).some(({ id }) => id === kept.json.id),
      "another project deleted it",
    );
  });
  test("one that operates all projects only by its equal", async () => {
    const { json } = await create({ name: "all", scopes: ["operate:*"] });
    assert.equal((await remove(json.id, operator)).status, 403);
    assert.equal((await remove(json.id, root)).status, 204);
  });
  test("by itself, after which it makes nothing more", async () => {
    const { json } = await create({ name: "self", scopes: ["operate", "mint"] });
    assert.equal((await remove(json.id, json.token)).status, 204);
    assert.equal((await create({ name: "x", scopes: ["mint"] }, json.token)).status, 401);
  });
});

describe("nobody gives what they do not have", () => {
  test("no scope beyond their own; operate:* only from operate:*", async () => {
    for (const scope of SCOPES) {
      const { status, json } = await create({ name: "more", scopes: [scope] }, operator);
      const own = ["operate", "mint", "read"].includes(scope);
      assert.equal(status, own ? 201 : 403, scope);
      if (!own) assert.equal(json.errors[0].pointer, "/scopes/0");
    }
    const all = await api.apiToken("north", ["operate:*"]);
    assert.equal((await create({ name: "x", scopes: ["operate"] }, all)).status, 201);
    assert.equal((await create({ name: "x", scopes: ["mint"] }, all)).status, 403);
  });
  test("a user of the app is 403, whatever is asked for", async () => {
    const user = await api.jwt("north", "alice");
    assert.equal((await create({ name: "x", scopes: ["mint"] }, user)).status, 403);
  });
  test("the refusal is in the log", async () => {
    await create({ name: "more", scopes: ["introspect"] }, operator);
    const event = await newest();
    assert.deepEqual(
      [event?.type, event?.data["wanted"]],
      ["operation.refused", "callers.created"],
    );
  });

  const limited = async (limits: TokenLimits, body: object): Promise<Got> => {
    const scopes: Scope[] = ["operate", "mint", "mint:others"];
    const maker = await api.apiToken("north", scopes, limits);
    return create({ name: "made", scopes: ["mint", "mint:others"], ...body }, maker);
  };
  test("products: theirs at most, and theirs where nothing is said", async () => {
    const limits = { products: ["twilio.chat", "twilio.video"] };
    assert.equal((await limited(limits, { products: ["twilio.sync"] })).status, 403);
    assert.deepEqual((await limited(limits, { products: ["twilio.chat"] })).json.products, [
      "twilio.chat",
    ]);
    assert.deepEqual((await limited(limits, {})).json.products, limits.products);
  });
  test("identities: patterns within theirs", async () => {
    const limits = { onBehalf: ["user-*", "robot"] };
    for (const on_behalf of [["*"], ["u*"], ["user*"], ["robot*"], ["user-1", "guest"]])
      assert.equal((await limited(limits, { on_behalf })).status, 403, on_behalf.join());
    for (const on_behalf of [["user-*"], ["user-1"], ["user-a*b*"], ["robot"]])
      assert.equal((await limited(limits, { on_behalf })).status, 201, on_behalf.join());
    assert.deepEqual((await limited(limits, {})).json.on_behalf, limits.onBehalf);
  });
  test("time: no token outlives the one that made it", async () => {
    const limits = { expiresAt: IN_AN_HOUR };
    const later = await limited(limits, { expires_at: at(IN_AN_HOUR + 1) });
    assert.deepEqual([later.status, later.json.errors[0].pointer], [403, "/expires_at"]);
    const earlier = await limited(limits, { expires_at: at(IN_AN_HOUR - 60) });
    assert.equal(Date.parse(earlier.json.expires_at) / 1000, IN_AN_HOUR - 60);
    const silent = await limited(limits, {});
    assert.equal(Date.parse(silent.json.expires_at) / 1000, IN_AN_HOUR);
  });
  test("whatever the patterns, none lets in an identity that the maker may not name", () => {
    const pattern = fc.string({
      unit: fc.constantFrom("a", "b", "-", "*"),
      maxLength: 6,
      minLength: 1,
    });
    const identity = fc.string({ unit: fc.constantFrom("a", "b", "-", "*"), maxLength: 8 });
    const matches = (patterns: readonly string[], text: string) =>
      patterns.some((one) => matchesGlob(parseGlob(one), text));
    let given = 0;
    const check = (own: string[], wanted: string, text: string) => {
      const maker = { scopes: new Set<Scope>(["mint"]), onBehalf: own, kind: "api_token" };
      let limits: ReturnType<typeof withinOwn>;
      try {
        limits = withinOwn(maker as never, { scopes: ["mint"], onBehalf: [wanted] });
      } catch {
        return;
      }
      given++;
      if (matches(limits.onBehalf ?? [], text)) assert.ok(matches(own, text), `${wanted}: ${text}`);
    };
    const lists = fc.array(pattern, { minLength: 1, maxLength: 3 });
    fc.assert(fc.property(lists, pattern, identity, check), { numRuns: RUNS * 20 });
    assert.ok(given > RUNS, `only ${given} were given`);
  });
});

describe("Idempotency-Key", () => {
  const key = (name: string) => ({ "idempotency-key": name });
  const body = { name: "once", scopes: ["mint"] };
  test("a replay is 200 with everything but the token, and makes nothing", async () => {
    const first = await create(body, root, key("k1"));
    const count = (await list()).length;
    const again = await create(body, root, key("k1"));
    assert.deepEqual([first.status, again.status], [201, 200]);
    const { token, ...shown } = first.json;
    assert.deepEqual(again.json, shown);
    assert.ok(!again.text.includes(token));
    assert.equal((await list()).length, count);
  });
  test("eight at once make one", async () => {
    const all = await Promise.all(Array.from({ length: 8 }, () => create(body, root, key("k8"))));
    assert.equal(all.filter(({ status }) => status === 201).length, 1);
    assert.equal(all.filter(({ status }) => status === 200).length, 7);
    assert.equal(new Set(all.map(({ json }) => json.id)).size, 1);
  });
  test("422 for another body, and for a key that stands for a mint", async () => {
    await create(body, root, key("k2"));
    const other = await create({ ...body, name: "other" }, root, key("k2"));
    assert.deepEqual([other.status, other.json.code], [422, "idempotency_mismatch"]);
    const mint = { provider: "twilio", identity: "x", grants: { chat: {} } };
    const headers = key("k2");
    const minted = await api.ask({
      method: "POST",
      path: "/v1/tokens",
      bearer: root,
      body: mint,
      headers,
    });
    assert.equal(minted.status, 422);
  });
  test("409 once it was deleted; another caller's key is another key", async () => {
    const { json } = await create(body, root, key("k3"));
    assert.equal((await create(body, operator, key("k3"))).status, 201);
    await remove(json.id);
    const again = await create(body, root, key("k3"));
    assert.deepEqual([again.status, again.json.code], [409, "conflict"]);
  });
  test("400 for a key that is none", async () => {
    for (const name of ["a b", "é", "x".repeat(256)])
      assert.equal((await create(body, root, key(name))).status, 400);
  });
});

describe("refusals", () => {
  test("401 without a credential", async () => {
    const [made, listed, removed] = await Promise.all([
      api.ask({ method: "POST", path: "/v1/callers", body: { name: "x", scopes: ["mint"] } }),
      api.ask({ path: "/v1/callers" }),
      api.ask({ method: "DELETE", path: "/v1/callers/000000000000" }),
    ]);
    assert.deepEqual([made.status, listed.status, removed.status], [401, 401, 401]);
  });
  test("another project's callers are not listed", async () => {
    assert.deepEqual(
      (await list(foreign)).map(({ name }) => name),
      ["for operate mint read"],
    );
  });
  const wrong: [object, string][] = [
    [{ scopes: ["mint"] }, "/name"],
    [{ name: "", scopes: ["mint"] }, "/name"],
    [{ name: "a\nb", scopes: ["mint"] }, "/name"],
    [{ name: "a\u202eb", scopes: ["mint"] }, "/name"],
    [{ name: "x".repeat(101), scopes: ["mint"] }, "/name"],
    [{ name: "x" }, "/scopes"],
    [{ name: "x", scopes: [] }, "/scopes"],
    [{ name: "x", scopes: ["admin"] }, "/scopes/0"],
    [{ name: "x", scopes: ["mint"], products: [] }, "/products"],
    [{ name: "x", scopes: ["mint"], products: ["twilio.vidoe"] }, "/products/0"],
    [{ name: "x", scopes: ["mint"], on_behalf: ["a"] }, "/on_behalf"],
    [{ name: "x", scopes: ["mint:others"], on_behalf: ["a\u200b*"] }, "/on_behalf/0"],
    [{ name: "x", scopes: ["mint"], expires_at: "2020-01-01T00:00:00Z" }, "/expires_at"],
    [{ name: "x", scopes: ["mint"], expires_at: "2099-01-01 00:00:00Z" }, "/expires_at"],
    [{ name: "x", scopes: ["mint"], project: "south" }, "/project"],
    [{ name: "x", scopes: ["mint"], id: "000000000000" }, "/id"],
  ];
  for (const [body, pointer] of wrong)
    test(`400 for ${JSON.stringify(body).slice(0, 60)}`, async () => {
      const { status, json } = await create(body);
      assert.deepEqual([status, json.errors?.[0].pointer], [400, pointer]);
    });
});
