import { invalid, isObject, type JsonObject, s } from "@handstamp/protocol";
import type { Ask, Operation } from "../../http/operation.ts";
import { rfc3339 } from "../../http/time.ts";
import type { Issuer } from "../../issue/issue.ts";
import { DEMO_FAILURE, NEVER_KEPT, writeDemoFailure } from "./failure.ts";
import { issue } from "./issue.ts";
import { type Member, memberOfText, nameOf, readExpiry, rtcGrant, textOf } from "./read.ts";

const service = (doc: string) => s.optional(s.json({ doc }));
const BODY = s.object({
  channelName: s.optional(s.text({ doc: "The channel, for RTC." })),
  uid: s.optional(s.anyOf([s.text(), s.integer()], { doc: "A uid in digits, or an account." })),
  tokenExpireTs: s.optional(
    s.anyOf([s.integer(), s.text()], { doc: "Seconds from now, for all its name." }),
  ),
  privilegeExpireTs: s.optional(s.anyOf([s.integer(), s.text()], { doc: "Seconds from now." })),
  serviceRtc: service('{"enable": true, "role": 1}; role 1 is a publisher.'),
  serviceRtm: service('{"enable": true}'),
  serviceChat: service('{"enable": true}'),
});
const ANSWER = s.object({
  code: s.integer(),
  message: s.text(),
  data: s.object({ token: s.text(), expires_at: s.text(), refresh_at: s.text() }),
});

/** `POST /token/generate` of Agora's own Go demo: several services in one token. */
export function generateOperation(issuer: Issuer): Operation {
  return {
    id: "agoraGenerate",
    tag: "Agora drop-in",
    access: "mint",
    lenient: true,
    method: "POST",
    path: "/token/generate",
    body: BODY,
    summary: "One token for several services, as the official demo gives it",
    answers: { 200: { doc: "The token.", shape: ANSWER } },
    failure: writeDemoFailure,
    failureShape: DEMO_FAILURE,
    handle: async (ask) => {
      const member = memberOf(ask);
      const ttl = readExpiry(ask.body["tokenExpireTs"], "/tokenExpireTs");
      const issued = await issue(issuer, ask, nameOf(member), ttl, grantsOf(ask, member));
      const data = {
        token: issued.token,
        expires_at: rfc3339(issued.expiresAt),
        refresh_at: rfc3339(issued.refreshAt),
      };
      return { status: 200, body: { code: 0, message: "Success", data }, headers: NEVER_KEPT };
    },
  };
}

function memberOf(ask: Ask): Member {
  return memberOfText(textOf(ask.body["uid"] ?? 0), "/uid");
}

function grantsOf(ask: Ask, member: Member): Record<string, JsonObject> {
  const { channelName, privilegeExpireTs, serviceRtc } = ask.body;
  const lives =
    privilegeExpireTs === undefined || Number(privilegeExpireTs) === 0
      ? {}
      : { privilege_ttl: readExpiry(privilegeExpireTs, "/privilegeExpireTs") };
  const grants = {
    ...(isEnabled(serviceRtc)
      ? { rtc: { ...rtcGrant(textOf(channelName), roleOf(serviceRtc), member), ...lives } }
      : {}),
    ...(isEnabled(ask.body["serviceRtm"]) ? { rtm: { user_id: nameOf(member), ...lives } } : {}),
    ...(isEnabled(ask.body["serviceChat"]) ? { chat: { user_id: nameOf(member), ...lives } } : {}),
  };
  if (Object.keys(grants).length === 0)
    throw invalid([
      {
        pointer: "/serviceRtc",
        message: "is missing: enable serviceRtc, serviceRtm or serviceChat",
      },
    ]);
  return grants;
}

const isEnabled = (given: unknown): boolean => isObject(given) && given["enable"] === true;
const roleOf = (given: unknown): unknown => (isObject(given) ? given["role"] : undefined);
