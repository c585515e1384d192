/**
 * Base64 in plain JavaScript, for runtimes without Node's Buffer. Strict: one byte string has one text.
 */
const URL_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const STANDARD_ALPHABET = `${URL_ALPHABET.slice(0, 62)}+/`;
const URL_VALUES = valuesOf(URL_ALPHABET);
const STANDARD_VALUES = valuesOf(STANDARD_ALPHABET);

function valuesOf(alphabet: string): Int8Array {
  const values = new Int8Array(128).fill(-1);
  for (let i = 0; i < alphabet.length; i++) values[alphabet.charCodeAt(i)] = i;
  return values;
}

/** Unpadded base64url (RFC 4648, section 5). */
export function encodeBase64url(bytes: Uint8Array): string {
  return encode(bytes, URL_ALPHABET);
}

/** Padded base64 with the standard alphabet (RFC 4648, section 4). */
export function encodeBase64(bytes: Uint8Array): string {
  const text = encode(bytes, STANDARD_ALPHABET);
  return text.padEnd(Math.ceil(text.length / 4) * 4, "=");
}

function encode(bytes: Uint8Array, alphabet: string): string {
  let text = "";
  for (let i = 0; i < bytes.length; i += 3) {
    const a = bytes[i] as number;
    const b = bytes[i + 1];
    const c = bytes[i + 2];
    text += alphabet[a >> 2];
    text += alphabet[((a & 3) << 4) | ((b ?? 0) >> 4)];
    if (b !== undefined) text += alphabet[((b & 15) << 2) | ((c ?? 0) >> 6)];
    if (c !== undefined) text += alphabet[c & 63];
  }
  return text;
}

/**
 * The bytes of canonical unpadded base64url, or undefined. Padding, white space, the standard
 * alphabet and stray last bits are all refused: each would let one token have several texts.
 */
export function decodeBase64url(text: string): Uint8Array | undefined {
  return decode(text, URL_VALUES);
}

/** The bytes of canonical padded base64, or undefined, as strictly as {@link decodeBase64url}. */
export function decodeBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0) return undefined;
  const bare = text.endsWith("==")
    ? text.slice(0, -2)
    : text.endsWith("=")
      ? text.slice(0, -1)
      : text;
  return decode(bare, STANDARD_VALUES);
}

function decode(text: string, values: Int8Array): Uint8Array | undefined {
  const rest = text.length % 4;
  if (rest === 1) return undefined;
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let at = 0;
  let bits = 0;
  let held = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const value = code < 128 ? (values[code] as number) : -1;
    if (value < 0) return undefined;
    held = ((held << 6) | value) & 0xfff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = (held >> bits) & 0xff;
    }
  }
  return (held & ((1 << bits) - 1)) === 0 ? bytes : undefined;
}
