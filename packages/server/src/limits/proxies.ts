/** Which proxies are believed about whom they speak for. */
import { type FieldError, invalid, s, validate } from "@handstamp/protocol";
import ipaddr from "ipaddr.js";

type Range = [ipaddr.IPv4 | ipaddr.IPv6, number];

/** The section `trusted_proxies` of the configuration. */
export const TRUSTED_PROXIES = s.list(s.text(), { max: 256 });

/** Says whether the other end of a connection is a proxy of ours. */
export type Trusts = (address: string | undefined) => boolean;

/**
 * Addresses and CIDR ranges, written exactly; everything else is refused: no names, no counts of hops,
 * and no range that holds the whole internet, with which anybody could choose an address for himself.
 *
 * @throws HandstampError `invalid_request` with pointers below `at`
 */
export function readTrustedProxies(section: unknown, at = "/trusted_proxies"): Trusts {
  const given = section ?? [];
  validate(TRUSTED_PROXIES, given, at);
  const errors: FieldError[] = [];
  const ranges = (given as string[]).flatMap((text, i) => {
    const read = readRange(text);
    if (typeof read !== "string") return [read];
    errors.push({ pointer: `${at}/${i}`, message: read });
    return [];
  });
  if (errors.length > 0) throw invalid(errors);
  return ranges.length === 0 ? () => false : (address) => isWithin(ranges, address);
}

/** The range, or what is wrong with it. */
function readRange(text: string): Range | string {
  const [address = "", bits, ...more] = text.split("/");
  const exact = ipaddr.IPv4.isValidFourPartDecimal(address) || ipaddr.IPv6.isValid(address);
  if (
    !exact ||
    address.includes("%") ||
    more.length > 0 ||
    (bits !== undefined && !/^\d{1,3}$/.test(bits))
  )
    return 'must be an address or a CIDR range, such as "10.0.0.0/8" or "::1"';
  const parsed = ipaddr.parse(address);
  const size = parsed.kind() === "ipv4" ? 32 : 128;
  const prefix = bits === undefined ? size : Number(bits);
  if (prefix > size) return `must have at most ${size} bits behind the slash`;
  if (prefix === 0) return "must not hold every address: anybody could forge X-Forwarded-For";
  if (!isFirst(parsed, prefix))
    return `has bits behind its first ${prefix}: write the first address of the range`;
  return [parsed, prefix];
}

function isFirst(address: Range[0], prefix: number): boolean {
  const bits = address
    .toByteArray()
    .map((byte) => byte.toString(2).padStart(8, "0"))
    .join("");
  return !bits.slice(prefix).includes("1");
}

function isWithin(ranges: readonly Range[], address: string | undefined): boolean {
  if (address === undefined || !ipaddr.isValid(address)) return false;
  // An IPv4 address inside IPv6, as dual-stack sockets say it, is the IPv4 address.
  const parsed = ipaddr.process(address);
  return ranges.some(
    ([range, prefix]) =>
      range.kind() === parsed.kind() && (parsed as ipaddr.IPv4).match(range, prefix),
  );
}
