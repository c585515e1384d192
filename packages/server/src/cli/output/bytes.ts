import type { ByteField } from "@handstamp/core";
import type { Json } from "@handstamp/protocol";
import { visible } from "./escape.ts";
import type { Canvas } from "./paint.ts";
import { grid } from "./table.ts";

const HEX_COLUMNS = 24;

/** A binary part field by field: where its bytes are, what they are and what they say. */
export function byteTable(fields: readonly ByteField[], canvas: Canvas): readonly string[] {
  const rows = fields.map(({ offset, size, name, hex, value, meaning }) => [
    String(offset).padStart(6),
    String(size).padStart(4),
    visible(name),
    spaced(hex),
    [shown(value), meaning === undefined ? "" : `(${visible(meaning)})`].filter(Boolean).join(" "),
  ]);
  return grid(["offset", "size", "field", "bytes", "value"], rows, canvas);
}

/** Pairs of digits; a long field shows its beginning. */
function spaced(hex: string): string {
  const pairs = hex.replace(/(..)(?=.)/g, "$1 ");
  return pairs.length <= HEX_COLUMNS ? pairs : `${pairs.slice(0, HEX_COLUMNS - 3)}...`;
}

function shown(value: Json): string {
  return typeof value === "string" ? visible(value) : visible(JSON.stringify(value));
}
