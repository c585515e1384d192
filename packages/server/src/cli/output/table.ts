import { padded, width, wrapped } from "./measure.ts";
import type { Canvas, Style } from "./paint.ts";

const GAP = 2;

/** A row: what it is about, and what is to be said of it. Both are made visible before. */
export type Row = readonly [name: string, value: string, style?: Style];

/** Names in one column, values in the other, wrapped under themselves. */
export function table(rows: readonly Row[], canvas: Canvas, indent = 2): readonly string[] {
  const names = Math.max(0, ...rows.map(([name]) => width(name)));
  const left = indent + names + GAP;
  return rows.flatMap(([name, value, style]) =>
    wrapped(value, Math.max(20, canvas.columns - left)).map((line, i) => {
      const label = i === 0 ? canvas.paint("quiet", padded(name, names)) : " ".repeat(names);
      const text = style ? canvas.paint(style, line) : line;
      return `${" ".repeat(indent)}${label}${" ".repeat(GAP)}${text}`;
    }),
  );
}

/**
 * Several columns under a heading; the last one takes what is left of the width and is wrapped.
 *
 * @param notes a line under each row, for what is too long for a column and is to be copied whole
 */
export function grid(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  canvas: Canvas,
  indent = 2,
  notes: readonly string[] = [],
): readonly string[] {
  const last = headings.length - 1;
  const widths = headings.map((heading, i) =>
    Math.max(width(heading), ...rows.map((row) => width(row[i] ?? ""))),
  );
  const left = indent + widths.slice(0, last).reduce((sum, columns) => sum + columns + GAP, 0);
  const put = (cells: readonly string[]) =>
    " ".repeat(indent) +
    cells.map((cell, i) => (i === last ? cell : padded(cell, (widths[i] ?? 0) + GAP))).join("");
  const under = " ".repeat(indent + 2);
  const body = rows.flatMap((row, n) => [
    ...wrapped(row[last] ?? "", Math.max(20, canvas.columns - left)).map((line, i) =>
      put(
        i === 0 ? [...row.slice(0, last), line] : [...headings.slice(0, last).map(() => ""), line],
      ),
    ),
    ...(notes[n] ? [under + canvas.paint("quiet", notes[n])] : []),
  ]);
  return [canvas.paint("quiet", put(headings)), ...body];
}
