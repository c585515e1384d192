/** What a token may grant, as TypeScript writes it, and the checked way onto the wire. */
import { isObject, type JsonObject, suggest } from "@handstamp/protocol";
import { fieldError, requireSid } from "./sid.ts";
import { type Field, GRANT_FORMATS, type GrantFormat, type GrantName } from "./wire.ts";

/** Programmable Voice. */
export interface VoiceGrant {
  /** May receive calls as this identity. */
  readonly incoming?: boolean;
  /** May place calls, which go to this TwiML app. */
  readonly outgoing?: {
    /** AP... */
    readonly applicationSid: string;
    /** Parameters that the app receives with each call. */
    readonly params?: JsonObject;
  };
  /** CR..., for incoming-call notifications on phones. */
  readonly pushCredentialSid?: string;
  readonly endpointId?: string;
}

/** Programmable Video. Without `room` the token opens every room. */
export interface VideoGrant {
  /** A room's name or SID. */
  readonly room?: string;
  /** VS..., only for tokens of older tutorials. */
  readonly configurationProfileSid?: string;
}

/** Conversations and Programmable Chat. */
export interface ChatGrant {
  /** IS... */
  readonly serviceSid?: string;
  /** Deprecated by Twilio. */
  readonly endpointId?: string;
  /** RL... */
  readonly deploymentRoleSid?: string;
  /** CR... */
  readonly pushCredentialSid?: string;
}

export interface SyncGrant {
  /** IS..., or `default`. */
  readonly serviceSid?: string;
  readonly endpointId?: string;
}

export interface TaskRouterGrant {
  /** WS... */
  readonly workspaceSid?: string;
  /** WK... */
  readonly workerSid?: string;
  /** `worker` or `supervisor`. */
  readonly role?: string;
}

/** Every grant of an Access Token; each is optional. */
export interface AccessTokenGrants {
  readonly voice?: VoiceGrant;
  readonly video?: VideoGrant;
  readonly chat?: ChatGrant;
  readonly sync?: SyncGrant;
  readonly taskRouter?: TaskRouterGrant;
  /** A PlaybackGrant as Twilio's API gave it, taken as it is. */
  readonly player?: JsonObject;
  /** Legacy Conversations. */
  readonly rtc?: { readonly configurationProfileSid?: string };
  /** Legacy IP Messaging: the fields of `chat`. */
  readonly ipMessaging?: ChatGrant;
}

/** The `grants` claim: the identity first, then one key a grant, in the order given. */
export type WireGrants = { identity: string } & Record<string, unknown>;

/**
 * Writes the `grants` claim. A field that is undefined is absent; an empty string is refused, because
 * Twilio's own library drops it, and an empty room would open every room.
 *
 * @throws HandstampError `invalid_request`
 */
export function writeGrants(identity: string, grants: AccessTokenGrants): WireGrants {
  if (!isObject(grants)) throw fieldError(["grants"], "must be an object");
  const wire: WireGrants = { identity };
  for (const name in grants) {
    const grant = grants[name as GrantName];
    if (grant === undefined) continue;
    if (!Object.hasOwn(GRANT_FORMATS, name))
      throw fieldError(
        ["grants", name],
        `is not known${suggest(name, Object.keys(GRANT_FORMATS))}`,
      );
    if (!isObject(grant)) throw fieldError(["grants", name], "must be an object");
    const format: GrantFormat = GRANT_FORMATS[name as GrantName];
    wire[format.wire] = format.fields ? writeFields(name, format.fields, grant) : grant;
  }
  return wire;
}

type Fields = Readonly<Record<string, Field>>;

function writeFields(
  grantName: string,
  fields: Fields,
  grant: Record<string, unknown>,
): Record<string, unknown> {
  const wire: Record<string, unknown> = {};
  for (const name in grant) if (!Object.hasOwn(fields, name)) refuse(grantName, name, fields);
  for (const name in fields) {
    const value = grant[name];
    if (value === undefined) continue;
    const field = fields[name] as Field;
    const written = writeField(field, value, grantName, name);
    if (written !== undefined) wire[field.wire] = written;
  }
  return wire;
}

function refuse(grantName: string, name: string, fields: Fields): never {
  throw fieldError(
    ["grants", grantName, name],
    `is not known${suggest(name, Object.keys(fields))}`,
  );
}

function writeField(field: Field, value: unknown, grant: string, name: string): unknown {
  switch (field.kind) {
    case "text":
      return requireText(value, ["grants", grant, name]);
    case "flag":
      return writeFlag(value, ["grants", grant, name]);
    case "outgoing":
      return writeOutgoing(value, ["grants", grant, name]);
    default:
      // Sync's default service has a name instead of a SID.
      if (grant === "sync" && value === "default") return value;
      return requireSid(value, field.kind, ["grants", grant, name]);
  }
}

function requireText(value: unknown, path: readonly string[]): string {
  if (typeof value !== "string") throw fieldError(path, "must be a string");
  if (value === "")
    throw fieldError(path, "must not be empty; leave it out to mean that it is not restricted");
  return value;
}

/** `incoming` is written only when it is true. */
function writeFlag(value: unknown, path: readonly string[]): { allow: true } | undefined {
  if (typeof value !== "boolean") throw fieldError(path, "must be true or false");
  return value ? { allow: true } : undefined;
}

function writeOutgoing(value: unknown, path: readonly string[]): Record<string, unknown> {
  if (!isObject(value)) throw fieldError(path, "must be an object with applicationSid");
  for (const name in value)
    if (name !== "applicationSid" && name !== "params")
      throw fieldError(
        [...path, name],
        `is not known${suggest(name, ["applicationSid", "params"])}`,
      );
  const { applicationSid, params } = value;
  const application_sid = requireSid(applicationSid, "AP", [...path, "applicationSid"]);
  if (params === undefined) return { application_sid };
  if (!isObject(params)) throw fieldError([...path, "params"], "must be an object");
  return { application_sid, params };
}
