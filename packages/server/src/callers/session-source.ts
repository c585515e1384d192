/**
 * Asks the app's own endpoint who a session belongs to, as nginx's `auth_request` and Traefik's
 * `forwardAuth` do. Only the named headers go there.
 */
import { createHash } from "node:crypto";
import { isContextHeader } from "./across-projects.ts";
import { holdsApiToken } from "./api-token.ts";
import { type Caller, judgedCaller, type Presented } from "./caller.ts";
import { mapped, plainObject } from "./claims.ts";
import { mayUseCookie } from "./cookie-origin.ts";
import type { CallerDeps } from "./deps.ts";
import type { Outgoing } from "./outgoing.ts";
import { refusal, unavailable } from "./refusal.ts";
import type { SessionSettings } from "./settings.ts";

const MAX_ANSWER_BYTES = 64 * 1024;
const MAX_REMEMBERED = 10_000;

/** The headers of one request that carry its session. */
export type Credentials = Readonly<Record<string, string>>;

export interface SessionSource {
  readonly project: string;
  readonly settings: SessionSettings;
  /** What of this request is forwarded, or undefined where it holds no session of ours. */
  credentialsOf(presented: Presented): Credentials | undefined;
  /** @throws HandstampError `unauthenticated`, `identity_provider_unavailable` */
  judge(credentials: Credentials): Promise<Caller>;
  problem(): string | undefined;
}

export function createSessionSource(
  project: string,
  settings: SessionSettings,
  outgoing: Outgoing,
  deps: Pick<CallerDeps, "elapsed" | "log" | "allowedOrigins">,
): SessionSource {
  const answers = createAnswers(settings.cache, deps.elapsed);
  let failure: string | undefined;

  async function ask(credentials: Credentials): Promise<Caller> {
    try {
      const caller = await askEndpoint(project, settings, outgoing, credentials);
      failure = undefined;
      return caller;
    } catch (error) {
      if (!(error instanceof Unanswered)) throw error;
      failure = error.message;
      const detail = `${settings.url.host}${settings.url.pathname}: ${failure}`;
      deps.log({ event: "session_failed", detail });
      throw unavailable(detail, error);
    }
  }

  return {
    project,
    settings,
    credentialsOf: (presented) => collect(presented, settings, deps.allowedOrigins),
    judge: (credentials) => answers.get(digestOf(credentials), () => ask(credentials)),
    problem: () => failure,
  };
}

/** The endpoint gave no answer that says who this is, or that it is nobody. */
class Unanswered extends Error {
  override readonly name = "Unanswered";
}

async function askEndpoint(
  project: string,
  settings: SessionSettings,
  outgoing: Outgoing,
  headers: Credentials,
): Promise<Caller> {
  const { url, allowPrivate, timeout } = settings;
  const wanted = { url, allowPrivate, timeout, headers, maxBytes: MAX_ANSWER_BYTES };
  const { status, body } = await outgoing.getJson(wanted).catch((error: unknown) => {
    throw new Unanswered(error instanceof Error ? error.message : "the request failed");
  });
  if (status === 401 || status === 403) throw refusal(`the session endpoint answered ${status}`);
  if (status >= 300 && status < 400)
    throw new Unanswered(
      `it redirected (${status}), which is not followed: answer 401 where nobody is signed in`,
    );
  if (status < 200 || status > 299) throw new Unanswered(`it answered ${status}`);
  const claims = plainObject(body);
  if (!claims) throw new Unanswered("its answer is no JSON object");
  const who = mapped(claims, settings.mapping);
  return judgedCaller({
    kind: "session",
    project,
    id: `session:${url.host}${url.pathname}|${who.identity}`,
    scopes: new Set(["mint"] as const),
    ...who,
  });
}

function collect(
  presented: Presented,
  settings: SessionSettings,
  allowedOrigins: readonly string[],
): Credentials | undefined {
  const found: Record<string, string> = {};
  for (const name of settings.forward) {
    const value = valueOf(presented, name, settings);
    if (value !== undefined) found[name] = value;
  }
  const names = Object.keys(found);
  if (names.every(isContextHeader)) return undefined;
  if (names.some((name) => holdsApiToken(found[name] ?? "")))
    throw refusal("an API token stands where a session is expected; it is not forwarded");
  if ("cookie" in found && !mayUseCookie(presented, allowedOrigins))
    throw refusal("a cookie in a request that another site caused, or that does not say who did");
  return found;
}

function valueOf(
  presented: Presented,
  name: string,
  { cookies }: SessionSettings,
): string | undefined {
  if (name === "authorization") return presented.authorization?.toString();
  if (name === "cookie") {
    // With an Authorization present, cookies are neither read nor forwarded.
    if (presented.authorization !== undefined) return undefined;
    return cookies ? pickCookies(presented.cookie, cookies) : presented.cookie || undefined;
  }
  const value = presented.headers[name];
  if (Array.isArray(value)) throw refusal(`the header ${name} is there more than once`);
  return value || undefined;
}

/** The named cookies of a Cookie header, as they came. */
function pickCookies(header: string | undefined, names: readonly string[]): string | undefined {
  const pairs = (header ?? "").split(";").map((pair) => pair.trim());
  const kept = pairs.filter((pair) =>
    names.includes(pair.slice(0, Math.max(0, pair.indexOf("=")))),
  );
  return kept.length > 0 ? kept.join("; ") : undefined;
}

// Every name and value with its length, so that no two sets of headers have one text.
function digestOf(credentials: Credentials): string {
  const sha256 = createHash("sha256");
  for (const [name, value] of Object.entries(credentials))
    sha256.update(`${name.length}:${name}${value.length}:${value}`);
  return sha256.digest("base64url");
}

/** Remembers callers for a while; those who ask for the same one at once share one question. Refusals are not kept. */
function createAnswers(seconds: number, elapsed: () => number) {
  const kept = new Map<string, { readonly caller: Caller; readonly until: number }>();
  const asked = new Map<string, Promise<Caller>>();
  async function askAndKeep(key: string, ask: () => Promise<Caller>): Promise<Caller> {
    try {
      const caller = await ask();
      const oldest = kept.size >= MAX_REMEMBERED ? kept.keys().next().value : undefined;
      if (oldest !== undefined) kept.delete(oldest);
      if (seconds > 0) kept.set(key, { caller, until: elapsed() + seconds });
      return caller;
    } finally {
      asked.delete(key);
    }
  }
  return {
    get(key: string, ask: () => Promise<Caller>): Promise<Caller> {
      const known = kept.get(key);
      if (known && elapsed() < known.until) return Promise.resolve(known.caller);
      kept.delete(key);
      const running = asked.get(key) ?? askAndKeep(key, ask);
      asked.set(key, running);
      return running;
    },
  };
}
