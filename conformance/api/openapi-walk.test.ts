/**
 * Every operation of `/openapi.json`, called with what it describes and with what it does not. The
 * answers are held against the same description; nothing is a 500.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { SCOPES } from "@handstamp/protocol";
import * as fc from "fast-check";
import type { Ask, Got } from "../../packages/server/src/routes/service.test-suite.ts";
import { type DescribedApi, startDescribed } from "./described.ts";
import { described, HOSTILE, hostileBody, type Schema } from "./from-schema.ts";

const RUNS = process.env["HANDSTAMP_LONG"] ? 2_000 : 40;

interface Parameter {
  readonly name: string;
  readonly in: "path" | "query";
  readonly required: boolean;
  readonly schema: Schema;
}
interface Described {
  readonly operationId: string;
  readonly parameters: readonly Parameter[];
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly schema: Schema }>>;
  };
}
interface Walked extends Described {
  readonly method: string;
  readonly path: string;
  readonly body: Schema | undefined;
}

let api: DescribedApi;
let bearers: string[];
before(async () => {
  api = await startDescribed();
  bearers = [
    await api.apiToken("north", SCOPES),
    await api.jwt("north", "alice", { role: "tutor" }),
  ];
});
after(() => api.close());

function operations(): Walked[] {
  const paths = api.description.document.paths as unknown as Record<
    string,
    Record<string, Described>
  >;
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      ...operation,
      method: method.toUpperCase(),
      path,
      body: operation.requestBody?.content["application/json"]?.schema,
    })),
  );
}

/** Runs a property for each operation, and says which one it was that failed. */
async function walk(
  asks: (operation: Walked) => fc.Arbitrary<Ask> | undefined,
  check: (operation: Walked, ask: Ask, got: Got) => void = () => {},
): Promise<void> {
  for (const operation of operations()) {
    const arbitrary = asks(operation);
    if (!arbitrary) continue;
    const property = fc.asyncProperty(arbitrary, fc.constantFrom(...bearers), async (ask, bearer) =>
      check(operation, ask, await api.ask({ ...ask, bearer })),
    );
    await fc.assert(property, { numRuns: RUNS }).catch((error: Error) => {
      throw new Error(`${operation.method} ${operation.path}: ${error.message}`, { cause: error });
    });
  }
}

/** A part of a path: neither empty nor one that a URL takes for a step up. */
const isPart = (text: unknown) => !["", ".", ".."].includes(String(text));

function pathFor({ path, parameters }: Walked): fc.Arbitrary<string> {
  const parts = parameters.filter((parameter) => parameter.in === "path");
  const values = parts.map(({ schema }) => described(schema).filter(isPart));
  return fc
    .tuple(...values)
    .map((given) =>
      parts.reduce(
        (text, { name }, i) => text.replace(`{${name}}`, encodeURIComponent(String(given[i]))),
        path,
      ),
    );
}

function queryFor(parameters: readonly Parameter[]): fc.Arbitrary<string> {
  const given = parameters.filter((parameter) => parameter.in === "query");
  const values = Object.fromEntries(given.map(({ name, schema }) => [name, described(schema)]));
  const requiredKeys = given.filter(({ required }) => required).map(({ name }) => name);
  return fc
    .record(values, { requiredKeys })
    .map((query) => new URLSearchParams(query as Record<string, string>).toString());
}

function validAsk(operation: Walked): fc.Arbitrary<Ask> {
  const { method, parameters, body } = operation;
  return fc
    .tuple(
      pathFor(operation),
      queryFor(parameters),
      body ? described(body) : fc.constant(undefined),
    )
    .map(([path, query, value]) => ({
      method,
      path: query === "" ? path : `${path}?${query}`,
      ...(value === undefined ? {} : { body: JSON.stringify(value) }),
    }));
}

describe("with what is described", () => {
  test("every answer is as described, and every native route without an id can succeed", async () => {
    const succeeded = new Set<string>();
    await walk(validAsk, ({ operationId }, _ask, { status }) => {
      assert.notEqual(status, 401);
      assert.notEqual(status, 405);
      assert.notEqual(status, 415);
      if (status < 300) succeeded.add(operationId);
    });
    const native = operations().filter(
      ({ path }) => !path.includes("{") && /^\/(?:v1|health|metrics|openapi)/.test(path),
    );
    assert.ok(native.length >= 10);
    for (const { operationId, path } of native)
      assert.ok(succeeded.has(operationId), `${operationId} (${path}) never succeeded`);
  });
});

describe("with what is not", () => {
  test("bodies with one thing wrong", async () => {
    await walk((operation) => {
      const { body } = operation;
      if (!body) return undefined;
      return fc
        .tuple(validAsk(operation), hostileBody(body))
        .map(([ask, text]) => ({ ...ask, body: text }));
    });
  });

  test("a field that a strict route does not know is 400 and named", async () => {
    const strict = ({ body }: Walked) => body?.additionalProperties === false;
    assert.ok(operations().filter(strict).length >= 4);
    await walk(
      (operation) => {
        if (!strict(operation)) return undefined;
        return fc.tuple(validAsk(operation), fc.constantFrom(...FIELDS)).map(([ask, name]) => {
          const body = JSON.parse(String(ask.body)) as Record<string, unknown>;
          return { ...ask, body: JSON.stringify({ ...body, [name]: 1 }) };
        });
      },
      (_operation, _ask, { status, json }) => {
        // A user of the app is turned away before anything is read.
        if (status === 403) return;
        assert.deepEqual([status, json.code], [400, "invalid_request"]);
        assert.ok(json.errors.length > 0);
      },
    );
  });

  test("queries that nobody means", async () => {
    await walk((operation) => {
      const names = operation.parameters
        .filter((one) => one.in === "query")
        .map(({ name }) => name);
      const name = fc.constantFrom(...names, "x", "__proto__", "limit[]", "a.b");
      const value = fc.oneof(
        fc.constantFrom(...HOSTILE.filter((text) => text.length < 2000)),
        fc.string({ unit: "grapheme", maxLength: 50 }),
      );
      const pairs = fc.array(fc.tuple(name, value), { minLength: 1, maxLength: 3 });
      return fc.tuple(validAsk(operation), pairs).map(([ask, more]) => {
        const query = more.map(([key, text]) => `${encodeURIComponent(key)}=${encode(text)}`);
        return { ...ask, path: `${ask.path.split("?", 1)[0]}?${query.join("&")}` };
      });
    });
  });

  test("headers and types that do not fit", async () => {
    const headers = fc.constantFrom<Record<string, string>>(
      { "content-type": "text/plain" },
      { "content-type": "application/xml" },
      { "content-type": "application/json; charset=utf-7" },
      { "content-type": "multipart/form-data; boundary=x" },
      { "content-type": "application/x-www-form-urlencoded" },
      { "content-encoding": "gzip" },
      { accept: "image/png" },
      { accept: "application/x-ndjson;;;q=2,,*/*" },
      { "idempotency-key": "a b" },
      { "idempotency-key": "x".repeat(300) },
      { "x-request-id": "a\tb".repeat(100) },
      { traceparent: "00-zz" },
      { range: "bytes=0-1" },
      { expect: "nothing" },
      { "x-http-method-override": "DELETE" },
    );
    await walk((operation) =>
      fc.tuple(validAsk(operation), headers).map(([ask, more]) => ({ ...ask, headers: more })),
    );
  });
});

const FIELDS = ["admin", "project", "constructor", "Provider", "token ", "caller_id"];

/** Half a surrogate pair has no percent-encoding. */
function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}
