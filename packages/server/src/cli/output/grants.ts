import { isObject, type Json } from "@handstamp/protocol";
import { visible } from "./escape.ts";
import type { Canvas } from "./paint.ts";
import { grid } from "./table.ts";

/** A product's name, a field's path, its value: one row for each field of each grant. */
export function grantTable(
  grants: Readonly<Record<string, Json>>,
  canvas: Canvas,
): readonly string[] {
  const rows = Object.entries(grants).flatMap(([product, grant]) => rowsOf(product, grant));
  return rows.length === 0 ? ["  none"] : grid(["product", "field", "value"], rows, canvas);
}

function rowsOf(product: string, grant: Json): readonly (readonly string[])[] {
  const fields = flat(grant, "");
  if (fields.length === 0) return [[visible(product), "", "granted, without restriction"]];
  return fields.map(([path, value], i) => [i === 0 ? visible(product) : "", visible(path), value]);
}

function flat(value: Json, path: string): readonly (readonly [string, string])[] {
  if (isObject(value))
    return Object.entries(value as Record<string, Json>).flatMap(([key, inner]) => {
      const here = path === "" ? key : `${path}.${key}`;
      const fields = flat(inner, here);
      return fields.length === 0 ? [[here, "{}"] as const] : fields;
    });
  return [[path, wordOf(value)]];
}

function wordOf(value: Json): string {
  if (typeof value === "string") return visible(value);
  if (Array.isArray(value)) return value.map((entry) => wordOf(entry as Json)).join(", ");
  return visible(JSON.stringify(value));
}
