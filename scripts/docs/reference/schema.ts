/** JSON Schema, as much as the published description of `handstamp.yaml` needs. */

export interface Schema {
  readonly minimum?: number;
  readonly maximum?: number;
  readonly [keyword: string]: unknown;
}

/** An object of these fields and no others. */
export function objectOf(
  properties: Readonly<Record<string, Schema>>,
  { required = [], ...more }: Schema & { readonly required?: readonly string[] } = {},
): Schema {
  return {
    type: "object",
    properties,
    ...(required.length > 0 ? { required } : {}),
    additionalProperties: false,
    ...more,
  };
}

export function listOf(items: Schema, more: Schema = {}): Schema {
  return { type: "array", items, ...more };
}

const FROM_ENVIRONMENT = { type: "string", pattern: "\\$\\{env:[A-Za-z_][A-Za-z0-9_]*\\}" };

/** Lets `${env:NAME}` stand wherever a text must look a certain way. */
export function withEnvironment(schema: Schema): Schema {
  const { type, pattern, description, ...rest } = schema;
  if (type === "string" && pattern !== undefined)
    return {
      ...(description === undefined ? {} : { description }),
      anyOf: [{ type, pattern, ...rest }, FROM_ENVIRONMENT],
    };
  return Object.fromEntries(
    Object.entries(schema).map(([keyword, value]) => [keyword, within(value)]),
  );
}

function within(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(within);
  return typeof value === "object" && value !== null ? withEnvironment(value as Schema) : value;
}
