/** Whether the servers that know the users answer, and as they should. Asked only with --online. */
import { discoveredKeys, keysAt } from "../../callers/jwt/fetch-keys.ts";
import { createOutgoing, type Outgoing, systemResolver } from "../../callers/outgoing.ts";
import type { CallerSettings, JwtSettings, SessionSettings } from "../../callers/settings.ts";
import { type Check, error, NO_CONFIG, type Outcome, ok, skipped } from "./check.ts";
import { rulesOf } from "./rules.ts";

export const signInCheck: Check = {
  name: "sign-in",
  run: async ({ config, refusal, online }) => {
    if (config === null || refusal !== null) return [NO_CONFIG];
    const read = rulesOf(config);
    if (!("rules" in read)) return [skipped("not looked at: `callers` and `policy` come first")];
    const asked = read.rules.flatMap(({ callers }) => callers.filter(isRemote));
    if (asked.length === 0) return [ok("no server is asked who somebody is")];
    if (!online) return [skipped("--online asks the servers that know your users")];
    return askAll(asked);
  },
};

function isRemote(settings: CallerSettings): boolean {
  if (settings.kind === "session") return true;
  return settings.kind === "jwt" && "url" in settings.keys;
}

async function askAll(asked: readonly CallerSettings[]): Promise<readonly Outcome[]> {
  const outgoing = createOutgoing(systemResolver);
  try {
    return await Promise.all(asked.map((settings) => look(settings, outgoing)));
  } finally {
    await outgoing.close();
  }
}

function look(settings: CallerSettings, outgoing: Outgoing): Promise<Outcome> {
  if (settings.kind === "session") return lookAtSession(settings, outgoing);
  return lookAtKeys(settings as JwtSettings, outgoing);
}

async function lookAtKeys(settings: JwtSettings, outgoing: Outgoing): Promise<Outcome> {
  const { keys: origin, issuer } = settings;
  if (!("url" in origin)) return ok(`${issuer}: its key is in the file`);
  const fetchKeys = origin.from === "jwks" ? keysAt : discoveredKeys;
  try {
    const { keys, leftOut } = await fetchKeys(origin.url, settings, outgoing)();
    if (keys.length > 0) return ok(`${issuer}: ${keys.length} keys that can be used`);
    const why = leftOut.length > 0 ? ` (${leftOut.join("; ")})` : "";
    return error(
      `${issuer}: none of its keys can be used${why}`,
      "Look at `algorithms`: it names what this issuer signs with.",
    );
  } catch (cause) {
    return error(`${issuer}: ${reasonOf(cause)}`, `Look at ${settings.at} and at the issuer.`);
  }
}

/** Asks as somebody who is not signed in: the answer must not be that it is somebody. */
async function lookAtSession(settings: SessionSettings, outgoing: Outgoing): Promise<Outcome> {
  const { url, allowPrivate, timeout } = settings;
  const place = `${url.host}${url.pathname}`;
  const mend = "Answer 401 where nobody is signed in, and 200 with JSON where somebody is.";
  try {
    const { status } = await outgoing.getJson({ url, allowPrivate, timeout, maxBytes: 65_536 });
    if (status === 401 || status === 403) return ok(`${place}: answers ${status} to nobody`);
    return error(`${place}: answers ${status} to a request without a session`, mend);
  } catch (cause) {
    return error(`${place}: ${reasonOf(cause)}`, mend);
  }
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : "it did not answer";
}
