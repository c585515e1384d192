/**
 * Shapes: data that describes data. One shape gives the parser of an untrusted value, the TypeScript
 * type and the JSON Schema, so that the three cannot drift apart.
 *
 * Parsing is strict: an unknown field, a wrong type or a number that is not whole is an error that
 * names the field. Nothing is coerced.
 */
import { type FieldError, HandstampError } from "./errors.ts";
import type { JsonObject } from "./wire.ts";

interface Common {
  /** One sentence for people, used in OpenAPI, in help texts and in forms. */
  readonly doc?: string;
  readonly example?: unknown;
}

export interface TextShape extends Common {
  readonly kind: "text";
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: RegExp;
  /** The pattern in words: "must be <hint>". */
  readonly hint?: string;
}
export interface IntegerShape extends Common {
  readonly kind: "integer";
  readonly min?: number;
  readonly max?: number;
  readonly unit?: string;
}
export interface BooleanShape extends Common {
  readonly kind: "boolean";
}
export interface ChoiceShape<T extends string = string> extends Common {
  readonly kind: "choice";
  readonly of: readonly T[];
}
export interface AnyOfShape extends Common {
  readonly kind: "anyOf";
  readonly of: readonly Shape[];
}
export interface ListShape<T extends Shape = Shape> extends Common {
  readonly kind: "list";
  readonly of: T;
  readonly max?: number;
}
export interface RecordShape<T extends Shape = Shape> extends Common {
  readonly kind: "record";
  readonly of: T;
  readonly keys?: TextShape;
  readonly max?: number;
}
export interface ObjectShape<F extends Fields = Fields> extends Common {
  readonly kind: "object";
  readonly fields: F;
}
/** Any JSON object or value, taken as it is. */
export interface JsonShape extends Common {
  readonly kind: "json";
}
export interface OptionalShape<T extends Shape = Shape> extends Common {
  readonly kind: "optional";
  readonly of: T;
}
export type Fields = { readonly [name: string]: Shape };
export type Shape =
  | TextShape
  | IntegerShape
  | BooleanShape
  | ChoiceShape
  | AnyOfShape
  | ListShape
  | RecordShape
  | ObjectShape
  | JsonShape
  | OptionalShape;

/** The TypeScript type that a shape describes. */
export type Infer<S> = S extends TextShape
  ? string
  : S extends IntegerShape
    ? number
    : S extends BooleanShape
      ? boolean
      : S extends ChoiceShape<infer T>
        ? T
        : S extends { kind: "anyOf"; of: readonly (infer T)[] }
          ? Infer<T>
          : S extends ListShape<infer T>
            ? readonly Infer<T>[]
            : S extends RecordShape<infer T>
              ? Readonly<Record<string, Infer<T>>>
              : S extends { kind: "object"; fields: infer F }
                ? InferFields<F>
                : S extends JsonShape
                  ? JsonObject
                  : S extends OptionalShape<infer T>
                    ? Infer<T> | undefined
                    : never;
type OptionalKeys<F> = { [K in keyof F]: F[K] extends { kind: "optional" } ? K : never }[keyof F];
type InferFields<F> = {
  readonly [K in Exclude<keyof F, OptionalKeys<F>>]: Infer<F[K]>;
} & {
  readonly [K in OptionalKeys<F>]?: F[K] extends { of: infer T } ? Infer<T> : never;
};

type Given<S extends { kind: string }> = Omit<S, "kind" | "of" | "fields">;
export const text = (o: Given<TextShape> = {}): TextShape => ({ kind: "text", ...o });
export const integer = (o: Given<IntegerShape> = {}): IntegerShape => ({ kind: "integer", ...o });
export const boolean = (o: Given<BooleanShape> = {}): BooleanShape => ({ kind: "boolean", ...o });
export const json = (o: Given<JsonShape> = {}): JsonShape => ({ kind: "json", ...o });
export const choice = <const T extends string>(
  of: readonly T[],
  o: Common = {},
): ChoiceShape<T> => ({ kind: "choice", of, ...o });
export const anyOf = <const T extends readonly Shape[]>(of: T, o: Common = {}) =>
  ({ kind: "anyOf", of, ...o }) as const;
export const list = <T extends Shape>(of: T, o: Given<ListShape> = {}): ListShape<T> => ({
  kind: "list",
  of,
  ...o,
});
export const record = <T extends Shape>(of: T, o: Given<RecordShape> = {}): RecordShape<T> => ({
  kind: "record",
  of,
  ...o,
});
export const object = <const F extends Fields>(fields: F, o: Common = {}): ObjectShape<F> => ({
  kind: "object",
  fields,
  ...o,
});
export const optional = <T extends Shape>(of: T): OptionalShape<T> => ({ kind: "optional", of });

/**
 * Checks an untrusted value against a shape and returns it with its type.
 *
 * @param at the JSON pointer of the value inside the request, "" for the whole body
 * @throws HandstampError `invalid_request` naming every field that is wrong
 */
export function parse<S extends Shape>(shape: S, value: unknown, at = ""): Infer<S> {
  validate(shape, value, at);
  return value as Infer<S>;
}

/** The same check for a shape that is known only at run time. */
export function validate(shape: Shape, value: unknown, at = ""): void {
  const errors: FieldError[] = [];
  check(shape, value, at, errors);
  if (errors.length > 0) throw invalid(errors);
}

/** One `invalid_request` error out of a list of wrong fields. */
export function invalid(fields: readonly FieldError[]): HandstampError {
  const first = fields[0] as FieldError;
  const more = fields.length > 1 ? ` (and ${fields.length - 1} more)` : "";
  const where = first.pointer === "" ? "the body" : first.pointer;
  return new HandstampError("invalid_request", `${where} ${first.message}${more}`, { fields });
}

type Checker<K extends Shape["kind"]> = (
  shape: Extract<Shape, { kind: K }>,
  value: unknown,
  at: string,
  errors: FieldError[],
) => void;

const CHECKERS: { readonly [K in Shape["kind"]]: Checker<K> } = {
  text(shape, value, at, errors) {
    const fail = (message: string) => errors.push({ pointer: at, message });
    if (typeof value !== "string") fail(`must be a string, not ${nameOf(value)}`);
    else if (value.length < (shape.min ?? 0))
      fail(shape.min === 1 ? "must not be empty" : `must have at least ${shape.min} characters`);
    else if (value.length > (shape.max ?? Number.POSITIVE_INFINITY))
      fail(`must have at most ${shape.max} characters`);
    else if (shape.pattern && !shape.pattern.test(value)) fail(`must be ${shape.hint}`);
  },
  integer(shape, value, at, errors) {
    const unit = shape.unit ? ` of ${shape.unit}` : "";
    const { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER } = shape;
    if (typeof value !== "number" || !Number.isSafeInteger(value))
      errors.push({ pointer: at, message: `must be a whole number${unit}, not ${nameOf(value)}` });
    else if (value < min || value > max)
      errors.push({ pointer: at, message: `must be a whole number${unit} from ${min} to ${max}` });
  },
  boolean(_shape, value, at, errors) {
    if (typeof value !== "boolean")
      errors.push({ pointer: at, message: `must be true or false, not ${nameOf(value)}` });
  },
  choice(shape, value, at, errors) {
    if (typeof value !== "string" || !shape.of.includes(value))
      errors.push({ pointer: at, message: `must be one of ${shape.of.join(", ")}` });
  },
  anyOf(shape, value, at, errors) {
    let fewest: FieldError[] | undefined;
    for (const option of shape.of) {
      const tried: FieldError[] = [];
      check(option, value, at, tried);
      if (tried.length === 0) return;
      if (!fewest || tried.length < fewest.length) fewest = tried;
    }
    errors.push(...(fewest ?? []));
  },
  list(shape, value, at, errors) {
    const { max = Number.POSITIVE_INFINITY } = shape;
    if (!Array.isArray(value))
      errors.push({ pointer: at, message: `must be a list, not ${nameOf(value)}` });
    else if (value.length > max)
      errors.push({ pointer: at, message: `must have at most ${max} entries` });
    else for (const [i, entry] of value.entries()) check(shape.of, entry, `${at}/${i}`, errors);
  },
  record(shape, value, at, errors) {
    if (!isObject(value)) {
      errors.push({ pointer: at, message: `must be an object, not ${nameOf(value)}` });
      return;
    }
    const keys = Object.keys(value);
    if (keys.length > (shape.max ?? Number.POSITIVE_INFINITY))
      errors.push({ pointer: at, message: `must have at most ${shape.max} entries` });
    else
      for (const key of keys) {
        const pointer = `${at}/${escapePointer(key)}`;
        if (shape.keys) check(shape.keys, key, pointer, errors);
        check(shape.of, value[key], pointer, errors);
      }
  },
  object(shape, value, at, errors) {
    if (!isObject(value)) {
      errors.push({ pointer: at, message: `must be an object, not ${nameOf(value)}` });
      return;
    }
    for (const key in value) {
      if (!Object.hasOwn(value, key) || Object.hasOwn(shape.fields, key)) continue;
      const pointer = `${at}/${escapePointer(key)}`;
      const message = `is not known here${suggest(key, Object.keys(shape.fields))}`;
      errors.push({ pointer, message });
    }
    // A shape's own names hold nothing to escape, so the usual case builds no pointer for nothing.
    for (const key in shape.fields) {
      const field = shape.fields[key] as Shape;
      const given = Object.hasOwn(value, key) ? value[key] : undefined;
      if (given !== undefined) check(field, given, `${at}/${key}`, errors);
      else if (field.kind !== "optional")
        errors.push({ pointer: `${at}/${key}`, message: "is missing" });
    }
  },
  json(_shape, value, at, errors) {
    if (!isObject(value))
      errors.push({ pointer: at, message: `must be an object, not ${nameOf(value)}` });
  },
  optional(shape, value, at, errors) {
    if (value !== undefined) check(shape.of, value, at, errors);
  },
};

function check(shape: Shape, value: unknown, at: string, errors: FieldError[]): void {
  (CHECKERS[shape.kind] as Checker<Shape["kind"]>)(shape as never, value, at, errors);
}

/** True for a plain JSON object: not null, not a list. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A value's kind in words, never the value itself, which may be secret. */
function nameOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "number") {
    if (Number.isNaN(value)) return "NaN";
    return Number.isSafeInteger(value) ? "a number" : "a fraction or a number out of range";
  }
  if (value === undefined) return "nothing";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

function escapePointer(key: string): string {
  return /[~/]/.test(key) ? escaped(key) : key;
}

function escaped(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}

/** `; did you mean "room"?` when a known name is at most two edits away, else what there is. */
export function suggest(name: string, known: readonly string[]): string {
  const near = known
    .map((candidate) => ({ candidate, distance: editDistance(name, candidate) }))
    .filter(({ distance, candidate }) => distance <= Math.min(2, candidate.length - 1))
    .sort((a, b) => a.distance - b.distance)[0];
  if (near) return `; did you mean "${near.candidate}"?`;
  return known.length > 0 ? `; known are ${known.join(", ")}` : "";
}

function editDistance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return 3;
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}

/** The JSON Schema (draft 2020-12) of a shape. */
export function toJsonSchema(shape: Shape): Record<string, unknown> {
  const about = {
    ...(shape.doc ? { description: shape.doc } : {}),
    ...(shape.example === undefined ? {} : { examples: [shape.example] }),
  };
  return { ...schemaOf(shape), ...about };
}

function schemaOf(shape: Shape): Record<string, unknown> {
  switch (shape.kind) {
    case "text":
      return {
        type: "string",
        ...(shape.min === undefined ? {} : { minLength: shape.min }),
        ...(shape.max === undefined ? {} : { maxLength: shape.max }),
        ...(shape.pattern === undefined ? {} : { pattern: shape.pattern.source }),
      };
    case "integer":
      return {
        type: "integer",
        ...(shape.min === undefined ? {} : { minimum: shape.min }),
        ...(shape.max === undefined ? {} : { maximum: shape.max }),
      };
    case "boolean":
      return { type: "boolean" };
    case "choice":
      return { type: "string", enum: [...shape.of] };
    case "anyOf":
      return { anyOf: shape.of.map(toJsonSchema) };
    case "list":
      return {
        type: "array",
        items: toJsonSchema(shape.of),
        ...(shape.max === undefined ? {} : { maxItems: shape.max }),
      };
    case "record":
      return {
        type: "object",
        additionalProperties: toJsonSchema(shape.of),
        ...(shape.keys ? { propertyNames: toJsonSchema(shape.keys) } : {}),
        ...(shape.max === undefined ? {} : { maxProperties: shape.max }),
      };
    case "object":
      return {
        type: "object",
        properties: Object.fromEntries(
          Object.entries(shape.fields).map(([name, field]) => [name, toJsonSchema(field)]),
        ),
        required: Object.keys(shape.fields).filter((n) => shape.fields[n]?.kind !== "optional"),
        additionalProperties: false,
      };
    case "json":
      return { type: "object" };
    case "optional":
      return toJsonSchema(shape.of);
  }
}
