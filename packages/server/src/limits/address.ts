import ipaddr from "ipaddr.js";

/** The bucket of everybody whose address is not known: an embedding server that did not say. */
export const UNKNOWN_ADDRESS = "unknown";

/**
 * The bucket of an address: itself in IPv4, its /64 in IPv6, because one customer has a whole /64. An
 * IPv4 address written as IPv6 is the IPv4 address.
 */
export function addressBucket(address: string): string {
  const known = buckets.get(address);
  if (known !== undefined) return known;
  const bucket = bucketOf(address);
  if (buckets.size >= MAX_BUCKETS) buckets.clear();
  buckets.set(address, bucket);
  return bucket;
}

/** Addresses come back; parsing one costs more than counting it. */
const buckets = new Map<string, string>();
const MAX_BUCKETS = 4096;

function bucketOf(address: string): string {
  if (!ipaddr.isValid(address)) return UNKNOWN_ADDRESS;
  const parsed = ipaddr.process(address);
  if (parsed.kind() === "ipv4") return parsed.toString();
  return (parsed as ipaddr.IPv6).parts
    .slice(0, 4)
    .map((part) => part.toString(16))
    .join(":");
}
