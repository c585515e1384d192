/** The fields that a policy decides about, read once from a product's table. */
import type { AllowField, Product } from "@handstamp/core";
import { isObject, type Json, type JsonObject, type Shape } from "@handstamp/protocol";

export interface Field {
  readonly name: string;
  readonly kind: AllowField["kind"];
  /** From the grant on; empty for the grant as a whole. */
  readonly path: readonly string[];
  /** The JSON pointer inside the grant. */
  readonly pointer: string;
  readonly allow: AllowField;
  /** The field's own shape, where the grant's shape has it. */
  readonly shape: Shape | undefined;
  /** The field holds a list of texts, each of which a rule judges. */
  readonly isList: boolean;
  readonly isInteger: boolean;
}

/** The fields of a product, in the order of its table. */
export function fieldsOf(product: Product): readonly Field[] {
  return Object.entries(product.allow).map(([name, allow]) => {
    const path = allow.path ?? [name];
    const shape = shapeAt(product.shape, path);
    return {
      name,
      kind: allow.kind,
      path,
      pointer: path.map((key) => `/${key}`).join(""),
      allow,
      shape,
      isList: shape?.kind === "list",
      isInteger: shape?.kind === "integer",
    };
  });
}

function shapeAt(shape: Shape, path: readonly string[]): Shape | undefined {
  if (shape.kind === "optional") return shapeAt(shape.of, path);
  const [key, ...rest] = path;
  if (key === undefined) return shape;
  const inner =
    shape.kind === "object" && Object.hasOwn(shape.fields, key) ? shape.fields[key] : undefined;
  return inner && shapeAt(inner, rest);
}

/** The value at a path of own properties. An empty grant as a whole counts as left out. */
export function valueAt(grant: JsonObject, path: readonly string[]): Json | undefined {
  if (path.length === 0) return Object.keys(grant).length === 0 ? undefined : grant;
  let value: Json | undefined = grant;
  for (const key of path) {
    if (!isObject(value) || !Object.hasOwn(value, key)) return undefined;
    value = value[key] as Json;
  }
  return value;
}

/** A copy of the grant with the value at the path. */
export function withValue(grant: JsonObject, path: readonly string[], value: Json): JsonObject {
  const [key, ...rest] = path;
  if (key === undefined) return value as JsonObject;
  const inner = Object.hasOwn(grant, key) ? grant[key] : undefined;
  return {
    ...grant,
    [key]: rest.length === 0 ? value : withValue(isObject(inner) ? inner : {}, rest, value),
  };
}

/** Equal as JSON: the order of keys does not count. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((entry, i) => sameJson(entry, b[i]));
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && sameJson(a[key], b[key]))
  );
}
