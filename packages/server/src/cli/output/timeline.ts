import { width } from "./measure.ts";
import type { Canvas } from "./paint.ts";
import { clock, duration, local, sameDay } from "./time.ts";

/** Unix seconds. */
export interface Life {
  readonly start: number;
  readonly end: number;
  readonly now: number;
}

/** Of the whole width, when now lies outside of the token's life and the distance is not to scale. */
const LIFE_SHARE = 0.6;
const INDENT = 2;

/**
 * A token's life drawn in three lines: where now is, the line, and its ends.
 *
 * @returns no lines for a life that has no length
 */
export function timeline(life: Life, canvas: Canvas): readonly string[] {
  if (!(life.end > life.start)) return [];
  const columns = Math.min(canvas.columns - 2 * INDENT, 72);
  const placed = place(life, columns);
  const lines = [
    marker(placed.now, columns, life, canvas),
    bar(placed, columns, life, canvas),
    ends(placed, columns, life, canvas),
  ];
  return lines.map((line) => " ".repeat(INDENT) + line);
}

interface Placed {
  /** Columns before the life begins. */
  readonly before: number;
  /** Columns that the life takes. */
  readonly span: number;
  /** The column of now. */
  readonly now: number;
}

function place({ start, end, now }: Life, columns: number): Placed {
  const last = columns - 1;
  if (now < start) return { before: columns - share(columns), span: share(columns), now: 0 };
  if (now > end) return { before: 0, span: share(columns), now: last };
  return { before: 0, span: columns, now: Math.round(((now - start) / (end - start)) * last) };
}

function share(columns: number): number {
  return Math.floor(columns * LIFE_SHARE);
}

/** "now" with a pointer under or over which the line has its dot. */
function marker(column: number, columns: number, life: Life, canvas: Canvas): string {
  const text = whereNow(life);
  const fitsRight = column + 2 + width(text) <= columns;
  const label = fitsRight ? `${canvas.glyphs.pointer} ${text}` : `${text} ${canvas.glyphs.pointer}`;
  const at = fitsRight ? column : Math.max(0, column + 1 - width(label));
  return " ".repeat(at) + canvas.paint("strong", label);
}

function whereNow({ start, end, now }: Life): string {
  if (now < start) return `now, ${duration(start - now)} too early`;
  if (now > end) return `now, ${duration(now - end)} too late`;
  return `now, ${duration(end - now)} left of ${duration(end - start)}`;
}

function bar(
  { before, span, now }: Placed,
  columns: number,
  life: Life,
  { glyphs, paint }: Canvas,
): string {
  const cells = Array.from({ length: columns }, (_, column) => {
    if (column === now) return glyphs.now;
    if (column < before || column >= before + span) return glyphs.gap;
    if (column === before) return glyphs.start;
    if (column === before + span - 1) return glyphs.end;
    return column < now && now < before + span ? glyphs.done : glyphs.line;
  });
  const alive = life.now >= life.start && life.now < life.end;
  const dot = paint(alive ? "good" : "error", glyphs.now);
  return `${cells.slice(0, now).join("")}${dot}${paint("quiet", cells.slice(now + 1).join(""))}`;
}

/** What stands under the two ends of the life, moved to the left where it would not fit. */
function ends(
  { before, span }: Placed,
  columns: number,
  { start, end, now }: Life,
  { paint }: Canvas,
): string {
  const when = sameDay(start, end) && sameDay(start, now) ? clock : shortLocal;
  const left = `${start > now ? "valid from" : "issued"} ${when(start)}`;
  const right = `${end > now ? "expires" : "expired"} ${when(end)}`;
  const gap = Math.max(2, span - width(left) - width(right));
  const indent = Math.max(0, Math.min(before, columns - width(left) - gap - width(right)));
  return paint("quiet", `${" ".repeat(indent)}${left}${" ".repeat(gap)}${right}`);
}

/** Day and minute, for lives that cross midnight. */
function shortLocal(at: number): string {
  return local(at).slice(0, "2026-11-21 13:00".length);
}
