/** What is wrong with whom a token is from and for, and with its times. */
import type { JsonObject } from "@handstamp/protocol";
import type { Finding } from "../../inspection.ts";
import { inWords } from "../../lib/duration.ts";
import { type ProblemCode, problem } from "./problems.ts";
import { isSid, SID_KINDS, sidPrefixOf } from "./sid.ts";
import { isUnixMilliseconds, MAX_TTL, MAX_VOICE_TTL } from "./ttl.ts";

export function partyProblems({ iss, sub, jti }: JsonObject): readonly Finding[] {
  if (isSid(iss, "AC") && isSid(sub, "SK"))
    return [problem("iss_sub_swapped", "iss and sub are each other's.", "/payload/iss")];
  const found: Finding[] = [];
  if (iss === undefined) found.push(problem("iss_missing", "There is no iss.", "/payload"));
  else if (!isSid(iss, "SK"))
    found.push(problem("iss_not_key", `iss is ${kindOf(iss)}.`, "/payload/iss"));
  if (sub === undefined) found.push(problem("sub_missing", "There is no sub.", "/payload"));
  else if (!isSid(sub, "AC"))
    found.push(problem("sub_not_account", `sub is ${kindOf(sub)}.`, "/payload/sub"));
  if (typeof jti !== "string" || jti === "")
    found.push(problem("jti_missing", "There is no jti.", "/payload"));
  else if (/^SK[0-9a-fA-F]{32}-\d{1,12}$/.test(jti))
    found.push(
      problem("jti_by_second", "The jti is the key's SID and the second.", "/payload/jti"),
    );
  return found;
}

/** A value in words, without the value: it may be a secret in the wrong place. */
function kindOf(value: unknown): string {
  const prefix = sidPrefixOf(value);
  if (prefix) return SID_KINDS[prefix];
  return typeof value === "string" ? "a text that is no SID" : "no text";
}

/** @param voice whether the stricter limit of Voice holds */
export function timeProblems(
  { exp, iat, nbf }: JsonObject,
  now: number,
  voice: boolean,
): readonly Finding[] {
  const found: Finding[] = [];
  if (exp === undefined) found.push(problem("exp_missing", "It has no end (exp).", "/payload"));
  else if (!isTime(exp))
    found.push(problem("exp_not_a_time", "exp is not a whole number.", "/payload/exp"));
  else found.push(...endProblems(exp, isTime(iat) ? iat : undefined, now, voice));
  if (iat !== undefined) found.push(...startProblems("iat", iat, now));
  if (nbf !== undefined) found.push(...startProblems("nbf", nbf, now));
  if (isTime(nbf) && isTime(exp) && nbf >= exp)
    found.push(problem("nbf_after_exp", "It ends before it becomes valid.", "/payload/nbf"));
  return found;
}

export function isTime(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function endProblems(
  exp: number,
  iat: number | undefined,
  now: number,
  voice: boolean,
): readonly Finding[] {
  const at = "/payload/exp";
  if (isUnixMilliseconds(exp))
    return [problem("exp_in_milliseconds", `exp is ${exp}, a time in milliseconds.`, at)];
  const found: Finding[] = [];
  if (iat !== undefined && exp <= iat)
    found.push(problem("exp_not_after_iat", deadAtBirth(exp, iat), at));
  else found.push(...lifeProblems(exp - (iat ?? now), voice, at));
  if (exp <= now) found.push(problem("expired", `It expired ${inWords(now - exp)} ago.`, at));
  return found;
}

function deadAtBirth(exp: number, iat: number): string {
  if (exp === iat) return "It ends in the second in which it was issued.";
  return `It ends ${inWords(iat - exp)} before it was issued.`;
}

function lifeProblems(ttl: number, voice: boolean, at: string): readonly Finding[] {
  if (ttl > MAX_TTL) {
    const code: ProblemCode =
      ttl % 1000 === 0 && ttl / 1000 <= MAX_TTL ? "ttl_in_milliseconds" : "ttl_too_long";
    const hint = code === "ttl_in_milliseconds" ? `: ${ttl} looks like milliseconds` : "";
    return [problem(code, `It lives ${inWords(ttl)}, and 24 hours is the limit${hint}.`, at)];
  }
  if (voice && ttl > MAX_VOICE_TTL)
    return [problem("ttl_too_long_for_voice", "It lives a whole day.", at)];
  return [];
}

const START = {
  iat: ["iat_not_a_time", "iat_in_future", "It was issued"],
  nbf: ["nbf_not_a_time", "not_yet_valid", "It becomes valid"],
} as const;

function startProblems(claim: "iat" | "nbf", time: unknown, now: number): readonly Finding[] {
  const [notATime, inFuture, words] = START[claim];
  const at = `/payload/${claim}`;
  if (!isTime(time)) return [problem(notATime, `${claim} is not a whole number.`, at)];
  if (isUnixMilliseconds(time))
    return [problem(notATime, `${claim} is ${time}, a time in milliseconds.`, at)];
  if (time <= now) return [];
  return [
    problem(inFuture, `${words} ${inWords(time - now)} in the future: a clock is wrong.`, at),
  ];
}
