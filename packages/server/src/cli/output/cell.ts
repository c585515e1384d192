import type { Json } from "@handstamp/protocol";

/** A JSON value in a table's cell; not made visible yet. */
export function textOf(value: Json | undefined): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.map((entry) => textOf(entry as Json)).join(", ");
  return value === undefined || value === null ? "" : JSON.stringify(value);
}
