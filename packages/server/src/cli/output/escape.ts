/**
 * Text that came from a token or a file is shown through here. What could steer a terminal or fool
 * its reader is replaced by its code point: control characters (also the C1 ones, of which U+009B
 * starts an escape sequence by itself), bidirectional overrides ("Trojan Source", CVE-2021-42574),
 * zero-width and unassigned characters, lone surrogates, unusual spaces, and combining marks piled
 * higher than a letter carries.
 */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]|(?! )\p{Zs}|(?<=\p{M}{2})\p{M}/gu;

/** `text` on one line, with nothing in it that a terminal would obey. A backslash is doubled. */
export function visible(text: string): string {
  return text.replaceAll("\\", "\\\\").replace(UNSAFE, braced);
}

/**
 * JSON that means the same and is safe to print: the same characters as JSON's own `\uXXXX`.
 * `JSON.stringify` alone leaves DEL, C1 and bidirectional characters as they are.
 */
export function safeJson(value: unknown, indent?: number): string {
  const json = JSON.stringify(value, null, indent) ?? "null";
  return json.replace(UNSAFE, (character) => (character === "\n" ? character : utf16(character)));
}

function braced(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

/** A character as JSON escapes it: one `\uXXXX` for each UTF-16 unit. */
function utf16(character: string): string {
  return Array.from({ length: character.length }, (_, i) => character.charCodeAt(i))
    .map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`)
    .join("");
}
