/** What a token may grant, as TypeScript writes it, and the checked way onto the wire. */
import { type HandstampError, isObject, type JsonObject } from "@handstamp/protocol";
import { fieldError } from "./field-error.ts";
import { isSid, sidProblem } from "./sid.ts";
import { type Field, formatOf, GRANT_FORMATS, type GrantFormat, type GrantName } from "./wire.ts";

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

/**
 * Writes the `grants` claim as JSON: the identity first, then one key a grant in the order given.
 *
 * It writes text, because it checks each value on the way anyhow: a SID is hex digits and needs no
 * quoting, everything else goes through JSON.stringify. That is twice as fast as an object and a
 * second walk. A field that is undefined is absent; an empty string is refused, because Twilio's own
 * library drops it, and an empty room would open every room.
 *
 * @throws HandstampError `invalid_request`
 */
export function grantsJson(identity: string, grants: AccessTokenGrants): string {
  let json = `{"identity":${quoted(identity)}`;
  for (const name in grants) {
    const grant = grants[name as GrantName];
    if (grant === undefined) continue;
    const format = formatOf(name);
    if (!format) throw unknownField(["grants", name], Object.keys(GRANT_FORMATS));
    if (!isObject(grant)) throw fieldError(["grants", name], "must be an object");
    json += `,"${format.wire}":${format.fields ? fieldsJson(format, format.fields, grant) : JSON.stringify(grant)}`;
  }
  return `${json}}`;
}

function fieldsJson(
  format: GrantFormat,
  fields: readonly Field[],
  grant: Record<string, unknown>,
): string {
  let json = "";
  let left = countFields(grant);
  for (const field of fields) {
    const value = grant[field.name];
    if (value === undefined) continue;
    left--;
    const written = fieldJson(field, value, format.name);
    if (written !== "") json += `${json === "" ? "" : ","}"${field.wire}":${written}`;
  }
  if (left > 0) throw unknownIn(grant, format.name, fields);
  return `{${json}}`;
}

/** A text as JSON. Printable ASCII without quote or backslash needs no escape. */
function quoted(text: string): string {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 32 || code > 126 || code === 34 || code === 92) return JSON.stringify(text);
  }
  return `"${text}"`;
}

function countFields(grant: Record<string, unknown>): number {
  let count = 0;
  for (const name in grant) if (grant[name] !== undefined) count++;
  return count;
}

function unknownIn(
  grant: Record<string, unknown>,
  name: string,
  fields: readonly Field[],
): HandstampError {
  const known = fields.map((field) => field.name);
  const stray = Object.keys(grant).find((key) => !known.includes(key)) ?? "";
  return unknownField(["grants", name, stray], known);
}

function unknownField(path: readonly string[], known: readonly string[]): HandstampError {
  return fieldError(path, `is not known; known are ${known.join(", ")}`);
}

/** The JSON of one field, or nothing at all for `incoming: false`. */
function fieldJson(field: Field, value: unknown, grant: string): string {
  switch (field.kind) {
    case "text":
      return quoted(requireText(value, grant, field.name));
    case "flag":
      return flagJson(value, grant, field.name);
    case "outgoing":
      return outgoingJson(value, grant, field.name);
    default:
      if (isSid(value, field.kind)) return `"${value}"`;
      // Sync's default service has a name instead of a SID.
      if (grant === "sync" && value === "default") return '"default"';
      throw fieldError(["grants", grant, field.name], sidProblem(value, field.kind));
  }
}

function requireText(value: unknown, grant: string, name: string): string {
  if (typeof value === "string" && value !== "") return value;
  throw fieldError(
    ["grants", grant, name],
    value === ""
      ? "must not be empty; leave it out to mean that it is not restricted"
      : "must be a string",
  );
}

function flagJson(value: unknown, grant: string, name: string): string {
  if (typeof value === "boolean") return value ? '{"allow":true}' : "";
  throw fieldError(["grants", grant, name], "must be true or false");
}

const OUTGOING_FIELDS = ["applicationSid", "params"];

function outgoingJson(value: unknown, grant: string, name: string): string {
  const path = ["grants", grant, name];
  if (!isObject(value)) throw fieldError(path, "must be an object with applicationSid");
  for (const key in value)
    if (!OUTGOING_FIELDS.includes(key)) throw unknownField([...path, key], OUTGOING_FIELDS);
  const { applicationSid, params } = value;
  if (!isSid(applicationSid, "AP"))
    throw fieldError([...path, "applicationSid"], sidProblem(applicationSid, "AP"));
  if (params === undefined) return `{"application_sid":"${applicationSid}"}`;
  if (!isObject(params)) throw fieldError([...path, "params"], "must be an object");
  return `{"application_sid":"${applicationSid}","params":${JSON.stringify(params)}}`;
}
