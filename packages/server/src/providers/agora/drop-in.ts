/**
 * The routes of the community's Go token service and of Agora's own Go demo, with their parameters,
 * statuses and shapes; who may ask and what they get is decided by this service's own pipeline.
 */
import { HandstampError, invalid, s } from "@handstamp/protocol";
import type { Answer, Ask, Operation } from "../../http/operation.ts";
import { rfc3339 } from "../../http/time.ts";
import type { Issuer } from "../../issue/issue.ts";
import type { Recorded } from "../../issue/record.ts";
import { NEVER_KEPT, writeAgoraFailure } from "./failure.ts";
import { generateOperation } from "./generate.ts";
import { issue } from "./issue.ts";
import { type Member, memberOfText, nameOf, readExpiry, readMember, rtcGrant } from "./read.ts";

const text = (doc: string) => s.text({ doc });
const QUERY = s.object({ expiry: s.optional(text("Seconds; 3600 when it is left out.")) });
const CHANNEL = {
  channel: text("The channel."),
  role: text("publisher; anything else is a subscriber."),
  tokenType: text("uid or userAccount."),
  rtcuid: s.optional(text("The uid or the account; empty is uid 0.")),
};
const BODY = s.object({
  tokenType: s.optional(text("rtc, rtm or chat.")),
  channel: s.optional(text("The channel, for rtc.")),
  role: s.optional(
    s.anyOf([s.text(), s.integer()], { doc: "publisher; anything else is a subscriber." }),
  ),
  uid: s.optional(s.anyOf([s.text(), s.integer()], { doc: "A uid in digits, or an account." })),
  expire: s.optional(
    s.anyOf([s.integer({ unit: "seconds" }), s.text()], {
      doc: "Seconds; 3600 when it is left out.",
    }),
  ),
});

const common = {
  tag: "Agora drop-in",
  access: "caller",
  lenient: true,
  failure: writeAgoraFailure,
} as const;
const times = {
  expires_at: s.text({ doc: "RFC 3339, UTC." }),
  refresh_at: s.text({ doc: "RFC 3339, UTC." }),
};
const answers = (...names: string[]) => ({
  200: {
    doc: "The token.",
    shape: s.object({ ...Object.fromEntries(names.map((name) => [name, s.text()])), ...times }),
  },
});

export function dropIn(issuer: Issuer): readonly Operation[] {
  return [
    {
      id: "agoraPing",
      tag: "Agora drop-in",
      access: "public",
      method: "GET",
      path: "/ping",
      summary: "Says pong",
      answers: { 200: { doc: "Pong.", shape: s.object({ message: s.text() }) } },
      handle: () => reply({ message: "pong" }),
    },
    ...rtcPaths(
      "/rtc/:channel/:role/:tokenType",
      (path, suffix): Operation => ({
        ...common,
        id: `agoraRtc${suffix}`,
        method: "GET",
        path,
        params: s.object(CHANNEL),
        query: QUERY,
        summary: "An RTC token",
        answers: answers("rtcToken"),
        handle: (ask) => answerRtc(issuer, ask),
      }),
    ),
    {
      ...common,
      id: "agoraRtm",
      method: "GET",
      path: "/rtm/:rtmuid",
      params: s.object({ rtmuid: text("The RTM user id.") }),
      query: QUERY,
      summary: "An RTM token",
      answers: answers("rtmToken"),
      handle: (ask) => answerRtm(issuer, ask),
    },
    ...rtcPaths(
      "/rte/:channel/:role/:tokenType",
      (path, suffix): Operation => ({
        ...common,
        id: `agoraRte${suffix}`,
        method: "GET",
        path,
        params: s.object(CHANNEL),
        query: QUERY,
        summary: "An RTC and an RTM token",
        answers: answers("rtcToken", "rtmToken"),
        handle: (ask) => answerRte(issuer, ask),
      }),
    ),
    {
      ...common,
      id: "agoraRteRtm",
      method: "GET",
      path: "/rte/:channel/:role/:tokenType/:rtcuid/:rtmuid",
      params: s.object({ ...CHANNEL, rtmuid: text("The RTM user id.") }),
      query: QUERY,
      summary: "An RTC and an RTM token, the second for a user id of its own",
      answers: answers("rtcToken", "rtmToken"),
      handle: (ask) => answerRte(issuer, ask),
    },
    {
      ...common,
      id: "agoraChatApp",
      method: "GET",
      path: "/chat/app",
      query: QUERY,
      summary: "A Chat app token, for administration: policy must raise the flag admin",
      answers: answers("chatToken"),
      handle: (ask) => answerChat(issuer, ask, undefined),
    },
    {
      ...common,
      id: "agoraChatAccount",
      method: "GET",
      path: "/chat/account/:chatid",
      params: s.object({ chatid: text("The Chat user id.") }),
      query: QUERY,
      summary: "A Chat user token",
      answers: answers("chatToken"),
      handle: (ask) => answerChat(issuer, ask, ask.params["chatid"]),
    },
    {
      ...common,
      id: "agoraChatOther",
      method: "GET",
      path: "/chat/*",
      summary: "Not found: only app and account/{id} are there",
      answers: {},
      handle: notFound,
    },
    {
      ...common,
      id: "agoraGetToken",
      method: "POST",
      path: "/getToken",
      body: BODY,
      summary: "Any of the three kinds by POST",
      answers: answers("token"),
      handle: (ask) => answerGetToken(issuer, ask),
    },
    generateOperation(issuer),
  ];
}

/** A path with the uid, and the same with an empty one: `/rtc/room/publisher/uid/`. */
function rtcPaths(
  path: string,
  make: (path: string, suffix: string) => Operation,
): readonly Operation[] {
  return [make(`${path}/:rtcuid`, ""), make(path, "Anyone")];
}

function reply(body: Record<string, unknown>): Answer {
  return { status: 200, body, headers: NEVER_KEPT };
}

/** The token under its peer's name, with the times that its peer leaves out. */
function named(tokens: Readonly<Record<string, Recorded>>): Answer {
  const issued = Object.entries(tokens);
  const earliest = (of: (token: Recorded) => number) =>
    rfc3339(Math.min(...issued.map(([, token]) => of(token))));
  return reply({
    ...Object.fromEntries(issued.map(([name, { token }]) => [name, token])),
    expires_at: earliest(({ expiresAt }) => expiresAt),
    refresh_at: earliest(({ refreshAt }) => refreshAt),
  });
}

async function answerRtc(issuer: Issuer, ask: Ask): Promise<Answer> {
  return named({ rtcToken: await mintRtc(issuer, ask) });
}

function mintRtc(issuer: Issuer, ask: Ask): Promise<Recorded> {
  const { channel = "", role, tokenType = "", rtcuid = "" } = ask.params;
  const member = readMember(tokenType, rtcuid);
  return issue(issuer, ask, nameOf(member), expiryOf(ask), {
    rtc: rtcGrant(channel, role, member),
  });
}

async function answerRtm(issuer: Issuer, ask: Ask): Promise<Answer> {
  return named({ rtmToken: await mintRtm(issuer, ask, ask.params["rtmuid"] ?? "", expiryOf(ask)) });
}

function mintRtm(issuer: Issuer, ask: Ask, userId: string, ttl: number): Promise<Recorded> {
  if (userId === "" || userId === "0")
    throw invalid([
      { pointer: "/params/rtmuid", message: "must be a user id: RTM has no wildcard" },
    ]);
  return issue(issuer, ask, userId, ttl, { rtm: { user_id: userId } });
}

async function answerRte(issuer: Issuer, ask: Ask): Promise<Answer> {
  const { rtcuid = "", rtmuid = rtcuid } = ask.params;
  if (rtmuid === "" || rtmuid === "0")
    throw invalid([
      {
        pointer: "/params/rtmuid",
        message: "is missing: uid 0 is nobody in RTM, so name the RTM user id",
      },
    ]);
  return named({
    rtcToken: await mintRtc(issuer, ask),
    rtmToken: await mintRtm(issuer, ask, rtmuid, expiryOf(ask)),
  });
}

async function answerChat(issuer: Issuer, ask: Ask, userId: string | undefined): Promise<Answer> {
  return named({ chatToken: await mintChat(issuer, ask, userId, expiryOf(ask)) });
}

function mintChat(
  issuer: Issuer,
  ask: Ask,
  userId: string | undefined,
  ttl: number,
): Promise<Recorded> {
  if (userId === "") return notFound();
  return userId === undefined
    ? issue(issuer, ask, "app", ttl, { chat: { admin: true } })
    : issue(issuer, ask, userId, ttl, { chat: { user_id: userId } });
}

function notFound(): never {
  throw new HandstampError("not_found", "There is only /chat/app/ and /chat/account/{id}/.");
}

function expiryOf(ask: Ask): number {
  return readExpiry(ask.query["expiry"], "/query/expiry");
}

const KINDS: Readonly<
  Record<string, (issuer: Issuer, ask: Ask, uid: string, ttl: number) => Promise<Recorded>>
> = {
  rtc: (issuer, ask, uid, ttl) => {
    const channel = String(ask.body["channel"] ?? "");
    if (channel === "" || uid === "")
      throw invalid([
        {
          pointer: channel === "" ? "/channel" : "/uid",
          message: "is missing: rtc needs channel and uid",
        },
      ]);
    const member: Member = memberOfText(uid, "/uid");
    return issue(issuer, ask, nameOf(member), ttl, {
      rtc: rtcGrant(channel, ask.body["role"], member),
    });
  },
  rtm: (issuer, ask, uid, ttl) => {
    if (uid === "")
      throw invalid([{ pointer: "/uid", message: "is missing: rtm needs a user id" }]);
    return mintRtm(issuer, ask, uid, ttl);
  },
  chat: (issuer, ask, uid, ttl) => mintChat(issuer, ask, uid === "" ? undefined : uid, ttl),
};

async function answerGetToken(issuer: Issuer, ask: Ask): Promise<Answer> {
  const kind = String(ask.body["tokenType"] ?? "");
  const mint = Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined;
  if (!mint) throw invalid([{ pointer: "/tokenType", message: "must be rtc, rtm or chat" }]);
  const uid = String(ask.body["uid"] ?? "");
  return named({ token: await mint(issuer, ask, uid, readExpiry(ask.body["expire"], "/expire")) });
}
