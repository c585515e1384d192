/** Which addresses and host names are this machine's own, and which are on the public internet. */
import ipaddr from "ipaddr.js";

/** True for 127.0.0.0/8 and ::1, also as IPv4 inside IPv6, which is how a dual-stack socket says it. */
export function isLoopbackAddress(address: string): boolean {
  return rangeOf(address) === "loopback";
}

/** True only for globally routed unicast: no private, link-local, shared, reserved or tunnelled range. */
export function isPublicAddress(address: string): boolean {
  return rangeOf(address) === "unicast";
}

/** True for `localhost` and literal loopback addresses. No name that a resolver could answer. */
export function isLoopbackHost(hostname: string): boolean {
  const bare = hostname.startsWith("[") ? hostname.slice(1, -1) : hostname;
  return bare.toLowerCase() === "localhost" || isLoopbackAddress(bare);
}

/** True for an address in its literal form, `[::1]` included. */
export function isLiteralAddress(hostname: string): boolean {
  return ipaddr.IPv4.isValidFourPartDecimal(hostname) || /^\[.*\]$/.test(hostname);
}

/** What the last addresses were: most requests come from the few that the ones before came from. */
const known = new Map<string, string | undefined>();
const MAX_KNOWN = 1024;

function rangeOf(address: string): string | undefined {
  if (known.has(address)) return known.get(address);
  const canonical = ipaddr.IPv4.isValidFourPartDecimal(address) || ipaddr.IPv6.isValid(address);
  const range = canonical ? ipaddr.process(address).range() : undefined;
  if (known.size >= MAX_KNOWN) known.clear();
  if (address.length <= 64) known.set(address, range);
  return range;
}
