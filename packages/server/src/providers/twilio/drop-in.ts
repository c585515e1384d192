/**
 * The routes of Twilio's sample servers: the SDK starters (Node, Python), the Vapor tutorial, the
 * voice quickstarts, the React video app and the function templates. What their clients send and read
 * is unchanged; who may ask and what they get is decided by this service's own pipeline.
 */
import { s } from "@handstamp/protocol";
import type { Answer, Ask, Operation } from "../../http/operation.ts";
import { ok } from "../../http/operation.ts";
import { rfc3339 } from "../../http/time.ts";
import type { Issuer } from "../../issue/issue.ts";
import type { Recorded } from "../../issue/record.ts";
import { writeTwilioFailure } from "./failure.ts";
import { friendlyName } from "./friendly-name.ts";
import { type Family, grantsFor } from "./grants.ts";

const text = (doc: string) => s.optional(s.text({ doc }));
const QUERY = s.object({
  identity: text("Whom the token is for; the caller's own when it is left out."),
  id: text("The same, as the starters call it."),
  device: text("The device: it becomes the grants' endpoint_id."),
  ttl: text("Seconds."),
  room: text("The video room."),
  room_name: text("The same, as the video app calls it."),
});
const BODY = s.object({
  ...QUERY.fields,
  ttl: s.optional(s.anyOf([s.integer({ unit: "seconds" }), s.text()])),
  passcode: text("The video app's passcode: it is the credential."),
  user_identity: text("Whom the token is for, as the video app calls it."),
  create_room: s.optional(s.anyOf([s.boolean(), s.text()])),
  create_conversation: s.optional(s.anyOf([s.boolean(), s.text()])),
});
const PATH = s.object({ identity: s.text({ doc: "Whom the token is for." }) });

/** The video app's tokens live for four hours, because Video has no renewal. */
const VIDEO_APP_TTL = 14_400;

export function dropIn(issuer: Issuer): readonly Operation[] {
  const common = {
    tag: "Twilio drop-in",
    access: "caller",
    lenient: true,
    failure: writeTwilioFailure,
  } as const;
  const token = { ...common, handle: (ask: Ask) => answerToken(issuer, ask) };
  return [
    {
      ...token,
      id: "twilioToken",
      method: "GET",
      path: "/token",
      query: QUERY,
      summary:
        "A token with every Twilio grant that is allowed and configured, as the SDK starters and quickstarts ask for it",
      answers: IDENTITY_AND_TOKEN,
    },
    {
      ...token,
      id: "twilioTokenFor",
      method: "GET",
      path: "/token/:identity",
      params: PATH,
      query: QUERY,
      summary: "The same for an identity in the path",
      answers: IDENTITY_AND_TOKEN,
    },
    {
      ...token,
      id: "twilioTokenPost",
      method: "POST",
      path: "/token",
      query: QUERY,
      body: BODY,
      summary: "The same by POST; a body with user_identity or passcode is the video app's form",
      answers: IDENTITY_AND_TOKEN,
    },
    ...(["video", "chat", "sync", "voice"] as const).flatMap((family) =>
      (["GET", "POST"] as const).map(
        (method): Operation => ({
          ...common,
          id: `twilio${method === "GET" ? "Get" : "Post"}${family}Token`,
          method,
          path: `/${family}-token`,
          query: QUERY,
          ...(method === "POST" ? { body: BODY } : {}),
          summary: `A token for ${family} alone, as the function template gives it`,
          answers: TOKEN_ALONE,
          handle: async (ask) => ok({ ...timesOf(await mintFor(issuer, ask, family)) }),
        }),
      ),
    ),
    {
      ...common,
      id: "twilioAccessToken",
      method: "GET",
      path: "/accessToken",
      query: QUERY,
      summary: "The bare token as text, as the mobile voice quickstart reads it",
      answers: BARE_TOKEN,
      handle: (ask) => answerBare(issuer, ask),
    },
    {
      ...common,
      id: "twilioAccessTokenPost",
      method: "POST",
      path: "/accessToken",
      query: QUERY,
      body: BODY,
      summary: "The same by POST",
      answers: BARE_TOKEN,
      handle: (ask) => answerBare(issuer, ask),
    },
  ];
}

const tokenFields = {
  token: s.text({ doc: "The Access Token." }),
  expires_at: s.text({ doc: "RFC 3339, UTC." }),
  refresh_at: s.text({ doc: "When to renew; RFC 3339, UTC." }),
};
const IDENTITY_AND_TOKEN = {
  200: {
    doc: "The token.",
    shape: s.object({ identity: s.text(), ...tokenFields, room_type: s.optional(s.text()) }),
  },
};
const TOKEN_ALONE = {
  200: { doc: "The token.", shape: s.object({ identity: s.text(), ...tokenFields }) },
};
const BARE_TOKEN = { 200: { doc: "The token.", type: "text/plain", shape: s.text() } };

async function answerToken(issuer: Issuer, ask: Ask): Promise<Answer> {
  const isVideoApp = ask.body["user_identity"] !== undefined || ask.body["passcode"] !== undefined;
  if (!isVideoApp) return ok(timesOf(await mintFor(issuer, ask, "all")));
  return ok({ ...timesOf(await mintFor(issuer, ask, "videoApp")), room_type: "group" });
}

async function answerBare(issuer: Issuer, ask: Ask): Promise<Answer> {
  const { token } = await mintFor(issuer, ask, "voice");
  return { status: 200, type: "text/plain; charset=utf-8", body: token };
}

function timesOf({ identity, token, expiresAt, refreshAt }: Recorded): Record<string, unknown> {
  return {
    identity,
    token,
    expires_at: rfc3339(expiresAt),
    refresh_at: rfc3339(refreshAt),
  };
}

/** What the drop-in routes have in common: read the many spellings, then the one pipeline. */
function mintFor(issuer: Issuer, ask: Ask, family: Family): Promise<Recorded> {
  const given = { ...ask.query, ...ask.body, ...ask.params } as Readonly<Record<string, unknown>>;
  const identity = identityOf(given) ?? ask.caller.identity ?? friendlyName();
  const defaults = issuer.defaults(ask.caller, "twilio");
  return issuer.issue(
    ask.caller,
    {
      provider: "twilio",
      identity,
      ttl: secondsOf(given["ttl"]) ?? (family === "videoApp" ? VIDEO_APP_TTL : undefined),
      grants: grantsFor(family, { identity, defaults, given }),
      want: family === "all" ? "some" : "all",
    },
    ask,
  );
}

/** The identity under any of the names that the samples use; an empty one counts as absent. */
function identityOf(given: Readonly<Record<string, unknown>>): string | undefined {
  const names = ["identity", "user_identity", "id"] as const;
  return names
    .map((name) => given[name])
    .find((value) => typeof value === "string" && value !== "") as string | undefined;
}

/** Query parameters are text: only decimal digits are a number of seconds. */
function secondsOf(value: unknown): number | undefined {
  if (value === undefined || value === "") return undefined;
  if (typeof value === "number") return value;
  return /^\d{1,15}$/.test(String(value)) ? Number(value) : Number.NaN;
}
