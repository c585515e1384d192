import { stripVTControlCharacters } from "node:util";

/** Blocks that terminals draw two columns wide (Unicode's East Asian Width W and F, and emoji). */
const WIDE =
  /[\u{1100}-\u{115f}\u{2e80}-\u{303e}\u{3041}-\u{a4cf}\u{a960}-\u{a97f}\u{ac00}-\u{d7a3}\u{f900}-\u{faff}\u{fe30}-\u{fe6f}\u{ff01}-\u{ff60}\u{ffe0}-\u{ffe6}\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const MARK = /\p{M}/u;

/** How many columns a terminal gives this text; colours count nothing. */
export function width(text: string): number {
  let columns = 0;
  for (const character of stripVTControlCharacters(text)) columns += columnsOf(character);
  return columns;
}

function columnsOf(character: string): number {
  if (character < "\u0300") return 1;
  if (MARK.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}

/** `text` with spaces after it up to `columns`. */
export function padded(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - width(text)));
}

/** Plain text broken into lines of at most `columns`: between words, or inside a word that is longer. */
export function wrapped(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const pieces = chopped(word, columns);
    for (const [i, piece] of pieces.entries()) {
      const joined = line === "" || i > 0 ? piece : `${line} ${piece}`;
      if (i === 0 && width(joined) <= columns) line = joined;
      else {
        if (line !== "") lines.push(line);
        line = piece;
      }
    }
  }
  return [...lines, line];
}

/** A word in pieces of at most `columns`. */
function chopped(word: string, columns: number): readonly string[] {
  const pieces: string[] = [];
  let piece = "";
  let used = 0;
  for (const character of word) {
    const size = columnsOf(character);
    if (used + size > columns && piece !== "") {
      pieces.push(piece);
      piece = "";
      used = 0;
    }
    piece += character;
    used += size;
  }
  return [...pieces, piece];
}

/** The start and the end of a long text, with what was left out counted. */
export function shortened(text: string, columns: number): string {
  if (width(text) <= columns) return text;
  const characters = Array.from(text);
  const keep = Math.max(4, Math.floor((columns - 3) / 2));
  return `${characters.slice(0, keep).join("")}...${characters.slice(-keep).join("")}`;
}
