import type { HandstampError } from "@handstamp/protocol";
import { MIN_HMAC_KEY_BYTES } from "../../lib/jwt.ts";
import { fieldError } from "./field-error.ts";
import { isSid, SID_LENGTH, type SidPrefix, sidPrefixOf, sidProblem } from "./sid.ts";

/**
 * Text that people leave in a configuration by mistake. A real secret is 32 random letters and
 * digits: none of these occurs in one by chance.
 */
const PLACEHOLDER =
  /your[-_ ]|[-_ ]here$|change[-_ ]?me|placeholder|^(?:twilio[-_ ]?)?(?:api[-_ ]?)?(?:key[-_ ]?)?(?:secret|auth[-_ ]?token)$|[<>{}$]|^(.)\1*$|(.)\2{11}/i;

/** The account and the key that a token names. @throws HandstampError `key_invalid` */
export function checkKeyIds(accountSid: unknown, keySid: unknown): void {
  checkKeyField("accountSid", accountSid, "AC");
  checkKeyField("keySid", keySid, "SK");
}

/** @throws HandstampError `key_invalid` */
export function checkKeyField(name: string, value: unknown, prefix: SidPrefix): void {
  if (!isSid(value, prefix)) throw keyError(name, sidProblem(value, prefix));
}

/** What is wrong with a secret, or undefined. The answer never holds the secret. */
export function secretProblem(secret: unknown): string | undefined {
  if (typeof secret !== "string") return "must be a string";
  if (isUsual(secret)) return undefined;
  if (secret.length === 0) return "is empty";
  if (/\s/.test(secret)) return "holds white space; copy it again without spaces or line ends";
  if (PLACEHOLDER.test(secret)) return "is a placeholder; put the real secret there";
  if (sidPrefixOf(secret)) return "is a SID; the secret was shown once, when the key was created";
  if (secret.length < MIN_HMAC_KEY_BYTES)
    return `is too short: at least ${MIN_HMAC_KEY_BYTES} characters, and this has ${secret.length}`;
  return undefined;
}

const MAX_RUN = 12;

/**
 * True for long enough letters and digits, some of each, without one of them repeated on and on: what
 * Twilio's secrets look like, decided in one loop.
 */
function isUsual(secret: string): boolean {
  let digits = 0;
  let run = 0;
  let last = 0;
  for (let i = 0; i < secret.length; i++) {
    const code = secret.charCodeAt(i);
    const letter = code | 0x20;
    const isDigit = code >= 48 && code <= 57;
    if (!isDigit && (letter < 97 || letter > 122)) return false;
    if (isDigit) digits++;
    run = code === last ? run + 1 : 1;
    if (run === MAX_RUN) return false;
    last = code;
  }
  return (
    secret.length >= MIN_HMAC_KEY_BYTES &&
    digits > 0 &&
    digits < secret.length &&
    secret.length !== SID_LENGTH
  );
}

/**
 * Refuses a secret that cannot be one: empty, short, a placeholder, a SID, or with white space,
 * which signs tokens that Twilio refuses with 20107.
 *
 * @throws HandstampError `key_invalid`
 */
export function checkSecret(name: string, secret: unknown): asserts secret is string {
  const problem = secretProblem(secret);
  if (problem) throw keyError(name, problem);
}

function keyError(name: string, problem: string): HandstampError {
  return fieldError([name], problem, "key_invalid");
}

/** Twilio's auth tokens are 32 lower-case hex digits; an API secret uses all letters. */
export function looksLikeAuthToken(secret: string): boolean {
  return /^[0-9a-f]{32}$/.test(secret);
}
