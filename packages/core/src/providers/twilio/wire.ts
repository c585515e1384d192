/**
 * The claims of an Access Token ("FPA v1") as they travel, and nothing else: header, payload, and
 * the two spellings of every grant's fields.
 *
 * Names and order are those of Twilio's Node library, whose output was compared with ours:
 * https://github.com/twilio/twilio-node/blob/main/src/jwt/AccessToken.ts
 */
import { isObject, type JsonObject } from "@handstamp/protocol";
import { encodeBase64url } from "#platform";
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
  readonly wire: string;
  /** A SID of one kind, a text, `flag` for `{"allow": true}`, `outgoing` for the calls of Voice. */
  readonly kind: SidPrefix | "text" | "flag" | "outgoing";
}

/** One grant: its key on the wire and its fields, in the order in which they are written. */
export interface GrantFormat {
  readonly wire: string;
  /** Null for a grant that is taken as it is. */
  readonly fields: Readonly<Record<string, Field>> | null;
}

const chatFields = {
  serviceSid: { wire: "service_sid", kind: "IS" },
  endpointId: { wire: "endpoint_id", kind: "text" },
  deploymentRoleSid: { wire: "deployment_role_sid", kind: "RL" },
  pushCredentialSid: { wire: "push_credential_sid", kind: "CR" },
} as const;

export const GRANT_FORMATS = {
  voice: {
    wire: "voice",
    fields: {
      incoming: { wire: "incoming", kind: "flag" },
      outgoing: { wire: "outgoing", kind: "outgoing" },
      pushCredentialSid: { wire: "push_credential_sid", kind: "CR" },
      endpointId: { wire: "endpoint_id", kind: "text" },
    },
  },
  video: {
    wire: "video",
    fields: {
      room: { wire: "room", kind: "text" },
      configurationProfileSid: { wire: "configuration_profile_sid", kind: "VS" },
    },
  },
  chat: { wire: "chat", fields: chatFields },
  sync: {
    wire: "data_sync",
    fields: {
      serviceSid: { wire: "service_sid", kind: "IS" },
      endpointId: { wire: "endpoint_id", kind: "text" },
    },
  },
  taskRouter: {
    wire: "task_router",
    fields: {
      workspaceSid: { wire: "workspace_sid", kind: "WS" },
      workerSid: { wire: "worker_sid", kind: "WK" },
      role: { wire: "role", kind: "text" },
    },
  },
  player: { wire: "player", fields: null },
  rtc: {
    wire: "rtc",
    fields: { configurationProfileSid: { wire: "configuration_profile_sid", kind: "VS" } },
  },
  ipMessaging: { wire: "ip_messaging", fields: chatFields },
} as const satisfies Record<string, GrantFormat>;

export type GrantName = keyof typeof GRANT_FORMATS;

const BY_WIRE: ReadonlyMap<string, GrantName> = new Map(
  (Object.keys(GRANT_FORMATS) as GrantName[]).map((name) => [GRANT_FORMATS[name].wire, name]),
);

/** The grant that stands under a key of `grants`, or undefined. */
export function grantOfWire(wireKey: string): GrantName | undefined {
  return BY_WIRE.get(wireKey);
}

const HEADER = encodeBase64url(`{"alg":"HS256","typ":"JWT","cty":"${CONTENT_TYPE}"}`);

/** The header of a token without a region, encoded: by far the most common one. */
export function isPlainHeader(encoded: string): boolean {
  return encoded === HEADER;
}

/** The header, encoded. `twr` stands in it only when there is a region. */
export function encodedHeader(region: string | undefined): string {
  if (region === undefined || region === "") return HEADER;
  return encodeBase64url(
    `{"alg":"HS256","typ":"JWT","cty":"${CONTENT_TYPE}","twr":${JSON.stringify(region)}}`,
  );
}

/** A grant from the wire in camelCase. Fields that are not known keep their own names. */
export function readGrant(name: GrantName, wire: JsonObject): Record<string, unknown> {
  const { fields }: GrantFormat = GRANT_FORMATS[name];
  if (!fields) return wire;
  const names = new Map(Object.entries(fields).map(([key, field]) => [field.wire, { key, field }]));
  return Object.fromEntries(
    Object.entries(wire).map(([key, value]) => {
      const known = names.get(key);
      return known ? [known.key, readField(known.field, value)] : [key, value];
    }),
  );
}

function readField({ kind }: Field, value: unknown): unknown {
  if (kind === "flag") return isObject(value) && value["allow"] === true;
  if (kind !== "outgoing" || !isObject(value)) return value;
  const { application_sid: applicationSid, ...rest } = value;
  return { applicationSid, ...rest };
}
