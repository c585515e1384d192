/**
 * AccessToken, version "006", the format before 007:
 *
 *     token   = "006" app-id base64( str(signature) u32 crc32(channel) u32 crc32(uid) str(m) )
 *     m       = u32 salt u32 ts u16 count { u16 privilege u32 expire }
 *     signed  = app id, channel, uid, m
 *
 * Every expiry is an absolute unix time. The channel and the uid are signed but not inside: only
 * their checksums are, so whoever verifies must already know them.
 */
import { HandstampError, invalid } from "@handstamp/protocol";
import { decodeBase64, encodeBase64, equalBytes, hmacSha256 } from "#platform";
import type { ByteField } from "../../inspection.ts";
import { concat, utf8 } from "../../lib/bytes.ts";
import { crc32 } from "./crc32.ts";
import { malformed, Reader } from "./reader.ts";
import { isHex32, MAX_TTL } from "./rules.ts";
import { idOf } from "./signature.ts";
import { moment, SIGNATURE_BYTES, type WireMessage, type WireService } from "./wire.ts";
import { Writer } from "./writer.ts";

export const PREFIX_V6 = "006";
const APP_ID_END = PREFIX_V6.length + 32;
/** RTM's only privilege in this format. */
export const RTM_LOGIN = 1000;

/** Privilege numbers of this format; 1 to 4 are those of RTC in 007. */
export const PRIVILEGES_V6: Readonly<Record<number, string>> = {
  1: "join",
  2: "publish_audio",
  3: "publish_video",
  4: "publish_data",
  [RTM_LOGIN]: "login",
};

/** What was signed but is not in the token: for RTM the account stands in the channel's place. */
export interface SubjectV6 {
  readonly channel: string;
  /** Decimal, or "" for uid 0 and for RTM. */
  readonly uid: string;
}

export function isV6(token: string): boolean {
  return token.startsWith(PREFIX_V6);
}

/**
 * @param message its times are relative, as in 007
 * @throws HandstampError `invalid_request` for services that this format cannot hold
 */
export function mintV6(message: WireMessage, certificate: string): { token: string; id: string } {
  const service = onlyService(message.services);
  const subject = subjectOf(service);
  const m = packMessageV6(message, service);
  const signed = signedBytes(message.appId, subject, m);
  const writer = new Writer();
  writer.block(hmacSha256(certificate, signed));
  writer.u32(crc32(utf8(subject.channel)));
  writer.u32(crc32(utf8(subject.uid)));
  writer.block(m);
  const content = encodeBase64(writer.bytes.subarray(0, writer.at));
  return { token: PREFIX_V6 + message.appId + content, id: idOf(signed) };
}

function onlyService(services: readonly WireService[]): WireService {
  const [service] = services;
  const problem =
    services.length !== 1 || !service || (service.service !== "rtc" && service.service !== "rtm")
      ? "must be one service, rtc or rtm, in version 6"
      : service.privileges.some(([, expire]) => expire === 0)
        ? "must not have a privilege of 0 seconds in version 6, whose times are absolute"
        : undefined;
  if (problem) throw invalid([{ pointer: "/services", message: problem }]);
  return service as WireService;
}

function subjectOf({ service, body }: WireService): SubjectV6 {
  const [first, second] = body as readonly string[];
  return { channel: first as string, uid: service === "rtm" ? "" : (second as string) };
}

function packMessageV6({ issuedAt, salt }: WireMessage, service: WireService): Uint8Array {
  const writer = new Writer();
  writer.u32(salt);
  // Official builders write a day from now whatever the privileges say.
  writer.u32(issuedAt + MAX_TTL);
  writer.u16(service.privileges.length);
  for (const [privilege, expire] of service.privileges) {
    writer.u16(service.service === "rtm" ? RTM_LOGIN : privilege);
    writer.u32(issuedAt + expire);
  }
  return writer.bytes.subarray(0, writer.at);
}

function signedBytes(appId: string, { channel, uid }: SubjectV6, m: Uint8Array): Uint8Array {
  return concat(utf8(appId + channel + uid), m);
}

/** What has been read so far; complete when {@link unpackV6} returns. */
export interface UnpackedV6 {
  appId?: string;
  signature?: Uint8Array;
  channelChecksum?: number;
  uidChecksum?: number;
  m?: Uint8Array;
  salt?: number;
  /** Unix seconds. */
  ts?: number;
  /** Number and unix time. */
  privileges: [privilege: number, expire: number][];
}
export type MessageV6 = Required<UnpackedV6>;

/**
 * Reads a 006 token field by field into `into`, so that a caller who catches the error still has what
 * came before it.
 *
 * @throws HandstampError `token_malformed`
 */
export function unpackV6(
  token: string,
  into: UnpackedV6 = { privileges: [] },
  fields?: ByteField[],
): MessageV6 {
  const appId = token.slice(PREFIX_V6.length, APP_ID_END);
  if (!isHex32(appId)) throw malformed("32 hex digits of an app ID must follow 006");
  into.appId = appId;
  const content = decodeBase64(token.slice(APP_ID_END));
  if (!content) throw malformed("what follows the app ID must be canonical, padded base64");
  const reader = new Reader(content, fields);
  into.signature = reader.block("signature");
  if (into.signature.length !== SIGNATURE_BYTES)
    throw malformed(`the signature must have ${SIGNATURE_BYTES} bytes`);
  into.channelChecksum = reader.u32("channel checksum");
  into.uidChecksum = reader.u32("uid checksum", (value) => (value === 0 ? "uid 0" : undefined));
  const size = reader.u16("message length");
  if (size !== reader.rest) throw malformed("its message has another length than it says");
  into.m = content.subarray(reader.at);
  into.salt = reader.u32("salt");
  into.ts = reader.u32("expires at", moment);
  unpackPrivileges(reader, into);
  return into as MessageV6;
}

function unpackPrivileges(reader: Reader, into: UnpackedV6): void {
  const count = reader.u16("privilege count");
  for (let i = 1; i <= count; i++) {
    const id = reader.u16(`privilege ${i}`, (value) => PRIVILEGES_V6[value]);
    into.privileges.push([id, reader.u32(`privilege ${i} expires at`, moment)]);
  }
  if (reader.rest > 0) throw malformed(`${reader.rest} bytes follow the last privilege`);
}

/** The end of a 006 token, in unix seconds: its own, or that of joining or logging in. */
export function expiryV6({ ts, privileges }: Pick<MessageV6, "ts" | "privileges">): number {
  const entry = privileges.find(([id, expire]) => (id === 1 || id === RTM_LOGIN) && expire > 0);
  return entry ? Math.min(ts, entry[1]) : ts;
}

/** The token's id, which only someone who knows its subject can tell. */
export function idV6(message: MessageV6, subject: SubjectV6): string {
  return idOf(signedBytes(message.appId, subject, message.m));
}

/** True when the token is for this channel and uid, as far as checksums tell. */
export function isAbout(message: MessageV6, subject: SubjectV6): boolean {
  return (
    crc32(utf8(subject.channel)) === message.channelChecksum &&
    crc32(utf8(subject.uid)) === message.uidChecksum
  );
}

/** Constant in time for one certificate. */
export function isSignedByV6(message: MessageV6, subject: SubjectV6, certificate: string): boolean {
  const signed = signedBytes(message.appId, subject, message.m);
  return equalBytes(hmacSha256(certificate, signed), message.signature);
}

/** Verifying needs what the token does not hold. */
export function subjectMissing(): HandstampError {
  return new HandstampError(
    "token_claims_invalid",
    "A 006 token holds only checksums of its channel and uid: pass the channel and the uid that it is for (for RTM, the user id as channel).",
    { providerCode: 110 },
  );
}
