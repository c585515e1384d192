/**
 * Who is asking. The credential's form alone decides who judges it, and a credential that is
 * recognised and wrong never falls through to another judge.
 */
import type { Scope } from "@handstamp/protocol";
import { checkAcrossProjects } from "./across-projects.ts";
import { API_TOKEN_PREFIX } from "./api-token.ts";
import type { Caller, Presented } from "./caller.ts";
import type { CallerDeps } from "./deps.ts";
import { looksLikeJwt, readJwt } from "./jwt/guard.ts";
import { createVerifiedJwts, type VerifiedJwts } from "./jwt/verified.ts";
import { openCaller, openGuard } from "./open.ts";
import { createOutgoing } from "./outgoing.ts";
import type { Guest } from "./passcode-source.ts";
import { refusal } from "./refusal.ts";
import type { SessionSource } from "./session-source.ts";
import type { ProjectCallers } from "./settings.ts";
import { createSources, type Sources } from "./sources.ts";

export interface AuthenticatorOptions {
  readonly projects: readonly ProjectCallers[];
  readonly deps: CallerDeps;
  /** Development mode: who comes without any credential is served as this project's open caller. */
  readonly open?: { readonly project: string; readonly scopes?: readonly Scope[] };
}

export interface SourceHealth {
  /** The caller's place in the configuration. */
  readonly at: string;
  /** What is wrong now; absent while all is well. */
  readonly problem?: string;
}

export interface Authenticator {
  /**
   * Judges a request's credential.
   * @throws HandstampError `unauthenticated`; `identity_provider_unavailable` where an issuer's keys or
   *   the session endpoint cannot be asked
   */
  authenticate(presented: Presented): Promise<Caller>;
  /**
   * Judges the passcode of a request that has no other credential.
   * @throws HandstampError `unauthenticated`, `rate_limited`, `identity_invalid`
   */
  authenticateGuest(guest: Guest): Promise<Caller>;
  health(): readonly SourceHealth[];
  close(): Promise<void>;
}

const DEFAULT_VERIFIED_JWTS = 10_000;

/**
 * Makes the sources of all projects and the rule that chooses between them.
 *
 * @throws HandstampError `invalid_request` where two projects claim the same credentials
 */
export function createAuthenticator({ projects, deps, open }: AuthenticatorOptions): Authenticator {
  checkAcrossProjects(projects);
  const outgoing = createOutgoing(deps.resolve);
  const judges: Judges = {
    ...createSources(projects, outgoing, deps),
    verified: createVerifiedJwts(deps.verifiedJwts ?? DEFAULT_VERIFIED_JWTS),
    now: deps.now,
    open,
  };
  return {
    authenticate: (presented) => authenticate(judges, presented),
    async authenticateGuest(guest) {
      if (!judges.guests) throw refusal("passcodes are not configured");
      return judges.guests.judge(guest);
    },
    health: () => [
      ...judges.issuers.sources.map(({ settings, keys }) => healthOf(settings.at, keys.problem())),
      ...judges.sessions.map((each) => healthOf(each.settings.at, each.problem())),
    ],
    close: () => outgoing.close(),
  };
}

interface Judges extends Sources {
  readonly verified: VerifiedJwts;
  readonly now: () => number;
  readonly open: AuthenticatorOptions["open"];
}

/** The contract of this module: which form goes to whom. */
async function authenticate(judges: Judges, presented: Presented): Promise<Caller> {
  const authorization = onlyAuthorization(presented);
  if (authorization === undefined) return withoutAuthorization(judges, presented);
  const bearer = bearerToken(authorization);
  if (bearer?.startsWith(API_TOKEN_PREFIX)) return judges.apiTokens.judge(bearer);
  if (bearer !== undefined && looksLikeJwt(bearer)) return judgeJwt(judges, bearer, presented);
  return judgeOther(judges, presented, () => true);
}

async function judgeJwt(judges: Judges, token: string, presented: Presented): Promise<Caller> {
  const now = judges.now();
  const known = judges.verified.get(token, now);
  if (known) return known;
  const jwt = readJwt(token);
  const source = judges.issuers.select(jwt);
  if (!source) return judgeOther(judges, presented, ({ settings }) => settings.jwt);
  const judged = await source.judge(jwt, now);
  judges.verified.put(token, judged);
  return judged.caller;
}

/** An Authorization that is neither an API token nor a JWT of ours: the app's own, if it wants it. */
function judgeOther(
  { sessions }: Judges,
  presented: Presented,
  takes: (session: SessionSource) => boolean,
): Promise<Caller> {
  const session = sessions.find(
    (each) => each.settings.forward.includes("authorization") && takes(each),
  );
  const credentials = session?.credentialsOf(presented);
  if (!session || !credentials) throw refusal("no caller takes an Authorization of this form");
  return session.judge(credentials);
}

function withoutAuthorization(
  { sessions, open }: Judges,
  presented: Presented,
): Promise<Caller> | Caller {
  for (const session of sessions) {
    const credentials = session.credentialsOf(presented);
    if (credentials) return session.judge(credentials);
  }
  if (!open) throw refusal("the request holds no credential");
  openGuard(presented);
  return openCaller(open.project, open.scopes);
}

function healthOf(at: string, problem: string | undefined): SourceHealth {
  return problem === undefined ? { at } : { at, problem };
}

/** Two Authorization headers are two answers to who is asking: refused, not chosen from. */
function onlyAuthorization({ authorization }: Presented): string | undefined {
  if (typeof authorization !== "object") return authorization;
  if (authorization.length > 1) throw refusal("the request has several Authorization headers");
  return authorization[0];
}

/** RFC 6750, section 2.1. */
const BEARER = /^bearer(?: (.*))?$/i;
const TOKEN = /^[A-Za-z0-9\-._~+/]+=*$/;

/** The token behind `Bearer`; undefined for another scheme. */
function bearerToken(authorization: string): string | undefined {
  const form = BEARER.exec(authorization);
  if (!form) return undefined;
  const token = form[1] ?? "";
  // Two headers joined with a comma end up here too.
  if (!TOKEN.test(token)) throw refusal("what stands behind Bearer is no token");
  return token;
}
