/** Writes shapes as JSON Schema (draft 2020-12), for OpenAPI and for editors. */
import type { Shape } from "./shape.ts";

type Schema = Record<string, unknown>;

/** The JSON Schema of a shape. */
export function toJsonSchema(shape: Shape): Schema {
  const write = WRITERS[shape.kind] as Writer<Shape["kind"]>;
  return {
    ...write(shape),
    ...given({
      description: shape.doc || undefined,
      examples: shape.example === undefined ? undefined : [shape.example],
    }),
  };
}

type Writer<K extends Shape["kind"]> = (shape: Extract<Shape, { kind: K }>) => Schema;

const WRITERS: { readonly [K in Shape["kind"]]: Writer<K> } = {
  text: ({ min, max, pattern }) => ({
    type: "string",
    ...given({ minLength: min, maxLength: max, pattern: pattern?.source }),
  }),
  integer: ({ min, max }) => ({ type: "integer", ...given({ minimum: min, maximum: max }) }),
  boolean: () => ({ type: "boolean" }),
  choice: ({ of }) => ({ type: "string", enum: [...of] }),
  anyOf: ({ of }) => ({ anyOf: of.map(toJsonSchema) }),
  list: ({ of, max }) => ({ type: "array", items: toJsonSchema(of), ...given({ maxItems: max }) }),
  record: ({ of, keys, max }) => ({
    type: "object",
    additionalProperties: toJsonSchema(of),
    ...given({ propertyNames: keys && toJsonSchema(keys), maxProperties: max }),
  }),
  object: ({ fields }) => ({
    type: "object",
    properties: Object.fromEntries(
      Object.entries(fields).map(([name, field]) => [name, toJsonSchema(field)]),
    ),
    required: Object.keys(fields).filter((name) => fields[name]?.kind !== "optional"),
    additionalProperties: false,
  }),
  json: () => ({ type: "object" }),
  optional: ({ of }) => toJsonSchema(of),
};

/** Without the keywords that have no value. */
function given(keywords: Schema): Schema {
  return Object.fromEntries(Object.entries(keywords).filter(([, value]) => value !== undefined));
}
