/** What can be wrong with a 007 token as a whole. What concerns one service is in `service-findings.ts`. */
import type { Finding } from "../../inspection.ts";
import { AGORA, duration, type Extra, finding } from "./finding.ts";
import { isHex32, MAX_TTL, mistakenFor } from "./rules.ts";
import { serviceFindings } from "./service-findings.ts";
import { layoutOf, type ServiceName } from "./services.ts";
import { CLOCK_SKEW } from "./token.ts";
import type { Unpacked, WireService } from "./wire.ts";

/** What there is to look at, as far as the token could be read, and the time to hold it against. */
export interface Seen extends Unpacked {
  /** Unix seconds. */
  readonly now: number;
}

export function messageFindings(seen: Seen): Finding[] {
  return [
    ...appFindings(seen),
    ...issueFindings(seen),
    ...expiryFindings(seen),
    ...setFindings(seen),
    ...seen.services.flatMap((service, i) => serviceFindings(service, i, seen)),
  ];
}

function appFindings({ appId }: Seen): Finding[] {
  if (appId === undefined || isHex32(appId)) return [];
  return [
    finding(
      "error",
      "app_id_invalid",
      "The app ID is not 32 hex digits.",
      "Copy the app ID from Agora's console; official builders answer an empty text for a wrong one.",
      { providerCode: AGORA.appId, pointer: "/message/app_id" },
    ),
  ];
}

function issueFindings({ issuedAt, now }: Seen): Finding[] {
  if (issuedAt === undefined || issuedAt <= now) return [];
  const extra = { pointer: "/message/issued_at" };
  const ahead = `The token was issued ${duration(issuedAt - now)} in the future`;
  const mend = "Set the clocks of the token server and of this machine by NTP.";
  return issuedAt <= now + CLOCK_SKEW
    ? [finding("info", "clock_skew", `${ahead}: the clocks differ a little.`, mend, extra)]
    : [
        finding("error", "issued_in_future", `${ahead}.`, mend, {
          ...extra,
          providerCode: AGORA.invalid,
        }),
      ];
}

function expiryFindings({ issuedAt, expire, now }: Seen): Finding[] {
  if (issuedAt === undefined || expire === undefined) return [];
  const extra = { pointer: "/message/expires_after" };
  const found: Finding[] = [];
  const end = issuedAt + Math.min(expire, MAX_TTL);
  if (now >= end)
    found.push(
      finding(
        "error",
        "expired",
        `The token expired ${duration(now - end)} ago.`,
        "Ask for a new token, and renew from the SDK's will-expire callback; compute the expiry for each token, not once at start-up.",
        { ...extra, providerCode: AGORA.expired },
      ),
    );
  if (expire > MAX_TTL) found.push(tooLong(expire, extra));
  return found;
}

function tooLong(expire: number, extra: Extra): Finding {
  const mistake = mistakenFor(expire);
  if (mistake.includes("absolute"))
    return finding(
      "warning",
      "expire_is_absolute",
      "The expiry looks like an absolute unix time; Agora counts it from the time of issue and ends the token after 24 hours.",
      "Pass the seconds from now, such as 3600. Absolute times belong to the older 006 format.",
      extra,
    );
  if (mistake.includes("milliseconds"))
    return finding(
      "warning",
      "expire_in_milliseconds",
      "The expiry looks like milliseconds; Agora reads seconds and ends the token after 24 hours.",
      `Pass ${expire / 1000} for what ${expire} milliseconds were meant to be.`,
      extra,
    );
  return finding(
    "warning",
    "ttl_over_24_hours",
    `The token asks for ${duration(expire)}; Agora ends it after 24 hours.`,
    "Pass at most 86400 seconds, and renew.",
    extra,
  );
}

/** What concerns the services together. */
function setFindings({ services, count, unknownType }: Seen): Finding[] {
  const found: Finding[] = [];
  const kinds = new Map<ServiceName, number>();
  for (const { service } of services) kinds.set(service, (kinds.get(service) ?? 0) + 1);
  const at = { pointer: "/message/services" };
  if (count === 0)
    found.push(finding("error", "no_services", "The token is for nothing.", "Add a service.", at));
  if (unknownType !== undefined)
    found.push(
      finding(
        "warning",
        "unknown_service",
        `Service type ${unknownType} is not known here; what follows it cannot be read.`,
        "Look whether the builder that made it is newer than this inspector.",
        at,
      ),
    );
  for (const [service, times] of kinds)
    if (times > 1)
      found.push(
        finding(
          "info",
          "duplicate_service",
          `${layoutOf(service).title} stands ${times} times, which Agora reads since the middle of 2026.`,
          "Use one service of each kind, or several tokens, where older servers must read it.",
          at,
        ),
      );
  if (kinds.has("rtc") && !kinds.has("rtm") && !kinds.has("rtm2"))
    found.push(
      finding(
        "info",
        "no_rtm_service",
        "The token is for RTC alone: Signaling (RTM) refuses it.",
        "Add the rtm service with its user id if the client also logs in to Signaling.",
        at,
      ),
    );
  if (services.some(({ service }, i) => i > 0 && typeOf(services[i - 1]) > layoutOf(service).type))
    found.push(
      finding(
        "warning",
        "services_unsorted",
        "The services are not in the order of their types, as every official builder writes them.",
        "Sort them by type before signing.",
        at,
      ),
    );
  return found;
}

const typeOf = (wire: WireService | undefined) => (wire ? layoutOf(wire.service).type : 0);
