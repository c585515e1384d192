/** From the `callers` section to settings: strict, with the JSON pointer of everything that is wrong. */
import { createPublicKey, type KeyObject } from "node:crypto";
import { type FieldError, invalid, parse } from "@handstamp/protocol";
import { Secret } from "../secret.ts";
import {
  areApart,
  type ClaimMapping,
  type ClaimPath,
  parseClaimPath,
  parseIdentityTemplate,
} from "./claims.ts";
import { GUEST_PREFIX, isGuestIdentity } from "./identity.ts";
import { ALGORITHMS, type AlgorithmName, algorithmsOf } from "./jwt/algorithms.ts";
import { urlProblem } from "./outgoing.ts";
import { isPasscodeHash } from "./passcode-hash.ts";
import type {
  CallerSettings,
  JwtSettings,
  KeyOrigin,
  PasscodeSettings,
  SessionSettings,
} from "./settings.ts";
import {
  CALLERS_SHAPE,
  type JwtGiven,
  type PasscodeGiven,
  type SessionGiven,
  SHAPES,
  type SourceKind,
} from "./shapes.ts";
import { secretProblem } from "./shared-secret.ts";

export interface ParseOptions {
  /** The operator says that the same identity from two sources is the same person. */
  readonly sharedIdentities?: boolean;
}

/** Notes one thing that is wrong. */
type Complain = (pointer: string, message: string) => void;

/**
 * Checks the callers of one project.
 *
 * @param value the section as it was read, environment already filled in
 * @param at its JSON pointer
 * @throws HandstampError `invalid_request` with a pointer and a mend for every field that is wrong
 *
 * @example
 * parseCallers([{ api_token: {} }]) // [{ kind: "api_token", at: "/callers/0/api_token" }]
 */
export function parseCallers(
  value: unknown,
  at = "/callers",
  options: ParseOptions = {},
): CallerSettings[] {
  const given = parse(CALLERS_SHAPE, value, at);
  const errors: FieldError[] = [];
  const complain: Complain = (pointer, message) => errors.push({ pointer, message });
  if (given.length === 0) complain(at, "must name at least one way to know who is asking");
  const settings = given.map((entry, i) => parseOne(entry, `${at}/${i}`, complain));
  if (errors.length > 0) throw invalid(errors);
  const callers = settings as CallerSettings[];
  if (!options.sharedIdentities) checkApart(callers, complain);
  if (errors.length > 0) throw invalid(errors);
  return callers;
}

const READERS: {
  readonly [K in SourceKind]: (given: never, at: string, complain: Complain) => CallerSettings;
} = {
  jwt: readJwtCaller,
  session: readSession,
  api_token: (_given: object, at: string) => ({ kind: "api_token", at }),
  passcode: readPasscode,
};

function parseOne(
  entry: Readonly<Record<string, unknown>>,
  at: string,
  complain: Complain,
): CallerSettings | undefined {
  const kinds = Object.keys(entry) as SourceKind[];
  const [kind] = kinds;
  if (kind !== undefined && kinds.length === 1)
    return READERS[kind](entry[kind] as never, `${at}/${kind}`, complain);
  complain(at, `must be exactly one of ${Object.keys(SHAPES).join(", ")}`);
  return undefined;
}

function readJwtCaller(given: JwtGiven, at: string, complain: Complain): JwtSettings {
  const origin = readOrigin(given, at, complain);
  const algorithms = readAlgorithms(given, origin, at, complain);
  if (given.audience.length === 0) complain(`${at}/audience`, "must name an audience");
  return {
    kind: "jwt",
    at,
    issuer: given.issuer,
    audience: typeof given.audience === "string" ? [given.audience] : given.audience,
    algorithms,
    keys: origin as KeyOrigin,
    mapping: readMapping(given, at, complain),
    leeway: given.leeway ?? 30,
    allowPrivate: given.allow_private ?? false,
    ...(given.typ === undefined ? {} : { typ: given.typ }),
  };
}

const ORIGINS = ["discovery", "jwks", "public_key", "secret"] as const;

function readOrigin(given: JwtGiven, at: string, complain: Complain): KeyOrigin | undefined {
  const named = ORIGINS.filter((name) => given[name] !== undefined);
  const [from] = named;
  if (from === undefined || named.length > 1) {
    complain(at, `must have exactly one of ${ORIGINS.join(", ")}`);
    return undefined;
  }
  const value = given[from];
  const note = (message: string) => complain(`${at}/${from}`, message);
  if (from === "secret") return { from, secret: new Secret(String(value)) };
  if (from === "public_key") return readPublicKey(String(value), note);
  const text = from === "discovery" ? discoveryUrl(given.issuer, value) : String(value);
  const url = readUrl(text, given.allow_private ?? false, note);
  return url && { from, url };
}

function discoveryUrl(issuer: string, value: unknown): string {
  // OpenID Connect Discovery 1.0, section 4: appended to the issuer, without a doubled slash.
  if (value === true) return `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
  return String(value);
}

function readUrl(
  text: string,
  allowPrivate: boolean,
  note: (message: string) => void,
): URL | undefined {
  const problem = urlProblem(text, allowPrivate);
  if (problem) note(problem);
  return problem ? undefined : new URL(text);
}

function readPublicKey(pem: string, note: (message: string) => void): KeyOrigin | undefined {
  if (pem.includes("PRIVATE KEY")) {
    note("is a private key: give the public one, and treat the private one as known to others");
    return undefined;
  }
  const key = importPem(pem);
  if (!key) note("is not a public key or certificate in PEM (-----BEGIN PUBLIC KEY-----)");
  else if (algorithmsOf(key).length > 0) return { from: "public_key", key };
  else
    note(
      "is too weak or of a type that is not used: RSA from 2048 bits, P-256, P-384, P-521, Ed25519",
    );
  return undefined;
}

function importPem(pem: string): KeyObject | undefined {
  try {
    return createPublicKey(pem);
  } catch {
    return undefined;
  }
}

function readAlgorithms(
  given: JwtGiven,
  origin: KeyOrigin | undefined,
  at: string,
  complain: Complain,
): readonly AlgorithmName[] {
  const algorithms = given.algorithms ?? usualAlgorithms(origin);
  const note = (message: string) => complain(`${at}/algorithms`, message);
  if (algorithms.length === 0) note("must name at least one algorithm");
  if (!origin) return algorithms;
  const family = origin.from === "secret" ? "hmac" : "public";
  const foreign = algorithms.filter((name) => ALGORITHMS[name].family !== family);
  if (foreign.length > 0)
    note(`holds ${foreign.join(", ")}, which cannot be used with ${origin.from}`);
  if (origin.from === "secret") {
    const problem = secretProblem(origin.secret.reveal(), algorithms);
    if (problem) complain(`${at}/secret`, problem);
  }
  if (origin.from === "public_key") {
    const unfit = algorithms.filter((name) => !ALGORITHMS[name].takes(origin.key));
    if (unfit.length > 0) note(`holds ${unfit.join(", ")}, which the public_key is not for`);
  }
  return algorithms;
}

function usualAlgorithms(origin: KeyOrigin | undefined): readonly AlgorithmName[] {
  if (origin?.from === "secret") return ["HS256"];
  return origin?.from === "public_key" ? algorithmsOf(origin.key).slice(0, 1) : ["RS256"];
}

type MappingGiven = Pick<JwtGiven, "identity" | "uid" | "claims">;

function readMapping(given: MappingGiven, at: string, complain: Complain): ClaimMapping {
  const path = (text: string, pointer: string): ClaimPath => {
    const parsed = parseClaimPath(text);
    if (!parsed) complain(pointer, 'must be a claim, such as "sub" or "user.id"');
    return parsed ?? [];
  };
  const identity = parseIdentityTemplate(given.identity);
  if ("error" in identity) complain(`${at}/identity`, identity.error);
  else if (isGuestIdentity(String(identity.parts[0])))
    complain(`${at}/identity`, `must not begin with "${GUEST_PREFIX}", which passcode guests have`);
  const claims = Object.entries(given.claims ?? {});
  return {
    identity: "error" in identity ? { source: "", parts: [] } : identity,
    ...(given.uid === undefined ? {} : { uid: path(given.uid, `${at}/uid`) }),
    ...(claims.length === 0
      ? {}
      : {
          claims: Object.fromEntries(
            claims.map(([name, text]) => [name, path(text, `${at}/claims/${name}`)]),
          ),
        }),
  };
}

/** Headers that no session may be told by: they steer the connection, or say what proxies added. */
const NOT_FORWARDED =
  /^(?:host|connection|content-.*|transfer-encoding|te|trailer|upgrade|expect|keep-alive|proxy-.*|forwarded|x-forwarded-.*|via|accept-encoding)$/;

function readSession(given: SessionGiven, at: string, complain: Complain): SessionSettings {
  const forward = given.forward.map((name) => name.toLowerCase());
  if (forward.length === 0) complain(`${at}/forward`, "must name a header, such as cookie");
  for (const [i, name] of forward.entries())
    if (NOT_FORWARDED.test(name))
      complain(`${at}/forward/${i}`, "is not a header that carries a session");
  if (given.jwt && !forward.includes("authorization"))
    complain(`${at}/jwt`, 'needs "authorization" in forward');
  if (given.cookies && !forward.includes("cookie"))
    complain(`${at}/cookies`, 'needs "cookie" in forward');
  const url = readUrl(given.url, given.allow_private ?? false, (message) =>
    complain(`${at}/url`, message),
  );
  return {
    kind: "session",
    at,
    url: url as URL,
    forward,
    ...(given.cookies ? { cookies: given.cookies } : {}),
    mapping: readMapping(given, at, complain),
    timeout: given.timeout ?? 2,
    cache: given.cache ?? 10,
    jwt: given.jwt ?? false,
    allowPrivate: given.allow_private ?? false,
  };
}

function readPasscode(given: PasscodeGiven, at: string, complain: Complain): PasscodeSettings {
  if (given.codes.length === 0) complain(`${at}/codes`, "must hold at least one passcode");
  const codes = given.codes.map(({ name, hash, expires, claims = {} }, i) => {
    if (!isPasscodeHash(hash))
      complain(
        `${at}/codes/${i}/hash`,
        "is not a scrypt hash made by Handstamp: `handstamp callers passcode` makes one",
      );
    const expiresAt = Date.parse(expires) / 1000;
    if (Number.isNaN(expiresAt)) complain(`${at}/codes/${i}/expires`, "is not a time that exists");
    return { name, hash, expiresAt, claims };
  });
  return { kind: "passcode", at, codes };
}

type Naming = JwtSettings | SessionSettings;

/** Two issuers' `42` must not be one person unless the operator says so. */
function checkApart(callers: readonly CallerSettings[], complain: Complain): void {
  const naming = callers.filter((each): each is Naming => "mapping" in each);
  for (const [i, later] of naming.entries())
    for (const earlier of naming.slice(0, i)) {
      if (isOneIssuer(earlier, later)) continue;
      if (areApart(earlier.mapping.identity, later.mapping.identity)) continue;
      complain(
        `${later.at}/identity`,
        `could give someone the identity of another person known by ${earlier.at}: begin each with a text of ` +
          'its own, such as "learner:${sub}", or set shared_identities: true if both name the same people alike',
      );
      break;
    }
}

function isOneIssuer(a: Naming, b: Naming): boolean {
  const sameTemplate = a.mapping.identity.source === b.mapping.identity.source;
  return a.kind === "jwt" && b.kind === "jwt" && a.issuer === b.issuer && sameTemplate;
}
