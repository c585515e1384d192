import { invalid, s } from "@handstamp/protocol";
import type { Answer, Ask, Operation } from "../../http/operation.ts";
import type { Issuer } from "../../issue/issue.ts";
import type { Recorded } from "../../issue/record.ts";
import { issue } from "./issue.ts";
import { answers, common, mintChat, named, rtmRequest } from "./mint.ts";
import { memberOfText, nameOf, readExpiry, rtcGrant, textOf } from "./read.ts";

const text = (doc: string) => s.text({ doc });
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

/** `POST /getToken`: what the paths say, in a body. */
export function getTokenOperation(issuer: Issuer): Operation {
  return {
    ...common,
    id: "agoraGetToken",
    method: "POST",
    path: "/getToken",
    body: BODY,
    summary: "Any of the three kinds by POST",
    answers: answers("token"),
    handle: (ask) => answerGetToken(issuer, ask),
  };
}

const KINDS: Readonly<
  Record<string, (issuer: Issuer, ask: Ask, uid: string, ttl: number) => Promise<Recorded>>
> = {
  rtc: (issuer, ask, uid, ttl) => {
    const channel = textOf(ask.body["channel"]);
    if (channel === "" || uid === "")
      throw invalid([
        {
          pointer: channel === "" ? "/channel" : "/uid",
          message: "is missing: rtc needs channel and uid",
        },
      ]);
    const member = memberOfText(uid, "/uid");
    return issue(issuer, ask, nameOf(member), ttl, {
      rtc: rtcGrant(channel, ask.body["role"], member),
    });
  },
  rtm: (issuer, ask, uid, ttl) => {
    if (uid === "")
      throw invalid([{ pointer: "/uid", message: "is missing: rtm needs a user id" }]);
    return issuer.issue(ask.caller, rtmRequest(ask, uid, ttl, "/uid"), ask);
  },
  chat: (issuer, ask, uid, ttl) => mintChat(issuer, ask, uid === "" ? undefined : uid, ttl),
};

async function answerGetToken(issuer: Issuer, ask: Ask): Promise<Answer> {
  const kind = textOf(ask.body["tokenType"]);
  const mint = Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined;
  if (!mint) throw invalid([{ pointer: "/tokenType", message: "must be rtc, rtm or chat" }]);
  const uid = textOf(ask.body["uid"]);
  // A Go client that sets no expiry sends the zero of its struct.
  const ttl = readExpiry(ask.body["expire"] === 0 ? undefined : ask.body["expire"], "/expire");
  return named({ token: await mint(issuer, ask, uid, ttl) });
}
