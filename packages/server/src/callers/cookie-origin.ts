import { isLoopbackHost } from "./address.ts";
import type { Presented } from "./caller.ts";

const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * True where a cookie may speak for its owner: on a safe method, or where the browser says that the
 * request comes from an allowed origin or our own. A foreign page can make a browser send cookies, but
 * it cannot forge these headers.
 *
 * @param allowed exact origins
 */
export function mayUseCookie({ method, headers }: Presented, allowed: readonly string[]): boolean {
  if (SAFE.has(method)) return true;
  const origin = headers["origin"];
  if (typeof origin === "string")
    return allowed.includes(origin) || isSameOrigin(origin, headers["host"]);
  return origin === undefined && headers["sec-fetch-site"] === "same-origin";
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
