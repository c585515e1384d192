/** What can be wrong with one service of a 007 token, or surprise. */
import type { Finding } from "../../inspection.ts";
import { AGORA, duration, type Extra, finding, type Severity } from "./finding.ts";
import { accountProblem, channelProblem, isUidText, mistakenFor, userIdProblem } from "./rules.ts";
import { privilegeName, type ServiceName } from "./services.ts";
import type { Unpacked, WireService } from "./wire.ts";

/** The token's own times, as far as they could be read, and the present. */
export interface Times extends Pick<Unpacked, "issuedAt" | "expire"> {
  /** Unix seconds. */
  readonly now: number;
}

export function serviceFindings(wire: WireService, index: number, seen: Times): Finding[] {
  const at = `/message/services/${index}`;
  return [...privilegeFindings(wire, at, seen), ...BODY[wire.service](wire, at)];
}

const MAY_HAVE_NONE: ReadonlySet<ServiceName> = new Set(["apaas", "convoai", "stt"]);

function privilegeFindings(wire: WireService, at: string, seen: Times): Finding[] {
  const { service, privileges } = wire;
  const pointer = `${at}/privileges`;
  const found = privileges.flatMap(([id, expire]) => lifeFindings(service, id, expire, at, seen));
  const ids = new Set(privileges.map(([id]) => id));
  if (ids.size < privileges.length)
    found.push(
      finding(
        "warning",
        "duplicate_privilege",
        `A privilege of ${service} stands twice; the last one counts.`,
        "Name each privilege once.",
        { pointer },
      ),
    );
  const lacks = service === "rtc" ? !ids.has(1) : privileges.length === 0;
  if (lacks && !MAY_HAVE_NONE.has(service))
    found.push(
      finding(
        "error",
        "privilege_missing",
        `The ${service} service has no privilege to ${service === "rtc" ? "join" : "do anything"}.`,
        "Name its privileges, or leave that to the role.",
        { pointer, providerCode: AGORA.invalid },
      ),
    );
  return found;
}

function lifeFindings(
  service: ServiceName,
  id: number,
  life: number,
  at: string,
  { issuedAt, expire, now }: Times,
): Finding[] {
  const name = privilegeName(service, id);
  const extra = { pointer: `${at}/privileges/${name}` };
  const found: Finding[] = [];
  const add = (...[severity, code, message, mend]: [Severity, string, string, string]) =>
    found.push(finding(severity, code, message, mend, extra));
  if (name === String(id))
    add("warning", "unknown_privilege", `${service} has no privilege ${id}.`, "Use a known one.");
  if (life === 0) {
    add(
      "info",
      "privilege_until_token_end",
      `${name} has 0 seconds, which means until the token expires: the will-expire callback never fires for it.`,
      "Give the privilege the token's own number of seconds.",
    );
    return found;
  }
  if (expire !== undefined && life > expire)
    add(
      "warning",
      mistakenFor(life).includes("absolute") ? "privilege_is_absolute" : "privilege_outlives_token",
      `${name} lasts longer than the token: the client gets no callback when the token ends, and must rejoin.`,
      "Give the privilege at most the token's own seconds, counted from now.",
    );
  if (issuedAt !== undefined && now >= issuedAt + life)
    found.push(
      finding(
        "error",
        "privilege_expired",
        `${name} expired ${duration(now - issuedAt - life)} ago${life < (expire ?? 0) ? ", before the token" : ""}.`,
        "Ask for a new token.",
        { ...extra, providerCode: AGORA.expired },
      ),
    );
  return found;
}

type BodyCheck = (wire: WireService, at: string) => Finding[];

const nothing: BodyCheck = () => [];
const channelAndMember: BodyCheck = ({ body }, at) => {
  const [channel, member] = body as readonly [string, string];
  return [...channelFindings(channel, at), ...memberFindings(member, at), ...both(channel, member)];
};
const user: BodyCheck = ({ service, body }, at) => userFindings(service, body[0] as string, at);

const BODY: { readonly [S in ServiceName]: BodyCheck } = {
  rtc: (wire, at) => [...channelAndMember(wire, at), ...roleFindings(wire, at)],
  rtm: user,
  rtm2: user,
  streaming: channelAndMember,
  fpa: nothing,
  chat: (wire, at) => (isAppToken(wire) ? [appToken("Chat", at)] : user(wire, at)),
  fcdn: channelAndMember,
  apaas: (wire, at) =>
    isAppToken(wire)
      ? [appToken("Flexible Classroom", at)]
      : userFindings("apaas", wire.body[1] as string, at),
  convoai: nothing,
  stt: nothing,
};

const isAppToken = ({ service, privileges }: WireService) =>
  privileges.some(([id]) => privilegeName(service, id) === "app");

function appToken(title: string, at: string): Finding {
  return finding(
    "warning",
    "app_token",
    `This is an app token: who holds it may act for every user of ${title}.`,
    "Keep it on servers; give clients a token with their user id.",
    { pointer: `${at}/admin` },
  );
}

function roleFindings({ privileges }: WireService, at: string): Finding[] {
  if (privileges.some(([id]) => id >= 2 && id <= 4)) return [];
  return [
    finding(
      "info",
      "subscriber_may_publish",
      "A subscriber can still publish unless co-host authentication is enabled for the project.",
      "Enable co-host authentication in Agora's console.",
      { pointer: `${at}/role` },
    ),
  ];
}

function both(channel: string, member: string): Finding[] {
  if (channel !== "*" || member !== "") return [];
  return [
    finding(
      "error",
      "two_wildcards",
      "The token is for any uid in any channel; Agora allows one wildcard, not both.",
      "Name the channel or the uid.",
      { providerCode: AGORA.invalid },
    ),
  ];
}

function channelFindings(channel: string, at: string): Finding[] {
  const extra = { pointer: `${at}/channel` };
  if (channel === "*")
    return [
      finding(
        "warning",
        "any_channel",
        'The channel is "*": the token opens every channel of the app.',
        "Name the channel unless that is meant.",
        extra,
      ),
    ];
  const problem = channelProblem(channel);
  if (!problem) return undefinedText("channel", channel, extra);
  return [
    finding(
      "error",
      "channel_invalid",
      `The channel name ${problem}.`,
      "Use a channel name within Agora's rules, the same as the client joins.",
      { ...extra, providerCode: AGORA.channel },
    ),
  ];
}

function memberFindings(member: string, at: string): Finding[] {
  const uid = { pointer: `${at}/uid` };
  const account = { pointer: `${at}/account` };
  if (member === "")
    return [
      finding(
        "warning",
        "any_uid",
        "The uid is 0: whoever holds the token may join under any uid.",
        "Bind the token to the uid that the client joins with.",
        uid,
      ),
    ];
  if (isUidText(member))
    return [
      finding(
        "info",
        "uid_or_account",
        `The uid ${member} and the user account "${member}" are the same token.`,
        "Join with the number; a client that joins with the text joins as a user account.",
        uid,
      ),
    ];
  const problem = accountProblem(member);
  if (problem)
    return [
      finding("error", "account_invalid", `The user account ${problem}.`, "Use another account.", {
        ...account,
        providerCode: AGORA.invalid,
      }),
    ];
  const odd = undefinedText("uid", member, account);
  if (odd.length > 0) return odd;
  return [/^-?[0-9.]+$/.test(member) ? looksNumeric(member, account) : isAccount(account)];
}

function looksNumeric(member: string, extra: Extra): Finding {
  return finding(
    "warning",
    "uid_not_canonical",
    `"${member}" looks like a number but is no uid (1 to 4294967295 without leading zeros), so it counts as a user account${member === "0" ? ", not as the wildcard" : ""}.`,
    "Give the uid as a number, and join with the same number.",
    extra,
  );
}

function isAccount(extra: Extra): Finding {
  return finding(
    "info",
    "user_account",
    "The token is for a text user account, not for an integer uid.",
    "Join with the account (joinChannelWithUserAccount, or the text as uid on the web).",
    extra,
  );
}

/** What official builders pack when a variable is not set. */
function undefinedText(what: string, value: string, extra: Extra): Finding[] {
  if (!/^(?:undefined|null|NaN|\[object Object\])$/.test(value)) return [];
  return [
    finding(
      "warning",
      "value_undefined",
      `The ${what} is the word "${value}": a variable was not set where the token was made.`,
      "Check the order and the names of the builder's arguments.",
      extra,
    ),
  ];
}

function userFindings(service: string, id: string, at: string): Finding[] {
  const extra = { pointer: `${at}/user_id` };
  const problem = userIdProblem(id);
  if (!problem) return undefinedText("user id", id, extra);
  return [
    finding(
      "error",
      "user_id_invalid",
      `The user id of ${service} ${problem}.`,
      "Use the user id that the client logs in with, within Agora's rules.",
      { ...extra, providerCode: AGORA.invalid },
    ),
  ];
}
