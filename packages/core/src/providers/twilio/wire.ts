/**
 * The claims of an Access Token ("FPA v1") as they travel, and nothing else: header, payload, and
 * the two spellings of every grant's fields.
 *
 * Names and order are those of Twilio's Node library, whose output was compared with ours:
 * https://github.com/twilio/twilio-node/blob/main/src/jwt/AccessToken.ts
 */
import { isObject, type JsonObject } from "@handstamp/protocol";
import { encodeBase64url } from "#platform";
import type { KnownHeader } from "../../lib/jwt.ts";
import type { SidPrefix } from "./sid.ts";

/** What makes a JWT an Access Token. */
export const CONTENT_TYPE = "twilio-fpa;v=1";

/** A payload, in the order in which it is written. Times are unix seconds. */
export interface Claims {
  readonly jti: string;
  readonly grants: { readonly identity: string; readonly [wireKey: string]: unknown };
  readonly nbf?: number;
  /** Only the Node library writes it. */
  readonly iat?: number;
  readonly exp: number;
  /** The API key's SID. */
  readonly iss: string;
  /** The account's SID. */
  readonly sub: string;
}

/** How one field of a grant travels. */
export interface Field {
  /** The field in TypeScript. */
  readonly name: string;
  readonly wire: string;
  /** A SID of one kind, a text, `flag` for `{"allow": true}`, `outgoing` for the calls of Voice. */
  readonly kind: SidPrefix | "text" | "flag" | "outgoing";
}

/** One grant: its name in TypeScript, its key on the wire, its fields in the order of writing. */
export interface GrantFormat {
  readonly name: string;
  readonly wire: string;
  /** Null for a grant that is taken as it is. */
  readonly fields: readonly Field[] | null;
}

const field = (name: string, wire: string, kind: Field["kind"]): Field => ({ name, wire, kind });
const endpointId = field("endpointId", "endpoint_id", "text");
const pushCredentialSid = field("pushCredentialSid", "push_credential_sid", "CR");
const profileSid = field("configurationProfileSid", "configuration_profile_sid", "VS");
const serviceSid = field("serviceSid", "service_sid", "IS");
const chatFields = [
  serviceSid,
  endpointId,
  field("deploymentRoleSid", "deployment_role_sid", "RL"),
  pushCredentialSid,
];

export const GRANT_FORMATS = {
  voice: {
    name: "voice",
    wire: "voice",
    fields: [
      field("incoming", "incoming", "flag"),
      field("outgoing", "outgoing", "outgoing"),
      pushCredentialSid,
      endpointId,
    ],
  },
  video: { name: "video", wire: "video", fields: [field("room", "room", "text"), profileSid] },
  chat: { name: "chat", wire: "chat", fields: chatFields },
  sync: { name: "sync", wire: "data_sync", fields: [serviceSid, endpointId] },
  taskRouter: {
    name: "taskRouter",
    wire: "task_router",
    fields: [
      field("workspaceSid", "workspace_sid", "WS"),
      field("workerSid", "worker_sid", "WK"),
      field("role", "role", "text"),
    ],
  },
  player: { name: "player", wire: "player", fields: null },
  rtc: { name: "rtc", wire: "rtc", fields: [profileSid] },
  ipMessaging: { name: "ipMessaging", wire: "ip_messaging", fields: chatFields },
} as const satisfies Record<string, GrantFormat>;

export type GrantName = keyof typeof GRANT_FORMATS;

const FORMATS: readonly GrantFormat[] = Object.values(GRANT_FORMATS);
const BY_NAME: ReadonlyMap<string, GrantFormat> = new Map(FORMATS.map((f) => [f.name, f]));
const BY_WIRE: ReadonlyMap<string, GrantFormat> = new Map(FORMATS.map((f) => [f.wire, f]));

/** The grant that TypeScript calls so, or undefined. */
export function formatOf(name: string): GrantFormat | undefined {
  return BY_NAME.get(name);
}

/** The grant that stands under a key of the `grants` claim, or undefined. */
export function formatOfWire(wireKey: string): GrantFormat | undefined {
  return BY_WIRE.get(wireKey);
}

/** The header of a token without a region, encoded and decoded: by far the most common one. */
export const PLAIN_HEADER: KnownHeader = {
  encoded: encodeBase64url(`{"alg":"HS256","typ":"JWT","cty":"${CONTENT_TYPE}"}`),
  header: Object.freeze({ alg: "HS256", typ: "JWT", cty: CONTENT_TYPE }),
};

/** The header, encoded. `twr` stands in it only when there is a region. */
export function encodedHeader(region: string | undefined): string {
  if (region === undefined) return PLAIN_HEADER.encoded;
  return encodeBase64url(
    `{"alg":"HS256","typ":"JWT","cty":"${CONTENT_TYPE}","twr":${JSON.stringify(region)}}`,
  );
}

/** A grant from the wire in TypeScript's names. Fields that are not known keep their own. */
export function readGrant({ fields }: GrantFormat, wire: JsonObject): Record<string, unknown> {
  if (!fields) return wire;
  const grant: Record<string, unknown> = {};
  let known = 0;
  for (const { name, wire: key, kind } of fields) {
    if (!Object.hasOwn(wire, key)) continue;
    grant[name] = readField(kind, wire[key]);
    known++;
  }
  const keys = Object.keys(wire);
  if (keys.length > known)
    for (const key of keys) if (!fields.some((f) => f.wire === key)) setOwn(grant, key, wire[key]);
  return grant;
}

function readField(kind: Field["kind"], value: unknown): unknown {
  if (kind === "flag") return isObject(value) && value["allow"] === true;
  if (kind !== "outgoing" || !isObject(value)) return value;
  const { application_sid: applicationSid, params, ...rest } = value;
  return { applicationSid, ...(params === undefined ? {} : { params }), ...rest };
}

/** Sets a key that somebody else chose: assigned, `__proto__` would be the object's prototype. */
export function setOwn(target: object, key: string, value: unknown): void {
  Object.defineProperty(target, key, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  });
}
