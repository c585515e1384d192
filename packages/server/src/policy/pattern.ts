/**
 * The values of a pattern field: a literal (`lesson-12`), a glob (`lesson-*`), or a template with CEL
 * inside `${}` (`lesson-${caller.claims.course}`). What an expression gives is put in as it is: a `*`
 * in it is an ordinary character.
 */
import { compileExpression, type Expression } from "./cel.ts";
import { type Glob, MAX_TEXT, matchesGlob } from "./glob.ts";
import type { Variables } from "./scope.ts";

/** `null` is a star. */
type Piece = string | Expression | null;

export interface Pattern {
  readonly source: string;
  /** What every text that matches begins with, and whether that is all of it. */
  readonly prefix: string;
  readonly exact: boolean;
  /** The glob for this request, or undefined where an expression gives nothing usable. */
  render(variables: Variables): Glob | undefined;
}

const MAX_PATTERN = 1024;

/** @returns the pattern, or what is wrong with it in words */
export function compilePattern(source: string): Pattern | string {
  if (source === "") return "must not be empty: it would match nothing";
  if (source.length > MAX_PATTERN) return `must have at most ${MAX_PATTERN} characters`;
  const pieces = readPieces(source);
  if (typeof pieces === "string") return pieces;
  const [first] = pieces;
  const fixed = pieces.some((piece) => piece !== null && typeof piece === "object")
    ? undefined
    : globOf(pieces as (string | null)[]);
  return {
    source,
    prefix: typeof first === "string" ? first : "",
    exact: pieces.length === 1 && typeof first === "string",
    render: fixed ? () => fixed : (variables) => render(pieces, variables),
  };
}

/** A rendered pattern that has one value only. */
export function literalOf(glob: Glob): string | undefined {
  return glob.length === 1 ? glob[0] : undefined;
}

export { matchesGlob };

function readPieces(source: string): Piece[] | string {
  const pieces: Piece[] = [];
  let at = 0;
  while (at < source.length) {
    if (source.startsWith("${", at)) {
      const end = endOfExpression(source, at + 2);
      if (end < 0) return "has a ${ without its }";
      const expression = compileExpression(source.slice(at + 2, end), "text");
      if (typeof expression === "string") return `has an expression that ${expression}`;
      pieces.push(expression);
      at = end + 1;
    } else if (source[at] === "*") {
      pieces.push(null);
      at++;
    } else {
      const next = nextSpecial(source, at);
      pieces.push(source.slice(at, next));
      at = next;
    }
  }
  return pieces;
}

function nextSpecial(source: string, from: number): number {
  const ends = [source.indexOf("*", from), source.indexOf("${", from)].filter((at) => at >= 0);
  return Math.min(source.length, ...ends);
}

/** The `}` that closes the expression: not one inside a text, nor one that closes a map. */
function endOfExpression(source: string, from: number): number {
  let depth = 0;
  let quote = "";
  for (let at = from; at < source.length; at++) {
    const char = source[at] as string;
    if (quote) {
      if (char === "\\") at++;
      else if (char === quote) quote = "";
    } else if (char === '"' || char === "'") quote = char;
    else if (char === "{") depth++;
    else if (char === "}" && depth-- === 0) return at;
  }
  return -1;
}

function render(pieces: readonly Piece[], variables: Variables): Glob | undefined {
  const texts: (string | null)[] = [];
  for (const piece of pieces) {
    const text = piece === null || typeof piece === "string" ? piece : textOf(piece, variables);
    if (text === undefined) return undefined;
    texts.push(text);
  }
  return globOf(texts);
}

/** A text or a whole number; an empty text, which could widen a name to another, is none. */
function textOf(expression: Expression, variables: Variables): string | undefined {
  try {
    const value = expression.run(variables);
    const text = typeof value === "bigint" ? String(value) : value;
    return typeof text === "string" && text !== "" && text.length <= MAX_TEXT ? text : undefined;
  } catch {
    return undefined;
  }
}

function globOf(pieces: readonly (string | null)[]): Glob {
  const glob: [string, ...string[]] = [""];
  for (const piece of pieces)
    if (piece === null) glob.push("");
    else glob[glob.length - 1] += piece;
  return glob;
}
