import { isHandstampError, type Json, type JsonObject } from "@handstamp/protocol";
import {
  type ByteField,
  byGravity,
  type Finding,
  type Inspection,
  type Part,
} from "../../inspection.ts";
import { systemNow } from "../../lib/random.ts";
import type { InspectOptions, KeyMaterial } from "../../provider.ts";
import { type Held, holdAgainst } from "./certificate-findings.ts";
import { AGORA, finding } from "./finding.ts";
import { messageFindings } from "./findings.ts";
import { findingsV6 } from "./findings-v6.ts";
import { identityOf } from "./identity.ts";
import { fromServices, toRequestService } from "./params.ts";
import { fromWire } from "./parsed.ts";
import { MAX_TOKEN_LENGTH } from "./rules.ts";
import { idOf, isSignedBy, type Signed } from "./signature.ts";
import { checkForm, contentOf, parsedV7, RETIRED, subjectOf, type VerifyOptions } from "./token.ts";
import {
  expiryV6,
  idV6,
  isAbout,
  isSignedByV6,
  isV6,
  type MessageV6,
  PREFIX_V6,
  PRIVILEGES_V6,
  type SubjectV6,
  type UnpackedV6,
  unpackV6,
} from "./v6.ts";
import { PREFIX, type Unpacked, type UnpackedMessage, unpackMessage } from "./wire.ts";

/** For 006, what the token is for: without it the signature cannot be checked. */
export type AgoraInspectOptions = InspectOptions &
  Pick<VerifyOptions, "channel" | "uid" | "account">;

/** No token has more faults than a person reads. */
const MAX_PROBLEMS = 100;

/** True for everything that starts as a version of Agora's. */
export function recognisesAgora(text: string): boolean {
  return /^00[3-7]/.test(text);
}

/** Everything that can be seen of an Agora token, and every problem at once. It never throws. */
export function inspectAgora(text: string, options: AgoraInspectOptions = {}): Inspection {
  const keys = (options.keys ?? []).filter(isUsable);
  const now = options.now ?? systemNow();
  if (text.length > MAX_TOKEN_LENGTH || RETIRED.has(text.slice(0, PREFIX.length)))
    return unreadable(text, keys);
  return isV6(text) ? inspectV6(text, keys, now, options) : inspectV7(text, keys, now);
}

function isUsable(key: KeyMaterial): boolean {
  return typeof key?.account === "string" && typeof key.secret === "string";
}

/** What is wrong in words, where reading stops: the error's own message. */
function readError(run: () => unknown): Finding | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    const message = isHandstampError(error) ? error.message : "The token cannot be read.";
    const code = isHandstampError(error) ? error.code : "token_malformed";
    return finding("error", code, message, MALFORMED_MEND, { providerCode: AGORA.invalid });
  }
}

const MALFORMED_MEND =
  "Copy the whole token as the server answered it, without quotes, spaces or line ends.";

function unreadable(text: string, keys: readonly KeyMaterial[]): Inspection {
  const problem = readError(() => checkForm(text));
  return {
    provider: "agora",
    format: `Agora token (${text.slice(0, PREFIX.length)})`,
    verified: keys.length > 0 ? false : null,
    parts: [prefixPart(text, PREFIX.length)],
    problems: problem ? [problem] : [],
  };
}

function prefixPart(text: string, end: number): Part {
  return { name: "prefix", range: [0, end], value: text.slice(0, end) };
}

function inspectV7(text: string, keys: readonly KeyMaterial[], now: number): Inspection {
  const draft: Unpacked = { services: [] };
  const bytes: ByteField[] = [];
  const broken = readError(() => unpackMessage(contentOf(text), draft, bytes));
  const held: Held =
    isSigned(draft) && keys.length > 0
      ? holdAgainst(draft.appId ?? "", keys, (certificate) => isSignedBy(draft, certificate))
      : { findings: [] };
  const value = messageValue(draft);
  return {
    provider: "agora",
    format: "Agora AccessToken2 (007)",
    verified: keys.length === 0 ? null : !broken && held.key !== undefined,
    ...(held.key ? { keyId: held.key.id } : {}),
    ...(draft.appId === undefined ? {} : { account: draft.appId }),
    ...summary(draft, broken === undefined),
    parts: [
      prefixPart(text, PREFIX.length),
      { name: "message", range: [PREFIX.length, text.length], value, bytes },
    ],
    problems: problemsOf(broken, held.findings, messageFindings({ ...draft, now })),
  };
}

function isSigned(draft: Unpacked): draft is Unpacked & Signed {
  return draft.info !== undefined && draft.issuedAt !== undefined && draft.salt !== undefined;
}

function summary(draft: Unpacked, isWhole: boolean): Partial<Inspection> {
  const { info, issuedAt } = draft;
  if (!isWhole)
    return {
      ...(info ? { id: idOf(info) } : {}),
      ...(issuedAt === undefined ? {} : { issuedAt }),
    };
  const parsed = parsedV7(draft as UnpackedMessage);
  const identity = identityOf(parsed);
  return {
    id: parsed.id,
    ...(identity === "" ? {} : { identity }),
    ...(issuedAt === undefined ? {} : { issuedAt }),
    expiresAt: parsed.expiresAt,
    grants: fromServices(parsed.services),
  };
}

function messageValue({ appId, issuedAt, expire, salt, services }: Unpacked): JsonObject {
  return withoutUndefined({
    app_id: appId,
    issued_at: issuedAt,
    expires_after: expire,
    salt,
    services: services.map((service) => toRequestService(fromWire(service))),
  });
}

function withoutUndefined(value: Readonly<Record<string, Json | undefined>>): JsonObject {
  return Object.fromEntries(
    Object.entries(value).filter(([, field]) => field !== undefined),
  ) as JsonObject;
}

function problemsOf(broken: Finding | undefined, ...more: readonly (readonly Finding[])[]) {
  const all = byGravity([...(broken ? [broken] : []), ...more.flat()]);
  return all.slice(0, MAX_PROBLEMS);
}

const APP_ID_END = PREFIX_V6.length + 32;

function inspectV6(
  text: string,
  keys: readonly KeyMaterial[],
  now: number,
  options: AgoraInspectOptions,
): Inspection {
  const draft: UnpackedV6 = { privileges: [] };
  const bytes: ByteField[] = [];
  const broken = readError(() => unpackV6(text, draft, bytes));
  const whole = broken ? undefined : (draft as MessageV6);
  const subject = subjectOf(options);
  const held: Held = whole ? holdV6(whole, subject, keys) : { findings: [] };
  const canTell = keys.length > 0 && (broken !== undefined || subject !== undefined);
  return {
    provider: "agora",
    format: "Agora AccessToken (006)",
    verified: canTell ? held.key !== undefined : null,
    ...(held.key ? { keyId: held.key.id } : {}),
    ...(draft.appId === undefined ? {} : { account: draft.appId }),
    ...(whole ? { expiresAt: expiryV6(whole) } : {}),
    ...(whole && subject ? { id: idV6(whole, subject) } : {}),
    parts: partsV6(text, draft, bytes),
    problems: problemsOf(broken, held.findings, findingsV6(draft, now)),
  };
}

function partsV6(text: string, draft: UnpackedV6, bytes: readonly ByteField[]): Part[] {
  const parts: readonly Part[] = [
    prefixPart(text, PREFIX_V6.length),
    { name: "app_id", range: [PREFIX_V6.length, APP_ID_END], value: draft.appId ?? "" },
    { name: "message", range: [APP_ID_END, text.length], value: valueV6(draft), bytes },
  ];
  return parts.map(within(text.length));
}

/** Ranges of a text that ends too early stay inside it. */
function within(length: number) {
  return (part: Part): Part => ({
    ...part,
    range: [Math.min(part.range[0], length), Math.min(part.range[1], length)],
  });
}

function holdV6(
  message: MessageV6,
  subject: SubjectV6 | undefined,
  keys: readonly KeyMaterial[],
): Held {
  if (!subject)
    return {
      findings: [
        finding(
          "info",
          "subject_not_inside",
          "A 006 token holds only checksums of its channel and uid: its signature cannot be checked without them.",
          "Give the channel and the uid that the client joins with.",
          { pointer: "/message/channel_checksum" },
        ),
      ],
    };
  if (!isAbout(message, subject))
    return {
      findings: [
        finding(
          "error",
          "subject_mismatch",
          "The token is for another channel or another uid than the given ones.",
          "Mint the token for the channel and uid that the client joins with.",
          { providerCode: AGORA.invalid, pointer: "/message/channel_checksum" },
        ),
      ],
    };
  if (keys.length === 0) return { findings: [] };
  return holdAgainst(message.appId, keys, (certificate) =>
    isSignedByV6(message, subject, certificate),
  );
}

function valueV6({ channelChecksum, uidChecksum, salt, ts, privileges }: UnpackedV6): JsonObject {
  return withoutUndefined({
    channel_checksum: channelChecksum,
    uid_checksum: uidChecksum,
    salt,
    expires_at: ts,
    privileges: Object.fromEntries(
      privileges.map(([id, expire]) => [PRIVILEGES_V6[id] ?? String(id), expire]),
    ),
  });
}
