/**
 * The routes of Twilio's sample servers: the SDK starters (Node, Python), the Vapor tutorial, the
 * voice quickstarts, the React video app and the function templates. What their clients send and read
 * is unchanged; who may ask and what they get is decided by this service's own pipeline.
 */
import { invalid, s } from "@handstamp/protocol";
import type { Answer, Ask, Operation, Passcode } from "../../http/operation.ts";
import { ok } from "../../http/operation.ts";
import { rfc3339 } from "../../http/time.ts";
import type { Issuer } from "../../issue/issue.ts";
import type { Recorded } from "../../issue/record.ts";
import { TWILIO_FAILURE, writeTwilioFailure } from "./failure.ts";
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

const FORM = {
  tag: "Twilio drop-in",
  access: "mint",
  lenient: true,
  failure: writeTwilioFailure,
  failureShape: TWILIO_FAILURE,
  query: QUERY,
  passcodeOf,
} as const;

export function dropIn(issuer: Issuer): readonly Operation[] {
  return [
    ...tokenOperations(issuer),
    ...(["video", "chat", "sync", "voice"] as const).flatMap((family) =>
      byGetAndPost({
        ...FORM,
        id: `twilio${capital(family)}Token`,
        path: `/${family}-token`,
        summary: `A token for ${family} alone, as the function template gives it`,
        answers: TOKEN_ALONE,
        handle: async (ask) => ok(timesOf(await mintFor(issuer, ask, family))),
      }),
    ),
    ...byGetAndPost({
      ...FORM,
      id: "twilioAccessToken",
      path: "/accessToken",
      summary: "The bare token as text, as the mobile voice quickstart reads it",
      answers: BARE_TOKEN,
      handle: (ask) => answerBare(issuer, ask),
    }),
  ];
}

/** `/token`: by GET and POST, and with the identity in the path. */
function tokenOperations(issuer: Issuer): readonly Operation[] {
  const token = {
    ...FORM,
    answers: IDENTITY_AND_TOKEN,
    handle: (ask: Ask) => answerToken(issuer, ask),
  };
  return [
    ...byGetAndPost({
      ...token,
      id: "twilioToken",
      path: "/token",
      summary:
        "Every Twilio grant that is allowed and configured, as the SDK starters and quickstarts ask for it; a body with user_identity or passcode is the video app's form",
    }),
    {
      ...token,
      id: "twilioTokenFor",
      method: "GET",
      path: "/token/:identity",
      params: PATH,
      summary: "The same for an identity in the path",
    },
  ];
}

function byGetAndPost(operation: Omit<Operation, "method" | "body">): readonly Operation[] {
  return [
    { ...operation, method: "GET" },
    { ...operation, method: "POST", id: `${operation.id}Post`, body: BODY },
  ];
}

const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);

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
  checkVideoApp(ask.body);
  return ok({ ...timesOf(await mintFor(issuer, ask, "videoApp")), room_type: "group" });
}

/**
 * What the video app's server insists on: flags that are true or false, a name, and a room to be in
 * unless the app says that it creates none, as it does to try a passcode.
 *
 * @throws HandstampError `invalid_request`
 */
function checkVideoApp(body: Ask["body"]): void {
  const { create_room: createsRoom = true, user_identity: identity, room_name: room } = body;
  const wrong = ["create_room", "create_conversation"]
    .filter((name) => body[name] !== undefined && typeof body[name] !== "boolean")
    .map((name) => ({ pointer: `/${name}`, message: "must be true or false" }));
  if (!identity) wrong.push({ pointer: "/user_identity", message: "is missing" });
  if (createsRoom === true && !room)
    wrong.push({ pointer: "/room_name", message: "is missing, and create_room is not false" });
  if (wrong.length > 0) throw invalid(wrong);
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
  const identity = whomFor(ask, given);
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

/** A guest is called what the passcode's judge made of their name; others may name themselves. */
function whomFor({ caller }: Ask, given: Readonly<Record<string, unknown>>): string {
  if (caller.kind === "passcode" && caller.identity !== null) return caller.identity;
  return identityOf(given) ?? caller.identity ?? friendlyName();
}

/** The video app's form holds its credential in the body. */
function passcodeOf(body: Readonly<Record<string, unknown>>): Passcode | undefined {
  const { passcode } = body;
  const name = identityOf(body);
  return typeof passcode === "string" && name !== undefined ? { name, passcode } : undefined;
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
  return typeof value === "string" && /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
}
