import type { ByteField } from "@handstamp/core";
import { visible } from "./escape.ts";
import { shortened } from "./measure.ts";
import type { Canvas } from "./paint.ts";
import { grid } from "./table.ts";

const HEX_COLUMNS = 18;
/** A long value shows its beginning and its end. */
const VALUE_COLUMNS = 48;

/** A binary part field by field: where its bytes are, what they are and what they say. */
export function byteTable(fields: readonly ByteField[], canvas: Canvas): readonly string[] {
  const rows = fields.map((field) => [
    String(field.offset).padStart(6),
    String(field.size).padStart(4),
    visible(field.name),
    spaced(field.hex),
    shortened(said(field), VALUE_COLUMNS),
  ]);
  return grid(["offset", "size", "field", "bytes", "value"], rows, canvas);
}

/** Pairs of digits; a long field shows its beginning. */
function spaced(hex: string): string {
  const pairs = hex.replace(/(..)(?=.)/g, "$1 ");
  return pairs.length <= HEX_COLUMNS ? pairs : `${pairs.slice(0, HEX_COLUMNS - 4)} ...`;
}

/** The value, and its meaning where that does not say the value itself. */
function said({ value, meaning }: ByteField): string {
  const plain = typeof value === "string" ? visible(value) : visible(JSON.stringify(value));
  if (meaning === undefined) return plain;
  return meaning.startsWith(plain) ? visible(meaning) : `${plain} (${visible(meaning)})`;
}
