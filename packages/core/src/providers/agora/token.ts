/** Reads and verifies Agora tokens, 007 and 006. Minting is in `mint.ts`. */
import { HandstampError } from "@handstamp/protocol";
import { decodeBase64, inflate } from "#platform";
import { systemNow } from "../../lib/random.ts";
import type { KeyMaterial } from "../../provider.ts";
import type { ServiceEntry } from "./grants.ts";
import { fromWire } from "./parsed.ts";
import { malformed } from "./reader.ts";
import { checkCertificate, isHex32, MAX_TOKEN_LENGTH, MAX_TTL } from "./rules.ts";
import { idOf, isSignedBy } from "./signature.ts";
import {
  expiryV6,
  idV6,
  isAbout,
  isSignedByV6,
  isV6,
  type MessageV6,
  type SubjectV6,
  subjectMissing,
  unpackV6,
} from "./v6.ts";
import { PREFIX, type UnpackedMessage, unpackMessage } from "./wire.ts";

/** The most that a message may inflate to, so that a small token cannot fill the memory. */
export const MAX_CONTENT_BYTES = 65_536;
/** How far ahead of this clock an issuer's may be, in seconds. */
export const CLOCK_SKEW = 60;
/** Formats that serve only SDKs older than 2.1. */
export const RETIRED: ReadonlySet<string> = new Set(["003", "004", "005"]);

/** A token that has been read. Nothing of it is proven before {@link verifyToken}. */
export interface ParsedToken {
  readonly version: 7 | 6;
  /** Undefined for a 006 token whose channel and uid are not known: they are part of what is signed. */
  readonly id: string | undefined;
  readonly appId: string;
  /** Unix seconds; undefined for 006, which does not say. */
  readonly issuedAt: number | undefined;
  /** Unix seconds: what the token states, at most a day after its issue. */
  readonly expiresAt: number;
  readonly salt: number;
  /** In the form that `mintToken` takes. Empty for 006, whose channel and uid are not inside. */
  readonly services: readonly ServiceEntry[];
  /** The number of the first service that is not known here; what follows it cannot be read. */
  readonly unknownService?: number;
}

/** What to hold a token against. */
export interface VerifyOptions {
  /** One certificate, or `keys`. */
  readonly appCertificate?: string;
  /** Several certificates: of each app, the primary and the secondary one. */
  readonly keys?: readonly KeyMaterial[];
  /** Refuses a token of another app. */
  readonly appId?: string;
  /** Unix seconds. */
  readonly now?: number;
  /** For 006: the channel that the token is for; for RTM, the user id. */
  readonly channel?: string;
  /** For 006: the integer uid that the token is for. */
  readonly uid?: number;
  /** For 006: the user account, where there is no integer uid. */
  readonly account?: string;
}

export interface VerifiedToken extends ParsedToken {
  readonly id: string;
  /** The id of the key in `keys` whose certificate signed it. */
  readonly keyId?: string;
}

/**
 * Reads a token without checking its signature. To trust it, use {@link verifyToken}.
 *
 * @throws HandstampError `token_malformed`, `token_too_large`
 * @example
 * const { appId, services } = parseToken(token);
 */
export function parseToken(token: string): ParsedToken {
  checkForm(token);
  return isV6(token) ? parsedV6(unpackV6(token)) : parsedV7(unpackMessage(contentOf(token)));
}

/**
 * Checks a token's form, app, signature and times.
 *
 * It cannot know whether the certificate is still enabled in Agora's console, nor whether the user is
 * banned. A 006 token is checked against the channel and uid that are passed in.
 *
 * @throws HandstampError `token_malformed`, `token_too_large`, `token_signature_invalid`,
 *   `token_expired`, `token_not_yet_valid`, `token_claims_invalid`, `key_invalid`
 * @example
 * const { services, expiresAt } = verifyToken(token, { appCertificate });
 */
export function verifyToken(token: string, options: VerifyOptions): VerifiedToken {
  checkForm(token);
  const keys = keysOf(options);
  const verified = isV6(token)
    ? verifiedV6(unpackV6(token), keys, options)
    : verifiedV7(unpackMessage(contentOf(token)), keys, options);
  checkTimes(verified, options.now ?? systemNow());
  return verified;
}

/** @throws HandstampError `token_malformed`, `token_too_large` */
export function checkForm(token: unknown): asserts token is string {
  if (typeof token !== "string") throw malformed("a token is a string");
  if (token.length > MAX_TOKEN_LENGTH)
    throw new HandstampError(
      "token_too_large",
      `A token has at most ${MAX_TOKEN_LENGTH} characters.`,
      { providerCode: 110 },
    );
  const version = token.slice(0, PREFIX.length);
  if (RETIRED.has(version))
    throw malformed(
      `${version} is a format for SDKs older than 2.1, which is neither made nor read here; mint a 007 token`,
    );
  if (version !== PREFIX && !isV6(token)) throw malformed("it must start with 007 or 006");
}

/**
 * The inflated content of a 007 token.
 *
 * @throws HandstampError `token_malformed`
 */
export function contentOf(token: string): Uint8Array {
  const packed = decodeBase64(token.slice(PREFIX.length));
  if (packed === undefined) throw malformed("what follows 007 must be canonical, padded base64");
  try {
    return inflate(packed, MAX_CONTENT_BYTES);
  } catch (cause) {
    throw malformed(`what follows 007 is not a zlib stream (${(cause as Error).message})`);
  }
}

/** The public form of a 007 message. */
export function parsedV7(message: UnpackedMessage): ParsedToken & { id: string } {
  const { info, appId, issuedAt, expire, salt, services, unknownType } = message;
  return {
    version: 7,
    id: idOf(info),
    appId,
    issuedAt,
    expiresAt: issuedAt + Math.min(expire, MAX_TTL),
    salt,
    services: services.map(fromWire),
    ...(unknownType === undefined ? {} : { unknownService: unknownType }),
  };
}

/** The public form of a 006 message. */
export function parsedV6(message: MessageV6): ParsedToken {
  const { appId, salt } = message;
  return {
    version: 6,
    id: undefined,
    appId,
    issuedAt: undefined,
    expiresAt: expiryV6(message),
    salt,
    services: [],
  };
}

type Key = Pick<KeyMaterial, "secret"> & { readonly account?: string; readonly id?: string };

function keysOf({ appCertificate, keys, appId }: VerifyOptions): readonly Key[] {
  const all: Key[] = [...(keys ?? [])];
  if (appCertificate !== undefined)
    all.push({ secret: appCertificate, ...(appId === undefined ? {} : { account: appId }) });
  if (all.length === 0)
    throw new HandstampError("key_invalid", "Pass appCertificate, or keys, to verify with.");
  for (const { secret } of all) checkCertificate(secret);
  return all;
}

/** The key among those of the token's app whose signature it bears. */
function signer(
  keys: readonly Key[],
  { appId }: { appId: string },
  expected: string | undefined,
  isSigner: (certificate: string) => boolean,
): Key {
  const ours = keys.filter(({ account }) => account === undefined || account === appId);
  if (!isHex32(appId) || (expected !== undefined && expected !== appId) || ours.length === 0)
    throw new HandstampError("token_signature_invalid", "The token is for another app ID.", {
      providerCode: 101,
    });
  const key = ours.find(({ secret }) => isSigner(secret));
  if (!key)
    throw new HandstampError(
      "token_signature_invalid",
      "The signature does not match: the token was changed, or signed with another app certificate.",
      { providerCode: 110 },
    );
  return key;
}

const named = ({ id }: Key) => (id === undefined ? {} : { keyId: id });

function verifiedV7(
  message: UnpackedMessage,
  keys: readonly Key[],
  { appId }: VerifyOptions,
): VerifiedToken {
  const key = signer(keys, message, appId, (secret) => isSignedBy(message, secret));
  return { ...parsedV7(message), ...named(key) };
}

function verifiedV6(
  message: MessageV6,
  keys: readonly Key[],
  options: VerifyOptions,
): VerifiedToken {
  const subject = subjectOf(options);
  if (!subject) throw subjectMissing();
  if (!isAbout(message, subject))
    throw new HandstampError(
      "token_claims_invalid",
      "The token is for another channel or another uid.",
      { providerCode: 110 },
    );
  const key = signer(keys, message, options.appId, (secret) =>
    isSignedByV6(message, subject, secret),
  );
  return { ...parsedV6(message), id: idV6(message, subject), ...named(key) };
}

/** The channel and uid that a caller says a 006 token is for. */
export function subjectOf(
  options: Pick<VerifyOptions, "channel" | "uid" | "account">,
): SubjectV6 | undefined {
  const { channel, uid, account } = options;
  if (channel === undefined) return undefined;
  return { channel, uid: account ?? (uid === undefined || uid === 0 ? "" : String(uid)) };
}

function checkTimes({ issuedAt, expiresAt }: VerifiedToken, now: number): void {
  if (issuedAt !== undefined && issuedAt > now + CLOCK_SKEW)
    throw new HandstampError(
      "token_not_yet_valid",
      `The token is issued ${issuedAt - now} s in the future: one of the two clocks is wrong.`,
      { providerCode: 110 },
    );
  if (now >= expiresAt)
    throw new HandstampError("token_expired", `The token expired ${now - expiresAt} s ago.`, {
      providerCode: 109,
    });
}
