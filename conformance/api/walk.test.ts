/**
 * Every route of the service, taken from the table that the router serves: who is let in, and who is
 * not. A route that is added tomorrow is walked tomorrow, or fails here until somebody has thought.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { SCOPES } from "@handstamp/protocol";
import type { Operation } from "../../packages/server/src/http/operation.ts";
import {
  type Api,
  type Got,
  startApi,
} from "../../packages/server/src/routes/service.test-suite.ts";

let api: Api;
before(async () => {
  api = await startApi();
});
after(() => api.close());

/** The contract's list. The console's assets come with the console. */
const PUBLIC = ["GET /health/live", "GET /health/ready", "GET /openapi.json", "GET /ping"];

/** A value for each part of a path that has a name. One that is missing here fails the walk. */
const PARTS: Readonly<Record<string, string>> = {
  id: "000000000000",
  identity: "user-alice",
  channel: "lesson-1",
  role: "publisher",
  tokenType: "uid",
  rtcuid: "0",
  rtmuid: "user-alice",
  chatid: "user-alice",
  "*": "x",
};

function pathOf({ path }: Operation): string {
  return path.replaceAll(/:(\w+)|\*/g, (part, name: string | undefined) => {
    const value = PARTS[name ?? part];
    assert.ok(value, `${path}: give ${part} a value in PARTS`);
    return value;
  });
}

const nameOf = ({ method, path }: Operation) => `${method} ${path}`;
const send = (operation: Operation, bearer?: string, headers = {}): Promise<Got> =>
  api.ask({
    method: operation.method,
    path: pathOf(operation),
    bearer,
    headers,
    ...(operation.method === "GET" || operation.method === "DELETE" ? {} : { body: {} }),
  });
const operations = () => api.service.operations;
const closed = () => operations().filter(({ access }) => access !== "public");
const scoped = () => closed().filter(({ access }) => access !== "caller" && access !== "mint");

test("the public routes are the contract's and no other", () => {
  const open = operations().filter(({ access }) => access === "public");
  assert.deepEqual(open.map(nameOf).toSorted(), PUBLIC);
});

test("the table holds every route that the router has", () => {
  const ids = new Set(operations().map(({ id }) => id));
  assert.equal(ids.size, operations().length, "two operations have one id");
  assert.ok(closed().length >= 20, `only ${closed().length} routes are closed`);
});

describe("401 with WWW-Authenticate", () => {
  const wrong: Record<string, () => Promise<Record<string, string>> | Record<string, string>> = {
    "without a credential": () => ({}),
    "with an API token that nobody made": () => ({
      authorization: "Bearer hs_aaaaaaaaaaaabbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb000000",
    }),
    "with an API token whose end is changed": async () => {
      const token = await api.apiToken("north", SCOPES);
      const last = token.endsWith("0") ? "1" : "0";
      return { authorization: `Bearer ${token.slice(0, -1)}${last}` };
    },
    "with a JWT whose signature is another's": async () => {
      const [header, payload] = (await api.jwt("north", "alice")).split(".");
      return { authorization: `Bearer ${header}.${payload}.${"A".repeat(43)}` };
    },
    "with a JWT for nobody's audience": async () => ({
      authorization: `Bearer ${await api.jwt("west" as "north", "alice")}`,
    }),
    "with a JWT without a signature": async () => {
      const [, payload] = (await api.jwt("north", "alice")).split(".");
      const header = Buffer.from('{"alg":"none","typ":"JWT"}').toString("base64url");
      return { authorization: `Bearer ${header}.${payload}.` };
    },
    "with Basic": () => ({ authorization: `Basic ${Buffer.from("a:b").toString("base64")}` }),
    "with two credentials": async () => ({
      authorization: `Bearer ${await api.jwt("north", "alice")}, Bearer ${await api.jwt("north", "bob")}`,
    }),
    "with a cookie that nobody takes": () => ({ cookie: "session=1" }),
    "with a token in the query's stead": () => ({ "x-api-key": "hs_x" }),
  };
  for (const [what, headers] of Object.entries(wrong))
    test(what, async () => {
      const given = await headers();
      for (const operation of closed()) {
        const { status, headers: answered, text } = await send(operation, undefined, given);
        assert.equal(status, 401, nameOf(operation));
        assert.match(answered.get("www-authenticate") ?? "", /^Bearer/, nameOf(operation));
        assert.doesNotMatch(text, /eyJ|"007/, nameOf(operation));
      }
    });
});

describe("403", () => {
  test("for a user of the app on every route of operators and readers", async () => {
    const users = [
      await api.jwt("north", "alice"),
      await api.jwt("north", "bob", { scopes: SCOPES, scope: SCOPES.join(" "), role: "admin" }),
    ];
    for (const bearer of users)
      for (const operation of scoped()) {
        const { status, json } = await send(operation, bearer);
        assert.deepEqual([status, json.code], [403, "forbidden"], nameOf(operation));
      }
    assert.ok(scoped().length >= 6);
  });
  test("for an API token with every scope but the one that is asked for", async () => {
    for (const operation of closed().filter(({ access }) => access !== "caller")) {
      const needed = [operation.access, ...(operation.access === "operate" ? ["operate:*"] : [])];
      const others = SCOPES.filter((scope) => !needed.includes(scope));
      const { status } = await send(operation, await api.apiToken("north", others));
      assert.equal(status, 403, nameOf(operation));
    }
  });
});

describe("another project's API token", () => {
  let operator: string;
  let stranger: string;
  let made: { readonly token: string; readonly caller: string };
  before(async () => {
    operator = await api.apiToken("north", SCOPES);
    const all = SCOPES.filter((scope) => scope !== "operate:*");
    stranger = await api.apiToken("south", all);
    const mint = { provider: "twilio", identity: "only-in-north", grants: { chat: {} } };
    const token = await api.ask({
      method: "POST",
      path: "/v1/tokens",
      bearer: operator,
      body: mint,
    });
    const body = { name: "only-in-north", scopes: ["mint"] };
    const caller = await api.ask({ method: "POST", path: "/v1/callers", bearer: operator, body });
    made = { token: token.json.id, caller: caller.json.id };
  });

  /** What of the north stands under each path with an id. */
  const items = (): Readonly<Record<string, string>> => ({
    "/v1/tokens/:id": made.token,
    "/v1/callers/:id": made.caller,
  });

  test("finds none of its things by their ids, and the answer is that of what never was", async () => {
    const native = closed().filter(({ path }) => /^\/v1\/.*:/.test(path));
    assert.ok(native.length >= 2);
    for (const operation of native) {
      const id = items()[operation.path];
      assert.ok(id, `${operation.path}: say in items() what the north has there`);
      const { method, path } = operation;
      const at = (value: string) => ({
        method,
        path: path.replace(":id", value),
        bearer: stranger,
      });
      const theirs = await api.ask(at(id));
      const nobodys = await api.ask(at("000000000000"));
      assert.equal(theirs.status, 404, nameOf(operation));
      const shown = ({ json }: Got) => ({ ...json, request_id: "" });
      assert.deepEqual(shown(theirs), shown(nobodys));
    }
    const own = await api.ask({ path: `/v1/tokens/${made.token}`, bearer: operator });
    assert.equal(own.status, 200, "its own project still has it");
  });
  test("finds none of them in any list", async () => {
    const lists = closed().filter(
      ({ method, path, access }) => method === "GET" && !path.includes(":") && access !== "mint",
    );
    const holding = ["/v1/tokens", "/v1/callers", "/v1/audit"];
    for (const operation of lists.filter(({ path }) => path.startsWith("/v1/"))) {
      assert.ok(holding.includes(operation.path), `${operation.path}: is it a list of things?`);
      const theirs = (await send(operation, stranger)).text;
      const own = (await send(operation, operator)).text;
      assert.ok(own.includes("only-in-north"), `${operation.path} shows its own project nothing`);
      for (const hidden of ["only-in-north", made.token, made.caller])
        assert.ok(!theirs.includes(hidden), `${nameOf(operation)} shows ${hidden}`);
    }
    const lines = await api.ask({ path: "/v1/audit?format=ndjson", bearer: stranger });
    assert.ok(!lines.text.includes("only-in-north") && lines.text.includes('"project":"south"'));
  });
  test("signs with its own project's key", async () => {
    const body = { provider: "twilio", identity: "x", grants: { chat: {} } };
    const ask = { method: "POST", path: "/v1/tokens", body };
    const [north, south] = await Promise.all([
      api.ask({ ...ask, bearer: operator }),
      api.ask({ ...ask, bearer: stranger }),
    ]);
    assert.match(north.json.id, /^SK0123/);
    assert.match(south.json.id, /^SKfedc/);
  });
});

describe("methods", () => {
  test("HEAD only where GET is public; any other that a path has not is 405 with Allow", async () => {
    for (const sample of operations()) {
      const { path } = sample;
      const there = operations().filter((operation) => operation.path === path);
      for (const method of ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] as const) {
        const own = there.some((operation) => operation.method === method);
        const head = method === "HEAD" && there.some(({ access }) => access === "public");
        if (own || head) continue;
        const { status, headers } = await api.ask({ method, path: pathOf(sample) });
        assert.equal(status, 405, `${method} ${path}`);
        for (const { method: named } of there)
          assert.ok(headers.get("allow")?.includes(named), `${method} ${path}`);
      }
    }
  });
});
