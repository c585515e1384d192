/**
 * The routes of the community's Go token service and of Agora's own Go demo, with their parameters,
 * statuses and shapes; who may ask and what they get is decided by this service's own pipeline.
 */
import { invalid, s } from "@handstamp/protocol";
import type { Answer, Ask, Operation } from "../../http/operation.ts";
import type { Issuer } from "../../issue/issue.ts";
import type { IssueRequest } from "../../issue/types.ts";
import { generateOperation } from "./generate.ts";
import { getTokenOperation } from "./get-token.ts";
import { requestFor } from "./issue.ts";
import { answers, common, mintChat, named, notFound, reply, rtmRequest } from "./mint.ts";
import { nameOf, readExpiry, readMember, rtcGrant } from "./read.ts";

const text = (doc: string) => s.text({ doc });
const QUERY = s.object({ expiry: s.optional(text("Seconds; 3600 when it is left out.")) });
const CHANNEL = {
  channel: text("The channel."),
  role: text("publisher; anything else is a subscriber."),
  tokenType: text("uid or userAccount."),
  rtcuid: s.optional(text("The uid or the account; empty is uid 0.")),
};
/** A route that says everything in its path. */
interface PathRoute {
  readonly id: string;
  readonly path: string;
  readonly summary: string;
  readonly params?: s.Fields;
  /** The names under which its peer answers the tokens. */
  readonly tokens: readonly string[];
  readonly answer: (issuer: Issuer, ask: Ask) => Promise<Answer>;
}

const RTM_USER = { rtmuid: text("The RTM user id.") };

const PATHS: readonly PathRoute[] = [
  ...withEmptyUid({
    id: "agoraRtc",
    path: "/rtc/:channel/:role/:tokenType",
    summary: "An RTC token",
    params: CHANNEL,
    tokens: ["rtcToken"],
    answer: answerRtc,
  }),
  {
    id: "agoraRtm",
    path: "/rtm/:rtmuid",
    summary: "An RTM token",
    params: RTM_USER,
    tokens: ["rtmToken"],
    answer: answerRtm,
  },
  ...withEmptyUid({
    id: "agoraRte",
    path: "/rte/:channel/:role/:tokenType",
    summary: "An RTC and an RTM token",
    params: CHANNEL,
    tokens: ["rtcToken", "rtmToken"],
    answer: answerRte,
  }),
  {
    id: "agoraRteRtm",
    path: "/rte/:channel/:role/:tokenType/:rtcuid/:rtmuid",
    summary: "An RTC and an RTM token, the second for a user id of its own",
    params: { ...CHANNEL, ...RTM_USER },
    tokens: ["rtcToken", "rtmToken"],
    answer: answerRte,
  },
  {
    id: "agoraChatApp",
    path: "/chat/app",
    summary: "A Chat app token, for administration: policy must raise the flag admin",
    tokens: ["chatToken"],
    answer: (issuer, ask) => answerChat(issuer, ask, undefined),
  },
  {
    id: "agoraChatAccount",
    path: "/chat/account/:chatid",
    summary: "A Chat user token",
    params: { chatid: text("The Chat user id.") },
    tokens: ["chatToken"],
    answer: (issuer, ask) => answerChat(issuer, ask, ask.params["chatid"]),
  },
];

export function dropIn(issuer: Issuer): readonly Operation[] {
  return [
    PING,
    ...PATHS.map((route) => pathOperation(issuer, route)),
    CHAT_OTHER,
    getTokenOperation(issuer),
    generateOperation(issuer),
  ];
}

const PING: Operation = {
  id: "agoraPing",
  tag: "Agora drop-in",
  access: "public",
  method: "GET",
  path: "/ping",
  summary: "Says pong",
  answers: { 200: { doc: "Pong.", shape: s.object({ message: s.text() }) } },
  handle: () => reply({ message: "pong" }),
};

const CHAT_OTHER: Operation = {
  ...common,
  id: "agoraChatOther",
  method: "GET",
  path: "/chat/*",
  summary: "Not found: only app and account/{id} are there",
  answers: {},
  handle: notFound,
};

/** The route with the uid, and the same with an empty one: `/rtc/room/publisher/uid/`. */
function withEmptyUid(route: PathRoute): readonly PathRoute[] {
  return [
    { ...route, path: `${route.path}/:rtcuid` },
    { ...route, id: `${route.id}Anyone` },
  ];
}

function pathOperation(issuer: Issuer, { params, tokens, answer, ...route }: PathRoute): Operation {
  return {
    ...common,
    ...route,
    method: "GET",
    ...(params ? { params: s.object(params) } : {}),
    query: QUERY,
    answers: answers(...tokens),
    handle: (ask) => answer(issuer, ask),
  };
}

async function answerRtc(issuer: Issuer, ask: Ask): Promise<Answer> {
  return named({ rtcToken: await issuer.issue(ask.caller, rtcRequest(ask), ask) });
}

function rtcRequest(ask: Ask): IssueRequest {
  const { channel = "", role, tokenType = "", rtcuid = "" } = ask.params;
  const member = readMember(tokenType, rtcuid);
  return requestFor(ask, nameOf(member), expiryOf(ask), { rtc: rtcGrant(channel, role, member) });
}

async function answerRtm(issuer: Issuer, ask: Ask): Promise<Answer> {
  const request = rtmRequest(ask, ask.params["rtmuid"] ?? "", expiryOf(ask));
  return named({ rtmToken: await issuer.issue(ask.caller, request, ask) });
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
  const requests = [rtcRequest(ask), rtmRequest(ask, rtmuid, expiryOf(ask))] as const;
  const [rtcToken, rtmToken] = await issuer.issueAll(ask.caller, requests, ask);
  return named({ rtcToken, rtmToken });
}

async function answerChat(issuer: Issuer, ask: Ask, userId: string | undefined): Promise<Answer> {
  return named({ chatToken: await mintChat(issuer, ask, userId, expiryOf(ask)) });
}

function expiryOf(ask: Ask): number {
  return readExpiry(ask.query["expiry"], "/query/expiry");
}
