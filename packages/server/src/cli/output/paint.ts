import type { WriteStream } from "node:tty";
import { styleText } from "node:util";

type Format = Parameters<typeof styleText>[0];

/** What a piece of text stands for; how that looks is decided here alone. */
const STYLES = {
  heading: ["bold"],
  error: ["red", "bold"],
  warning: ["yellow", "bold"],
  info: ["cyan"],
  good: ["green", "bold"],
  quiet: ["dim"],
  name: ["cyan"],
  strong: ["bold"],
} satisfies Record<string, Format>;

export type Style = keyof typeof STYLES;

/** Characters to draw with, for a terminal that has them and for one that has not. */
const UNICODE = {
  error: "✗",
  warning: "!",
  info: "i",
  good: "✓",
  mend: "→",
  line: "─",
  done: "━",
  gap: "╌",
  start: "├",
  end: "┤",
  now: "●",
  pointer: "▼",
} as const;
const ASCII = {
  error: "x",
  warning: "!",
  info: "i",
  good: "v",
  mend: "->",
  line: "-",
  done: "=",
  gap: ".",
  start: "|",
  end: "|",
  now: "o",
  pointer: "v",
} as const satisfies Record<keyof typeof UNICODE, string>;

export type Glyphs = Readonly<Record<keyof typeof UNICODE, string>>;

/** How to draw on one stream. */
export interface Canvas {
  readonly paint: (style: Style, text: string) => string;
  readonly glyphs: Glyphs;
  /** Columns to lay out for. */
  readonly columns: number;
}

const PLAIN_COLUMNS = 80;
const WIDEST = 110;

/**
 * Colours only where the stream is a terminal that has them, or where FORCE_COLOR says so; NO_COLOR
 * and NODE_DISABLE_COLORS turn them off (`styleText` reads all of these for the stream).
 *
 * @param term the environment's `TERM`: the Linux console has no box-drawing font to rely on
 */
export function canvasFor(stream: Partial<WriteStream>, term: string | undefined): Canvas {
  const columns = stream.isTTY ? (stream.columns ?? PLAIN_COLUMNS) : PLAIN_COLUMNS;
  return {
    paint: (style, text) => styleText(STYLES[style], text, { stream: stream as WriteStream }),
    glyphs: term === "linux" || term === "dumb" ? ASCII : UNICODE,
    columns: Math.max(40, Math.min(columns, WIDEST)),
  };
}

/** No colours, for documents and tests. */
export const PLAIN: Canvas = {
  paint: (_style, text) => text,
  glyphs: UNICODE,
  columns: PLAIN_COLUMNS,
};
