/** `/openapi.json`: valid OpenAPI 3.1, and the same list of routes as the router's. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Validator } from "@seriousme/openapi-schema-validator";
import { type DropIn, startDropIn } from "./service.ts";

let service: DropIn;
before(async () => {
  service = await startDropIn();
});
after(() => service.close());

test("it is valid OpenAPI 3.1", async () => {
  const document = structuredClone(service.description.document) as unknown as Record<
    string,
    unknown
  >;
  const validator = new Validator();
  const { valid, errors } = await validator.validate(document);
  assert.ok(valid, JSON.stringify(errors));
  assert.equal(validator.version, "3.1");
});

test("it has every operation of the service and no other", () => {
  const described = Object.entries(service.description.document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId }]) => `${method} ${path} ${operationId}`),
  );
  const served = service.running.operations.map(
    ({ method, path, id }) =>
      `${method.toLowerCase()} ${path.replaceAll(/:(\w+)/g, "{$1}").replace("*", "{rest}")} ${id}`,
  );
  assert.deepEqual(described.toSorted(), served.toSorted());
  assert.equal(new Set(described.map((line) => line.split(" ")[2])).size, described.length);
});

test("a method that is not described is 405, one that is described is not", async () => {
  const { app } = service.running;
  for (const [path, methods] of Object.entries(service.description.document.paths))
    for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE"] as const) {
      const url = path.replaceAll(/\{\w+\}/g, "x");
      const { statusCode } = await app.inject({ method, url, headers: { host: "localhost" } });
      const isDescribed = Object.hasOwn(methods, method.toLowerCase());
      assert.equal(statusCode === 405, !isDescribed, `${method} ${url} is ${statusCode}`);
    }
});

test("every path parameter is described", () => {
  for (const [path, methods] of Object.entries(service.description.document.paths))
    for (const operation of Object.values(methods) as {
      parameters?: { name: string; in: string }[];
    }[]) {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const described = operation.parameters
        ?.filter((given) => given.in === "path")
        .map(({ name }) => name);
      assert.deepEqual(new Set(described), new Set(inPath), path);
    }
});
