import { isLoopbackHost } from "./address.ts";
import type { Presented } from "./caller.ts";

const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);
/** Fetch Metadata of a request that no page of another origin has caused; `none` is the address bar. */
const UNCAUSED: ReadonlySet<unknown> = new Set([undefined, "same-origin", "none"]);

/**
 * True where a cookie may speak for its owner: where the browser says that the request comes from an
 * allowed origin or our own. A foreign page can make a browser send cookies, but it cannot forge these
 * headers.
 *
 * A safe method is asked less: native apps and old browsers send neither header. But some GET routes
 * issue tokens, as their peers' do, and a foreign page's image could use up its reader's allowance and
 * fill the record; so what says that it comes from elsewhere is refused.
 *
 * @param allowed exact origins
 */
export function mayUseCookie({ method, headers }: Presented, allowed: readonly string[]): boolean {
  const { origin } = headers;
  const site = headers["sec-fetch-site"];
  if (typeof origin === "string")
    return allowed.includes(origin) || isSameOrigin(origin, headers["host"]);
  if (origin !== undefined) return false;
  return SAFE.has(method) ? UNCAUSED.has(site) : site === "same-origin";
}

// What scheme the client used is known to the TLS proxy alone; http is taken from this machine only.
function isSameOrigin(origin: string, host: string | string[] | undefined): boolean {
  if (!URL.canParse(origin)) return false;
  const url = new URL(origin);
  const secure =
    url.protocol === "https:" || (url.protocol === "http:" && isLoopbackHost(url.hostname));
  return (
    secure && typeof host === "string" && url.host === host.toLowerCase() && url.origin === origin
  );
}
