import type { ProviderId } from "@handstamp/protocol";
import { duration, rfc3339 } from "../output/time.ts";
import { type Check, error, type Outcome, ok, skipped, warning } from "./check.ts";

/** This program's first release: a clock before it is wrong. Unix seconds. */
const EARLIEST = Date.UTC(2026, 0, 1) / 1000;
/** Providers refuse a token from the future and one that is dead at birth; a minute is what they forgive. */
const TOLERABLE = 60;
const TIMEOUT = 5000;

/** A server of each provider, whose answers say the time. */
const CLOCKS = {
  twilio: "https://api.twilio.com/",
  agora: "https://api.agora.io/",
} as const satisfies Record<ProviderId, string>;

export const clockCheck: Check = {
  name: "clock",
  run: async ({ shell, config, online }) => {
    const now = shell.now();
    if (now < EARLIEST)
      return [
        error(
          `it says ${rfc3339(now)}, which is past`,
          "Set the clock, and keep it right with NTP.",
        ),
      ];
    const plausible = `${rfc3339(now)} is plausible`;
    if (!online) return [ok(`${plausible}; --online compares it with the provider's`)];
    const ids = new Set(config?.projects.flatMap(({ providers }) => Object.keys(providers)) ?? []);
    const asked = Object.entries(CLOCKS).filter(([id]) => ids.size === 0 || ids.has(id));
    return Promise.all(asked.map(([, url]) => compare(url, shell.now)));
  },
};

/** Holds our clock against the `Date` of a server's answer (RFC 9110, section 6.6.1). */
export async function compare(url: string, now: () => number): Promise<Outcome> {
  const { host } = new URL(url);
  try {
    const answer = await fetch(url, {
      method: "HEAD",
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT),
    });
    const theirs = Date.parse(answer.headers.get("date") ?? "") / 1000;
    return Number.isNaN(theirs)
      ? skipped(`${host} does not say the time`)
      : judge(now() - theirs, host);
  } catch {
    return warning(
      `${host} cannot be reached`,
      "Only calls to the provider need it: tokens are made without.",
    );
  }
}

function judge(ahead: number, host: string): Outcome {
  const size = Math.abs(Math.round(ahead));
  const words = `${duration(size)} ${ahead < 0 ? "behind" : "ahead of"} ${host}`;
  if (size <= TOLERABLE) return ok(size < 2 ? `agrees with ${host}` : words);
  return error(
    words,
    "Set the clock, and keep it right with NTP: tokens are refused as expired or as not yet valid.",
  );
}
