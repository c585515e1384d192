/** What is wrong with a token's text and with its header. */
import type { JsonObject } from "@handstamp/protocol";
import type { Finding } from "../../inspection.ts";
import { FORBIDDEN_HEADER, MAX_TOKEN_LENGTH } from "../../lib/jwt.ts";
import { objectOf, type TextPart } from "../../lib/jwt-text.ts";
import { problem } from "./problems.ts";
import { CONTENT_TYPE } from "./wire.ts";

export function formProblems(text: string, parts: readonly TextPart[]): readonly Finding[] {
  const found: Finding[] = [];
  if (text.length > MAX_TOKEN_LENGTH)
    found.push(
      problem(
        "too_large",
        `It has ${text.length} characters; more than ${MAX_TOKEN_LENGTH} fit no header.`,
      ),
    );
  if (parts.length !== 3) found.push(problem("not_three_parts", partCount(parts)));
  if (/\s/.test(text))
    found.push(problem("whitespace_inside", "There is white space inside the token."));
  else found.push(...parts.flatMap(canonicalProblems));
  if (parts.length === 3 && parts[2]?.text === "")
    found.push(problem("unsigned", "The third part, the signature, is empty."));
  if (!objectOf(parts[0]))
    found.push(problem("header_unreadable", "The first part does not decode to a JSON object."));
  if (parts.length > 1 && !objectOf(parts[1]))
    found.push(problem("payload_unreadable", "The second part does not decode to a JSON object."));
  return found;
}

function partCount(parts: readonly TextPart[]): string {
  if (parts.length === 5) return "It has five parts: it is an encrypted JWT (JWE).";
  if (parts.length > 5) return "It has more than five parts.";
  return `It has ${parts.length === 1 ? "one part" : `${parts.length} parts`} instead of three: it was cut.`;
}

function canonicalProblems({ name, text, canonical }: TextPart): readonly Finding[] {
  if (canonical || text === "" || name === "extra") return [];
  return [problem("not_canonical", `The ${name} ${canonicalFault(text)}.`)];
}

function canonicalFault(text: string): string {
  if (text.endsWith("=")) return "has padding (=)";
  if (/[+/]/.test(text)) return "uses + or /, the standard alphabet instead of base64url";
  if (/[^\w-]/.test(text)) return "has characters that are not base64url";
  return "is cut or altered at its end";
}

/** @param contentType the `cty` that this kind of token has, or undefined for none */
export function headerProblems(
  header: JsonObject,
  contentType: string | undefined,
): readonly Finding[] {
  const { alg, typ, cty } = header;
  const found: Finding[] = [];
  if (alg !== "HS256") found.push(problem("alg_not_hs256", algFault(alg), "/header/alg"));
  if (contentType !== undefined && cty === undefined)
    found.push(problem("cty_missing", `The header has no cty of ${CONTENT_TYPE}.`, "/header"));
  else if (contentType !== undefined && cty !== contentType)
    found.push(problem("cty_wrong", "The header's cty is another one.", "/header/cty"));
  if (typ !== undefined && typ !== "JWT")
    found.push(problem("typ_wrong", "The header's typ is not JWT.", "/header/typ"));
  for (const name of FORBIDDEN_HEADER)
    if (Object.hasOwn(header, name))
      found.push(problem("header_forbidden", `The header holds "${name}".`, `/header/${name}`));
  return found;
}

function algFault(alg: unknown): string {
  if (typeof alg !== "string") return "The header names no algorithm.";
  if (alg.toLowerCase() === "none") return 'The token is not signed: its alg is "none".';
  if (alg.toUpperCase() === "HS256") return "The algorithm's name is written in the wrong case.";
  return `The algorithm is ${alg.slice(0, 20)}.`;
}

/** What the region in the header means for the grants. */
export function regionProblems(header: JsonObject, hasVideo: boolean): readonly Finding[] {
  const { twr } = header;
  if (twr === undefined) return [];
  if (typeof twr !== "string" || !/^[a-z][a-z0-9-]{1,31}$/.test(twr))
    return [problem("region_wrong", "The header's twr is no region's name.", "/header/twr")];
  const found = [problem("region", `The token is for the region ${twr}.`, "/header/twr")];
  if (hasVideo && twr !== "us1")
    found.push(
      problem("region_video", `The video grant meets the region ${twr}.`, "/header/twr", 20101),
    );
  return found;
}
