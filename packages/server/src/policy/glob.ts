/**
 * Globs with one special character: `*` stands for any run of characters, also none, also `-`, `/`
 * and the rest. Everything else, `?` and `[` included, is itself.
 *
 * A match takes time linear in the text and the pattern: the pieces between the stars are found from
 * left to right, each once (a later place is never better than the first), and each search is
 * Knuth-Morris-Pratt. No regular expression is made, so nothing can backtrack.
 */

/** The pieces between the stars: one piece is a literal, `["lesson-", ""]` is `lesson-*`. */
export type Glob = readonly [string, ...string[]];

/** Longer texts match nothing; no provider has a name of half this length. */
export const MAX_TEXT = 1024;

/** A glob out of its text; every `*` is a star. */
export function parseGlob(source: string): Glob {
  return source.split("*") as unknown as Glob;
}

export function matchesGlob(glob: Glob, text: string): boolean {
  const [first] = glob;
  if (glob.length === 1) return text === first;
  const last = glob[glob.length - 1] as string;
  const end = text.length - last.length;
  if (text.length > MAX_TEXT || end < first.length) return false;
  if (!text.startsWith(first) || !text.endsWith(last)) return false;
  let from = first.length;
  for (let i = 1; i < glob.length - 1; i++) {
    const found = find(glob[i] as string, text, from, end);
    if (found < 0) return false;
    from = found;
  }
  return true;
}

/** Where the first occurrence of `piece` inside `text[from, end)` is over, or -1. */
function find(piece: string, text: string, from: number, end: number): number {
  if (piece === "") return from;
  const borders = bordersOf(piece);
  let matched = 0;
  for (let i = from; i < end; i++) {
    const char = text.charCodeAt(i);
    while (matched > 0 && piece.charCodeAt(matched) !== char) matched = borders[matched - 1] ?? 0;
    if (piece.charCodeAt(matched) === char) matched++;
    if (matched === piece.length) return i + 1;
  }
  return -1;
}

/** For each prefix the length of its longest proper border: the failure function. */
function bordersOf(piece: string): Uint16Array {
  const borders = new Uint16Array(piece.length);
  let matched = 0;
  for (let i = 1; i < piece.length; i++) {
    const char = piece.charCodeAt(i);
    while (matched > 0 && piece.charCodeAt(matched) !== char) matched = borders[matched - 1] ?? 0;
    if (piece.charCodeAt(matched) === char) matched++;
    borders[i] = matched;
  }
  return borders;
}
