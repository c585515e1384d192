/**
 * Agora's rules for single values. Each function answers what is wrong in words that follow the
 * field's name, or undefined. Official builders check none of these: they pack what they are given.
 *
 * Sources: the channel and account rules of the RTC API reference; the limits page of Signaling (64
 * ASCII characters for a user id); the token guide (at most 24 hours, relative seconds).
 */
import { HandstampError } from "@handstamp/protocol";

/** The documented maximum, in seconds. Official builders pack more; Agora then ends it at 24 h. */
export const MAX_TTL = 86_400;
export const DEFAULT_TTL = 3600;
export const MAX_UID = 0xffff_ffff;
export const MAX_U32 = 0xffff_ffff;
/** The range of official builders. */
export const MAX_SALT = 99_999_999;
/** Longer tokens are neither made nor read, here as in every header that carries one. */
export const MAX_TOKEN_LENGTH = 8192;

const CHARACTERS = /^[a-zA-Z0-9 !#$%&()+\-:;<=.>?@[\]^_{}|~,]+$/;
const CHARACTER_HINT =
  "may hold only letters, digits, spaces and !#$%&()+-:;<=.>?@[]^_{}|~, (ASCII only)";
const CHANNEL_BYTES = 64;
const ACCOUNT_BYTES = 255;
const USER_ID_BYTES = 64;
const HEX_32 = /^[0-9a-fA-F]{32}$/;

/** Every allowed character is one byte in UTF-8, so the length in bytes is the length. */
function nameProblem(value: unknown, max: number): string | undefined {
  if (value === undefined) return "is missing";
  if (typeof value !== "string") return `must be a string, not a ${typeof value}`;
  if (value === "") return "must not be empty";
  if (value.length > max) return `must have at most ${max} bytes`;
  return CHARACTERS.test(value) ? undefined : CHARACTER_HINT;
}

export function channelProblem(value: unknown): string | undefined {
  return nameProblem(value, CHANNEL_BYTES);
}

export function accountProblem(value: unknown): string | undefined {
  return nameProblem(value, ACCOUNT_BYTES);
}

/** RTM and Chat: half of what RTC allows. */
export function userIdProblem(value: unknown): string | undefined {
  return nameProblem(value, USER_ID_BYTES);
}

export function uidProblem(value: unknown): string | undefined {
  if (typeof value === "string")
    return "must be a number; a user account, which is text, goes under account";
  if (typeof value !== "number" || !Number.isInteger(value)) return "must be a whole number";
  return value >= 1 && value <= MAX_UID ? undefined : `must be from 1 to ${MAX_UID}`;
}

/** True for text that packs to the same bytes as an integer uid: "7", but not "07" or "0". */
export function isUidText(text: string): boolean {
  return /^[1-9][0-9]{0,9}$/.test(text) && Number(text) <= MAX_UID;
}

/** The name and the reason when a duration is not one: an absolute time, milliseconds, a fraction. */
export function secondsProblem(value: unknown, min: number, max: number): string | undefined {
  if (typeof value !== "number" || !Number.isInteger(value))
    return "must be a whole number of seconds";
  if (value >= min && value <= max) return undefined;
  return `must be from ${min} to ${max} seconds${mistakenFor(value)}`;
}

/** What an impossibly long duration most likely is, as the end of a sentence. */
export function mistakenFor(value: number): string {
  if (value >= 1e12) return ": this looks like a time in milliseconds; give the seconds from now";
  if (value >= 1e9) return ": this looks like an absolute unix time; give the seconds from now";
  if (value > MAX_TTL && value % 1000 === 0 && value / 1000 <= MAX_TTL)
    return ": this looks like milliseconds; give seconds";
  return "";
}

export function isHex32(value: unknown): value is string {
  return typeof value === "string" && HEX_32.test(value);
}

/** @throws HandstampError `key_invalid`, never with the value in it */
export function checkKey(appId: unknown, appCertificate: unknown): void {
  if (!isHex32(appId)) throw keyError("app ID", appId, 101);
  checkCertificate(appCertificate);
  if (appId === appCertificate)
    throw new HandstampError(
      "key_invalid",
      "The app certificate is the app ID again: copy the certificate from Agora's console.",
      { providerCode: 110 },
    );
}

/** @throws HandstampError `key_invalid`, never with the value in it */
export function checkCertificate(appCertificate: unknown): void {
  if (!isHex32(appCertificate)) throw keyError("app certificate", appCertificate, 110);
}

function keyError(name: string, value: unknown, providerCode: number): HandstampError {
  const why =
    typeof value !== "string"
      ? `this is ${value === undefined ? "missing" : `a ${typeof value}`}`
      : HEX_32.test(value.trim())
        ? "this one has white space around it"
        : `this has ${value.length} characters${value.length === 32 ? ", not all of them hex digits" : ""}`;
  return new HandstampError("key_invalid", `The ${name} must be 32 hex digits; ${why}.`, {
    providerCode,
  });
}
