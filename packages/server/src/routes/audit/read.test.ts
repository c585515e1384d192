/** GET /v1/audit: the log in pages, and whole as NDJSON that verifies without the service. */
import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { type Api, type Got, startApi } from "../service.test-suite.ts";
import { readAudit } from "./read.ts";

let api: Api;
let reader: string;
let foreign: string;
let operator: string;
before(async () => {
  api = await startApi();
  reader = await api.apiToken("north", ["read"]);
  foreign = await api.apiToken("south", ["read"]);
  operator = await api.apiToken("north", ["read", "operate:*"]);
  for (const project of ["north", "south"] as const)
    for (const sub of ["alice", "bob"]) {
      const bearer = await api.jwt(project, sub);
      const ask = { method: "POST", path: "/v1/tokens", bearer };
      await api.ask({ ...ask, body: { provider: "twilio", grants: { chat: {} } } });
      await api.ask({ ...ask, body: { provider: "twilio", grants: { sync: {} } } });
    }
});
after(() => api.close());

const get = (query: string, bearer?: string, headers = {}): Promise<Got> =>
  api.ask({ path: `/v1/audit${query}`, bearer, headers });
interface Event {
  readonly type: string;
  readonly project: string | null;
  readonly chain: string;
  readonly seq: number;
}
const eventsOf = ({ json }: Got): Event[] =>
  json.entries.map(({ event }: { event: Event }) => event);
const linesOf = ({ text }: Got): string[] => text.trimEnd().split("\n");

describe("a page", () => {
  test("has the project's entries, newest first, and no other project's", async () => {
    for (const [bearer, project] of [
      [reader, "north"],
      [foreign, "south"],
    ]) {
      const events = eventsOf(await get("", bearer));
      assert.ok(events.length >= 6);
      assert.deepEqual([...new Set(events.map((event) => event.project))], [project]);
      const seqs = events.map(({ seq }) => seq);
      assert.deepEqual(
        seqs,
        seqs.toSorted((a, b) => b - a),
      );
    }
  });
  test("filters by type, identity, product, caller and time", async () => {
    const counts: [string, number][] = [
      ["type=token.issued", 2],
      ["type=token.refused", 2],
      ["type=token.issued&identity=user-alice", 1],
      ["identity=user-alice", 2],
      ["product=twilio.sync", 2],
      [`caller=${encodeURIComponent("jwt:https://login.example.com|bob")}`, 2],
      ["identity=user-alice&to=2020-01-01T00:00:00Z", 0],
      ["identity=user-alice&from=2020-01-01T00:00:00Z", 2],
      ["identity=nobody", 0],
    ];
    for (const [query, count] of counts)
      assert.equal((await get(`?${query}`, reader)).json.entries.length, count, query);
  });
  test("is followed by the next until there is none", async () => {
    const whole = eventsOf(await get("?limit=500", reader)).map(({ seq }) => seq);
    const seen: number[] = [];
    let query: string | undefined = "?limit=3";
    while (query !== undefined) {
      const got: Got = await get(query, reader);
      seen.push(...eventsOf(got).map(({ seq }) => seq));
      query = got.json.next && `?limit=3&cursor=${got.json.next}`;
    }
    assert.deepEqual(seen, whole);
  });
  test("of who operates all projects has them all", async () => {
    const projects = new Set(eventsOf(await get("?limit=500", operator)).map((e) => e.project));
    assert.ok(projects.has("north") && projects.has("south"));
  });
});

describe("NDJSON", () => {
  test("by parameter or by Accept, and not where the parameter says json", async () => {
    const accept = { accept: "text/html, application/x-ndjson;q=0.9" };
    for (const [query, headers, type] of [
      ["?format=ndjson", {}, "application/x-ndjson"],
      ["", accept, "application/x-ndjson"],
      ["?format=json", accept, "application/json; charset=utf-8"],
      ["", { accept: "application/x-ndjsonx" }, "application/json; charset=utf-8"],
    ] as const)
      assert.equal((await get(query, reader, headers)).headers.get("content-type"), type);
  });
  test("verifies as a chain, from the lines alone", async () => {
    let previous: Uint8Array = Buffer.alloc(32);
    let seq = 0;
    const lines = linesOf(await get("?format=ndjson", operator));
    for (const line of lines) {
      const [, stated, text] = /^\{"hash":"([0-9a-f]{64})","event":(.*)\}$/.exec(
        line,
      ) as unknown as [string, string, string];
      previous = hash("sha256", Buffer.concat([previous, Buffer.from(text)]), "buffer");
      assert.equal(Buffer.from(previous).toString("hex"), stated);
      assert.equal(JSON.parse(text).seq, ++seq);
    }
    const [head] = await api.service.store.audit.heads();
    assert.equal(seq, head?.seq, "the export is the whole chain");
    assert.equal(JSON.parse(lines.at(-1) as string).event.type, "audit.exported");
  });
  test("has what matches and no other project's", async () => {
    const lines = linesOf(await get("?format=ndjson&type=token.issued", reader));
    const events = lines.map((line) => JSON.parse(line).event as Event);
    assert.deepEqual(
      events.map(({ type, project }) => [type, project]),
      [
        ["token.issued", "north"],
        ["token.issued", "north"],
      ],
    );
  });
  test("nothing that matches is nothing", async () => {
    assert.equal((await get("?format=ndjson&identity=nobody", reader)).text, "");
  });
});

test("an export is read as it is taken: a client that stops has nothing read ahead for it", async () => {
  const { store } = api.service;
  let pages = 0;
  const page = { items: [{ hash: "00", text: "{}" }], next: "more" };
  const audit = { ...store.audit, list: async () => (pages++, page as never) };
  const journal = { record: async () => ({ committed: true, chain: "main", seq: 1 }) as const };
  const operation = readAudit({ store: { audit }, journal, now: Date.now });
  const caller = { kind: "api_token", id: "x", project: "north", scopes: new Set(["read"]) };
  const ask = { caller, query: { format: "ndjson" }, presented: { headers: {} } };
  const { body } = await operation.handle(ask as never);
  const lines = (body as AsyncIterable<string>)[Symbol.asyncIterator]();
  assert.equal(pages, 0);
  assert.equal((await lines.next()).value, '{"hash":"00","event":{}}\n');
  assert.equal((await lines.next()).done, false);
  assert.ok(pages <= 2);
});

describe("refusals", () => {
  test("401 without a credential", async () => {
    assert.equal((await get("")).status, 401);
  });
  test("403 for a user of the app, for a back end, and for operate without read", async () => {
    const others = [
      await api.jwt("north", "alice"),
      await api.apiToken("north", ["mint", "mint:others"]),
      await api.apiToken("north", ["operate", "operate:*"]),
    ];
    for (const bearer of others)
      for (const query of ["", "?format=ndjson"])
        assert.deepEqual((await get(query, bearer)).json.code, "forbidden");
  });
  for (const [query, pointer] of [
    ["type=token.stolen", "/query/type"],
    ["format=csv", "/query/format"],
    ["from=now", "/query/from"],
    ["cursor=x", "/query/cursor"],
    ["project=south", "/query/project"],
    ["order=oldest", "/query/order"],
  ])
    test(`400 for ${query}`, async () => {
      const { status, json } = await get(`?${query}`, reader);
      assert.deepEqual([status, json.errors[0].pointer], [400, pointer]);
    });
});
