import { fieldError } from "./field-error.ts";

/** Seconds. */
export const DEFAULT_TTL = 3600;
/** Twilio refuses a longer life with 20157. */
export const MAX_TTL = 86_400;
/** Voice counts the day exclusively: 86400 is refused with 31207. */
export const MAX_VOICE_TTL = 86_399;

/**
 * A token's life, strictly in whole seconds.
 *
 * @throws HandstampError `ttl_invalid` that names the unit
 */
export function checkTtl(ttl: unknown, max: number): number {
  if (typeof ttl === "number" && Number.isInteger(ttl) && ttl >= 1 && ttl <= max) return ttl;
  const problem = `must be whole seconds from 1 to ${max}, ${ttlProblem(ttl, max)}`;
  const tooLong = typeof ttl === "number" && ttl > max;
  const providerCode = max === MAX_VOICE_TTL ? 31207 : 20157;
  throw fieldError(["ttl"], problem, "ttl_invalid", tooLong ? providerCode : undefined);
}

function ttlProblem(ttl: unknown, max: number): string {
  if (typeof ttl === "string") return "as a number and not as text";
  if (typeof ttl !== "number") return `and not ${ttl === null ? "null" : typeof ttl}`;
  if (looksLikeMilliseconds(ttl)) return `and ${ttl} looks like milliseconds: pass ${ttl / 1000}`;
  if (ttl === MAX_TTL && max === MAX_VOICE_TTL)
    return `and ${ttl} is one second too long for the voice grant`;
  return `and not ${ttl}`;
}

/** A multiple of a thousand that would be a sensible life if it were milliseconds. */
function looksLikeMilliseconds(ttl: number): boolean {
  return ttl > MAX_TTL && ttl % 1000 === 0 && ttl / 1000 <= MAX_TTL;
}

/** A unix time in milliseconds stands where seconds belong: beyond the year 5000. */
export function isUnixMilliseconds(time: number): boolean {
  return time > 1e11;
}

/** @throws HandstampError `invalid_request` */
export function checkUnixTime(name: string, time: unknown): number {
  if (
    typeof time === "number" &&
    Number.isSafeInteger(time) &&
    time >= 0 &&
    !isUnixMilliseconds(time)
  )
    return time;
  const problem =
    typeof time === "number" && isUnixMilliseconds(time)
      ? "looks like milliseconds; it must be in whole unix seconds"
      : "must be in whole unix seconds";
  throw fieldError([name], problem);
}
