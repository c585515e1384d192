/** The OpenAPI 3.1 description, made from the same operations that the router serves. */
import { ERRORS, s, toJsonSchema } from "@handstamp/protocol";
import type { AnswerDoc, Operation } from "./operation.ts";

export interface About {
  readonly version: string;
}

/** @returns an OpenAPI 3.1 document as plain JSON */
export function describeApi(
  operations: readonly Operation[],
  about: About,
): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const operation of operations) {
    const path = operation.path.replaceAll(/:(\w+)/g, "{$1}").replace("*", "{rest}");
    paths[path] = { ...paths[path], [operation.method.toLowerCase()]: describe(operation) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Handstamp",
      version: about.version,
      summary: "Tokens for real-time voice, video and chat.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    paths,
    components: {
      securitySchemes: SECURITY,
      schemas: { Problem: PROBLEM },
      responses: { Problem: PROBLEM_ANSWER },
    },
  };
}

const SECURITY = {
  bearer: {
    type: "http",
    scheme: "bearer",
    description: "An API token (hs_...) or a JWT of the app's own login.",
  },
  session: {
    type: "apiKey",
    in: "cookie",
    name: "session",
    description: "The app's own session, where one is configured.",
  },
};

const PROBLEM = {
  type: "object",
  description: "RFC 9457 problem details with a stable code.",
  required: ["type", "title", "status", "detail", "code", "request_id"],
  properties: {
    type: { type: "string" },
    title: { type: "string" },
    status: { type: "integer" },
    detail: { type: "string" },
    code: { type: "string", enum: Object.keys(ERRORS) },
    request_id: { type: "string" },
    errors: {
      type: "array",
      items: {
        type: "object",
        required: ["pointer", "message"],
        properties: { pointer: { type: "string" }, message: { type: "string" } },
      },
    },
  },
};

const PROBLEM_ANSWER = {
  description: "Refused or failed; the code says how.",
  content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
};

function describe(operation: Operation): Record<string, unknown> {
  const { id, summary, tag, access, body, lenient } = operation;
  return {
    operationId: id,
    summary,
    tags: [tag],
    ...(access === "public" ? { security: [] } : { security: [{ bearer: [] }, { session: [] }] }),
    ...(access === "public" || access === "caller" ? {} : { "x-scope": access }),
    parameters: [...parametersOf(operation, "path"), ...parametersOf(operation, "query")],
    ...(body
      ? { requestBody: { required: lenient !== true, content: bodyOf(body, lenient === true) } }
      : {}),
    responses: { ...answersOf(operation.answers), default: failureOf(operation) },
  };
}

/** A drop-in route fails as its peer does, in JSON of its own form. */
function failureOf({ failureShape }: Operation): Record<string, unknown> {
  if (!failureShape) return { $ref: "#/components/responses/Problem" };
  return {
    description: "Refused or failed, in the form that this route's clients know.",
    content: { "application/json": { schema: toJsonSchema(failureShape) } },
  };
}

function parametersOf(operation: Operation, place: "path" | "query"): Record<string, unknown>[] {
  const fields = (place === "path" ? operation.params : operation.query)?.fields ?? {};
  const inPath = [...operation.path.matchAll(/:(\w+)/g)].map(([, name]) => name);
  return Object.entries(fields)
    .filter(([name]) => place === "query" || inPath.includes(name))
    .map(([name, field]) => ({
      name,
      in: place,
      required: place === "path" || field.kind !== "optional",
      schema: toJsonSchema(field),
      ...(field.doc ? { description: field.doc } : {}),
    }))
    .concat(
      place === "path" && operation.path.endsWith("*")
        ? [{ name: "rest", in: place, required: true, schema: { type: "string" } }]
        : [],
    );
}

function bodyOf(shape: s.ObjectShape, lenient: boolean): Record<string, unknown> {
  const schema = { ...toJsonSchema(shape), ...(lenient ? { additionalProperties: true } : {}) };
  return {
    "application/json": { schema },
    ...(lenient ? { "application/x-www-form-urlencoded": { schema } } : {}),
  };
}

function answersOf(answers: Readonly<Record<number, AnswerDoc>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(answers).map(([status, answer]) => [
      status,
      { description: answer.doc, ...contentOf(answer) },
    ]),
  );
}

/** What has a type of its own and no schema is a text; an answer with neither has no body. */
function contentOf({ type, shape, schema, also = {} }: AnswerDoc): {
  content?: Record<string, unknown>;
} {
  if (!type && !shape && !schema) return {};
  const others = Object.entries(also).map(([other, of]) => [other, { schema: of }]);
  const own = { schema: schema ?? (shape ? toJsonSchema(shape) : { type: "string" }) };
  return { content: { [type ?? "application/json"]: own, ...Object.fromEntries(others) } };
}
