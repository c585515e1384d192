/**
 * One canonical form of an identity, for policy, rate limits and the record alike.
 *
 * Characters that cannot be seen, or that change how their neighbours are shown, are refused and not
 * stripped: stripping would make two texts one person. See Unicode TR 36, section 2, and TR 39.
 */
import { HandstampError } from "@handstamp/protocol";

/** The longest identity, in bytes of UTF-8. */
export const MAX_IDENTITY_BYTES = 256;
/** What an identity of a passcode guest begins with. No other source may give one such. */
export const GUEST_PREFIX = "guest:";

interface Refused {
  readonly pattern: RegExp;
  readonly message: string;
}

/** In the order in which they are looked for. */
const REFUSED: readonly Refused[] = [
  { pattern: /\p{Cs}/u, message: "holds half of a surrogate pair" },
  { pattern: /[\p{Cc}\p{Zl}\p{Zp}]/u, message: "holds a control character or a line break" },
  { pattern: /\p{Bidi_Control}/u, message: "holds a character that changes the direction of text" },
  // Zero-width, fillers, variation selectors, tags, soft hyphen; the braille blank is shown empty too.
  {
    pattern: /[\p{Default_Ignorable_Code_Point}\p{Cf}\u2800]/u,
    message: "holds a character that cannot be seen",
  },
  {
    pattern: /[\p{Noncharacter_Code_Point}\p{Co}\ufffd]/u,
    message: "holds a code point that is no character",
  },
  { pattern: /^ | $|[^\P{Zs} ]/u, message: "holds a space at an end, or one that is not U+0020" },
];

const PLAIN = /^[!-~]+(?: [!-~]+)*$/;

/**
 * The canonical form (NFC) of an identity.
 *
 * @returns the canonical text, at most 256 bytes of UTF-8
 * @throws HandstampError `identity_invalid` naming what is wrong, never the text itself
 *
 * @example
 * canonicalIdentity("Zoe\u0308") // "Zoë", four characters before, three now
 */
export function canonicalIdentity(value: unknown): string {
  if (typeof value !== "string") throw bad("must be a string");
  if (value === "") throw bad("must not be empty");
  if (value.length > MAX_IDENTITY_BYTES) throw tooLong();
  if (PLAIN.test(value)) return value;
  for (const { pattern, message } of REFUSED) if (pattern.test(value)) throw bad(message);
  const canonical = value.normalize("NFC");
  if (Buffer.byteLength(canonical) > MAX_IDENTITY_BYTES) throw tooLong();
  return canonical;
}

function bad(message: string): HandstampError {
  return new HandstampError("identity_invalid", `The identity ${message}.`);
}

function tooLong(): HandstampError {
  return bad(`has more than ${MAX_IDENTITY_BYTES} bytes`);
}

/** True where an identity is, or could be read as, that of a passcode guest. */
export function isGuestIdentity(identity: string): boolean {
  return bucketKey(identity).startsWith(GUEST_PREFIX);
}

/**
 * Letters of Cyrillic and Greek (and a few symbols) that look like Latin ones, in lower case, after
 * Unicode TR 39's confusables. Not the whole table: what people are fooled with.
 */
const LOOKS_LIKE: ReadonlyMap<string, string> = new Map(
  Object.entries({
    a: "аɑα",
    b: "ьʙ",
    c: "сϲⅽ",
    d: "ԁⅾ",
    e: "еҽ",
    g: "ɡց",
    h: "һհ",
    i: "іιıɩ",
    j: "јϳ",
    k: "кκ",
    l: "ӏⅼ",
    m: "мⅿ",
    n: "ո",
    o: "оοօ",
    p: "рρ",
    q: "ԛ",
    r: "гᴦ",
    s: "ѕꜱ",
    t: "тτ",
    u: "υսᴜ",
    v: "ѵνⅴ",
    w: "ԝѡ",
    x: "хχⅹ",
    y: "уγү",
    z: "ᴢ",
    ":": "։ː∶꞉",
    "-": "‐‑‒–−",
  }).flatMap(([latin, others]) => Array.from(others).map((other) => [other, latin] as const)),
);

/**
 * The bucket that an identity counts in for rate limits: case, compatibility forms, accents and
 * common look-alikes fall together, so that a variant of a name is no fresh allowance. Never an
 * identity itself: distinct people may share a bucket.
 */
export function bucketKey(identity: string): string {
  if (PLAIN.test(identity)) return identity.toLowerCase();
  // Down first: the capital sharp s has no upper case, but its small form has two letters of it.
  const lower = identity.normalize("NFKD").toLowerCase();
  const folded = lower.toUpperCase().toLowerCase().normalize("NFKD");
  const bare = folded.replace(/[\u0300-\u036f\p{Default_Ignorable_Code_Point}]/gu, "");
  return Array.from(bare, (letter) => LOOKS_LIKE.get(letter) ?? letter).join("");
}
