/** Reads the parameters of Agora's sample servers: text in paths and queries, loosely typed bodies. */
import { invalid, type JsonObject } from "@handstamp/protocol";

export const DEFAULT_EXPIRY = 3600;
const MAX_UID = 4_294_967_295;

/** A field that may come as text or as a number, as text; empty when it is left out. */
export function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  return typeof value === "number" ? String(value) : "";
}

/** A member of a channel: by number, or by account. */
export type Member = { readonly uid: number } | { readonly account: string };

/**
 * `expiry` in whole seconds.
 *
 * @throws HandstampError `invalid_request` for anything that is not decimal digits
 */
export function readExpiry(value: unknown, pointer: string): number {
  if (value === undefined || value === "") return DEFAULT_EXPIRY;
  if (typeof value === "number" && Number.isSafeInteger(value)) return value;
  if (typeof value === "string" && /^\d{1,15}$/.test(value)) return Number(value);
  throw invalid([{ pointer, message: "must be a whole number of seconds, such as 3600" }]);
}

/**
 * A uid in decimal digits; an empty one is 0, which lets anyone in.
 *
 * @throws HandstampError `invalid_request` for letters, signs, exponents, leading zeros and 2^32
 */
export function readUid(value: string, pointer: string): number {
  if (value === "") return 0;
  const uid = Number(value);
  if (/^(0|[1-9]\d{0,9})$/.test(value) && uid <= MAX_UID) return uid;
  throw invalid([
    {
      pointer,
      message: `must be decimal digits from 0 to ${MAX_UID}, and no sign or leading zero`,
    },
  ]);
}

/** A member under the path's `tokenType`. */
export function readMember(tokenType: string, value: string): Member {
  if (tokenType === "uid") return { uid: readUid(value, "/params/rtcuid") };
  if (tokenType === "userAccount") return { account: value };
  throw invalid([{ pointer: "/params/tokenType", message: "must be uid or userAccount" }]);
}

/** `/getToken` tells a number from an account by its look. */
export function memberOfText(value: string, pointer: string): Member {
  return /^[-+]?\d/.test(value) && !Number.isNaN(Number(value))
    ? { uid: readUid(value, pointer) }
    : { account: value };
}

/** Anything but "publisher" is a subscriber, in every server of the field. */
export function readRole(role: unknown): "publisher" | "subscriber" {
  return role === "publisher" || role === 1 || role === "1" ? "publisher" : "subscriber";
}

/** The RTC grant of a channel, a role and a member. */
export function rtcGrant(channel: string, role: unknown, member: Member): JsonObject {
  return { channel, role: readRole(role), ...member };
}

/** The identity that a member stands for in the record, when the caller has none of its own. */
export function nameOf(member: Member): string {
  return "uid" in member ? String(member.uid) : member.account;
}
