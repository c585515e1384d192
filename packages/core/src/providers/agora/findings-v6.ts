/** What can be wrong with a 006 token, whose times are absolute. */
import type { Finding } from "../../inspection.ts";
import { AGORA, duration, finding } from "./finding.ts";
import { MAX_TTL } from "./rules.ts";
import { PRIVILEGES_V6, type UnpackedV6 } from "./v6.ts";

/** Before this, an absolute time is a number of seconds that somebody meant as relative. */
const EARLIEST = 1e9;
const DAYS_TOO_LONG = 2 * MAX_TTL;

export function findingsV6({ ts, privileges }: UnpackedV6, now: number): Finding[] {
  return [
    finding(
      "info",
      "old_format",
      "006 is the format before AccessToken2; it holds one RTC or RTM service.",
      "Mint a 007 token for SDKs of 2022 and later.",
      { pointer: "/prefix" },
    ),
    ...(ts === undefined ? [] : timeFindings("token", ts, "/message/expires_at", now)),
    ...privileges.flatMap(([id, expire]) => privilegeFindings(id, expire, now)),
  ];
}

function privilegeFindings(id: number, expire: number, now: number): Finding[] {
  const name = PRIVILEGES_V6[id];
  const pointer = `/message/privileges/${name ?? id}`;
  const unknown = finding(
    "warning",
    "unknown_privilege",
    `Privilege ${id} is not known here.`,
    "Use 1 to 4 for RTC and 1000 for RTM.",
    { pointer },
  );
  const times =
    expire === 0
      ? [
          finding(
            "info",
            "privilege_until_token_end",
            `${name ?? id} ends with the token.`,
            "Give the privilege the time at which it should end.",
            { pointer },
          ),
        ]
      : timeFindings(name ?? String(id), expire, pointer, now);
  return name ? times : [unknown, ...times];
}

function timeFindings(what: string, time: number, pointer: string, now: number): Finding[] {
  if (time < EARLIEST)
    return [
      finding(
        "error",
        "expire_is_relative",
        `The end of the ${what} is ${time}, which in 006 is a time in 1970 to 2001: it looks like seconds from now.`,
        "006 takes absolute unix seconds: add the present time. 007 takes seconds from now.",
        { pointer, providerCode: AGORA.expired },
      ),
    ];
  if (now >= time)
    return [
      finding(
        "error",
        "expired",
        `The ${what} expired ${duration(now - time)} ago.`,
        "Ask for a new token.",
        {
          pointer,
          providerCode: AGORA.expired,
        },
      ),
    ];
  if (time <= now + DAYS_TOO_LONG) return [];
  return [
    finding(
      "warning",
      "ttl_over_24_hours",
      `The ${what} ends in ${duration(time - now)}; Agora documents at most 24 hours.`,
      "Give absolute unix seconds (not milliseconds) at most a day from now.",
      { pointer },
    ),
  ];
}
