import ipaddr from "ipaddr.js";

/**
 * The bucket of an address: itself in IPv4, its /64 in IPv6, because one customer has a whole /64. An
 * IPv4 address written as IPv6 is the IPv4 address.
 */
export function addressBucket(address: string): string {
  if (!ipaddr.isValid(address)) return "unknown";
  const parsed = ipaddr.process(address);
  if (parsed.kind() === "ipv4") return parsed.toString();
  return (parsed as ipaddr.IPv6).parts
    .slice(0, 4)
    .map((part) => part.toString(16))
    .join(":");
}
