/** Everything that can be seen of a Twilio token without trusting it. */
import { isObject, type JsonObject } from "@handstamp/protocol";
import { byGravity, type Finding, type Inspection, type Part } from "../../inspection.ts";
import { objectOf, readParts, type TextPart } from "../../lib/jwt-text.ts";
import { isTwiml, notAToken } from "../../lib/not-a-token.ts";
import { systemNow } from "../../lib/random.ts";
import { inspectUnwrapped, unwrap } from "../../lib/wrapping.ts";
import type { InspectOptions } from "../../provider.ts";
import { isTime, partyProblems, timeProblems } from "./inspect-claims.ts";
import { formProblems, headerProblems, regionProblems } from "./inspect-form.ts";
import { grantsProblems } from "./inspect-grants.ts";
import { type SignatureView, signatureView } from "./inspect-signature.ts";
import { fromClaims } from "./params.ts";
import { problem } from "./problems.ts";
import { isSid } from "./sid.ts";
import { type Claims, CONTENT_TYPE } from "./wire.ts";

/** Stands for a part that could not be read: nothing more is said about what it lacks. */
const EMPTY: JsonObject = {};

/** True for a token, however broken, that names Twilio in its header or its claims, and for TwiML. */
export function recognisesTwilio(text: string): boolean {
  const { token } = unwrap(text);
  if (isTwiml(token)) return true;
  const parts = readParts(token);
  const { cty } = objectOf(parts[0]) ?? EMPTY;
  return (
    (typeof cty === "string" && cty.startsWith("twilio-")) ||
    namesTwilio(objectOf(parts[1]) ?? EMPTY)
  );
}

function namesTwilio({ iss, sub, jti }: JsonObject): boolean {
  return (
    isSid(iss, "SK") ||
    isSid(iss, "AC") ||
    isSid(sub, "AC") ||
    (typeof jti === "string" && /^SK[0-9a-f]{32}-/.test(jti))
  );
}

/**
 * Everything that can be seen of a Twilio token, with every problem at once. It never throws.
 *
 * For a capability token a key's secret is taken for the account's auth token.
 */
export function inspectTwilio(text: string, options: InspectOptions = {}): Inspection {
  return inspectUnwrapped(unwrap(text), 20101, (token) => inspectToken(token, options));
}

function inspectToken(text: string, options: InspectOptions): Inspection {
  const parts = readParts(text);
  const header = objectOf(parts[0]);
  const payload = objectOf(parts[1]);
  if (!header && !payload) return inspectOther(text);
  const kind = KINDS.find(({ matches }) => matches(header ?? EMPTY, payload ?? EMPTY)) ?? ACCESS;
  return describe(text, parts, header ?? EMPTY, payload ?? EMPTY, kind, options);
}

function inspectOther(text: string): Inspection {
  const { format, finding } = notAToken(text);
  const problems = [{ ...finding, providerCode: 20101 }];
  return { provider: "twilio", format, verified: null, parts: [], problems };
}

interface Kind {
  readonly format: string;
  readonly matches: (header: JsonObject, payload: JsonObject) => boolean;
  readonly problems: (header: JsonObject, payload: JsonObject, now: number) => readonly Finding[];
  readonly signed: boolean;
}

const isOld = (header: JsonObject, payload: JsonObject): boolean =>
  header["cty"] === undefined && payload["grants"] === undefined;

const ACCESS: Kind = {
  format: "Twilio Access Token",
  matches: () => true,
  problems: accessProblems,
  signed: true,
};

const KINDS: readonly Kind[] = [
  {
    format: "Twilio ClientCapability token",
    matches: (header, payload) => isOld(header, payload) && typeof payload["scope"] === "string",
    problems: capabilityProblems,
    signed: false,
  },
  {
    format: "Twilio TaskRouterCapability token",
    matches: (header, payload) => isOld(header, payload) && Array.isArray(payload["policies"]),
    problems: capabilityProblems,
    signed: false,
  },
  ACCESS,
];

function accessProblems(header: JsonObject, payload: JsonObject, now: number): readonly Finding[] {
  const { grants, exp, iat } = payload;
  const has = (key: string): boolean => isObject(grants) && grants[key] !== undefined;
  const ttl = isTime(exp) && isTime(iat) ? exp - iat : undefined;
  const ofHeader = header === EMPTY ? [] : headerProblems(header, CONTENT_TYPE);
  if (payload === EMPTY) return ofHeader;
  return [
    ...ofHeader,
    ...partyProblems(payload),
    ...timeProblems(payload, now, has("voice")),
    ...grantsProblems(grants, ttl),
    ...regionProblems(header, has("video")),
  ];
}

function capabilityProblems(
  header: JsonObject,
  payload: JsonObject,
  now: number,
): readonly Finding[] {
  const found = [
    ...headerProblems(header, undefined),
    ...timeProblems(payload, now, false),
    problem("capability_token", "This is a capability token, signed with the auth token."),
  ];
  if (!isSid(payload["iss"], "AC"))
    found.push(
      problem(
        "sub_not_account",
        "iss, the account of a capability token, is no account SID.",
        "/payload/iss",
      ),
    );
  return found;
}

function describe(
  text: string,
  parts: readonly TextPart[],
  header: JsonObject,
  payload: JsonObject,
  kind: Kind,
  options: InspectOptions,
): Inspection {
  const { keys = [], now = systemNow() } = options;
  const claimed = kind.signed ? payload : { ...payload, iss: "" };
  const against = kind.signed
    ? keys
    : keys
        .filter(({ account }) => !account || account === payload["iss"])
        .map((k) => ({ ...k, id: "" }));
  const signature = signatureView(parts, header, claimed, against);
  const problems = [
    ...formProblems(text, parts),
    ...kind.problems(header, payload, now),
    ...signature.problems,
  ];
  return {
    provider: "twilio",
    format: kind.format,
    ...verdict(signature),
    ...facts(payload),
    parts: parts.map(toPart),
    problems: byGravity(problems),
  };
}

function verdict({ verified, keyId }: SignatureView): Pick<Inspection, "verified" | "keyId"> {
  return keyId === undefined ? { verified } : { verified, keyId };
}

function toPart({ name, range, value }: TextPart): Part {
  return value === undefined ? { name, range } : { name, range, value };
}

function facts(
  payload: JsonObject,
): Pick<
  Inspection,
  "id" | "identity" | "account" | "grants" | "issuedAt" | "notBefore" | "expiresAt"
> {
  const { jti, grants, iat, nbf, exp, sub, iss } = payload;
  const identity = isObject(grants) ? grants["identity"] : undefined;
  // A capability token has its account as the issuer.
  const account = [sub, iss].find((party) => isSid(party, "AC"));
  return {
    ...(typeof jti === "string" ? { id: jti } : {}),
    ...(typeof identity === "string" ? { identity } : {}),
    ...(typeof account === "string" ? { account } : {}),
    ...(isObject(grants) ? { grants: fromClaims(grants as Claims["grants"]) } : {}),
    ...(isTime(iat) ? { issuedAt: iat } : {}),
    ...(isTime(nbf) ? { notBefore: nbf } : {}),
    ...(isTime(exp) ? { expiresAt: exp } : {}),
  };
}
