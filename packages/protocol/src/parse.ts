/** Holds untrusted values against shapes. */
import { type FieldError, HandstampError } from "./errors.ts";
import type { Infer, Shape } from "./shape.ts";
import { suggest } from "./suggest.ts";

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
  (CHECKERS[shape.kind] as Checker<Shape["kind"]>)(shape, value, at, errors);
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
