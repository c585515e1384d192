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
  good: "+",
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
const NARROWEST = 40;
const WIDEST = 110;

/**
 * Colours only where the stream is a terminal that has them, or where FORCE_COLOR says so; NO_COLOR
 * and NODE_DISABLE_COLORS turn them off (`styleText` reads all of these for the stream).
 *
 * @param env `TERM`: the Linux console has no box-drawing font to rely on; `COLUMNS`: the width where
 * the stream is no terminal
 */
export function canvasFor(stream: Partial<WriteStream>, env: Variables): Canvas {
  return {
    paint: (style, text) => styleText(STYLES[style], text, { stream: stream as WriteStream }),
    glyphs: env["TERM"] === "linux" || env["TERM"] === "dumb" ? ASCII : UNICODE,
    columns: Math.max(NARROWEST, columnsOf(stream, env)),
  };
}

type Variables = Readonly<Record<string, string | undefined>>;

function columnsOf(stream: Partial<WriteStream>, env: Variables): number {
  if (stream.isTTY) return Math.min(stream.columns ?? PLAIN_COLUMNS, WIDEST);
  const given = env["COLUMNS"] ?? "";
  return /^\d{1,4}$/.test(given) ? Number(given) : PLAIN_COLUMNS;
}

/** No colours, for documents and tests. */
export const PLAIN: Canvas = {
  paint: (_style, text) => text,
  glyphs: UNICODE,
  columns: PLAIN_COLUMNS,
};
