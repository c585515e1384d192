/**
 * A request's JSON, in Twilio's snake_case: its shapes, and the way from it to the typed grants and
 * from a token back to it. OpenAPI, the command line's flags and the console's forms come from these.
 */
import { isObject, type JsonObject, type ProductName, s } from "@handstamp/protocol";
import type { AllowField, Product } from "../../provider.ts";
import type { AccessTokenGrants } from "./grants.ts";
import { SID_KINDS, type SidPrefix } from "./sid.ts";
import { MAX_VOICE_TTL } from "./ttl.ts";
import {
  type Claims,
  formatOfWire,
  GRANT_FORMATS,
  type GrantName,
  readGrant,
  setOwn,
} from "./wire.ts";

const sid = (prefix: SidPrefix, doc: string) =>
  s.optional(
    s.text({
      pattern: new RegExp(`^${prefix}[0-9a-fA-F]{32}$`),
      hint: `${SID_KINDS[prefix]}: ${prefix} and 32 hex digits`,
      doc,
    }),
  );
const text = (doc: string) => s.optional(s.text({ min: 1, doc }));

const endpointId = text("The device, as older SDKs name it: <app>:<identity>:<device>.");
const pushCredentialSid = sid("CR", "The push credential for notifications.");
const profileSid = sid("VS", "The configuration profile of older tutorials.");

const chatShape = s.object(
  {
    service_sid: sid("IS", "The Conversations service."),
    endpoint_id: endpointId,
    deployment_role_sid: sid("RL", "The role that the user has in the service."),
    push_credential_sid: pushCredentialSid,
  },
  { doc: "Conversations and Programmable Chat.", example: { service_sid: `IS${"0".repeat(32)}` } },
);

const SHAPES = {
  voice: s.object(
    {
      incoming: s.optional(
        s.anyOf([s.boolean(), s.object({ allow: s.boolean() })], {
          doc: "May receive calls as this identity; also Twilio's own form, an object with allow.",
        }),
      ),
      outgoing: s.optional(
        s.object(
          {
            application_sid: s.text({
              pattern: /^AP[0-9a-fA-F]{32}$/,
              hint: "a TwiML app SID: AP and 32 hex digits",
              doc: "The TwiML app that outgoing calls reach.",
            }),
            params: s.optional(s.json({ doc: "Parameters that the app receives with each call." })),
          },
          { doc: "May place calls." },
        ),
      ),
      push_credential_sid: pushCredentialSid,
      endpoint_id: endpointId,
    },
    { doc: "Programmable Voice.", example: { incoming: true } },
  ),
  video: s.object(
    {
      room: text("A room's name or SID. Without it the token opens every room."),
      configuration_profile_sid: profileSid,
    },
    { doc: "Programmable Video.", example: { room: "lesson-12" } },
  ),
  chat: chatShape,
  sync: s.object(
    {
      service_sid: s.optional(
        s.text({
          pattern: /^(?:IS[0-9a-fA-F]{32}|default)$/,
          hint: 'a service SID: IS and 32 hex digits, or "default"',
          doc: "The Sync service.",
        }),
      ),
      endpoint_id: endpointId,
    },
    { doc: "Sync." },
  ),
  task_router: s.object(
    {
      workspace_sid: sid("WS", "The workspace."),
      worker_sid: sid("WK", "The worker that the token acts as."),
      role: text("worker or supervisor."),
    },
    { doc: "TaskRouter." },
  ),
  player: s.json({ doc: "A PlaybackGrant as Twilio's API gave it." }),
  rtc: s.object({ configuration_profile_sid: profileSid }, { doc: "Legacy Conversations." }),
  ip_messaging: chatShape,
} as const;

const pattern = (doc: string, more: Partial<AllowField> = {}): AllowField => ({
  kind: "pattern",
  doc,
  ...more,
});

const chatAllow = {
  service_sid: pattern("The service.", { setting: "chat_service_sid" }),
  endpoint_id: pattern("The device."),
  deployment_role_sid: { kind: "equal", doc: "The role." },
  push_credential_sid: pattern("The push credential.", { setting: "push_credential_sid" }),
} as const satisfies Product["allow"];

const profileAllow = {
  configuration_profile_sid: pattern("The configuration profile.", {
    setting: "video_configuration_sid",
  }),
} as const satisfies Product["allow"];

const ALLOW: { readonly [K in keyof typeof SHAPES]: Product["allow"] } = {
  voice: {
    incoming: { kind: "flag", implied: true, doc: "May receive calls." },
    application_sid: pattern("The TwiML app of outgoing calls.", {
      path: ["outgoing", "application_sid"],
      setting: "twiml_app_sid",
    }),
    params: {
      kind: "equal",
      path: ["outgoing", "params"],
      doc: "The parameters of outgoing calls.",
    },
    push_credential_sid: chatAllow.push_credential_sid,
    endpoint_id: chatAllow.endpoint_id,
  },
  video: {
    room: pattern("The room.", { open: "any_room" }),
    ...profileAllow,
  },
  chat: chatAllow,
  sync: {
    service_sid: pattern("The service.", { setting: "sync_service_sid" }),
    endpoint_id: chatAllow.endpoint_id,
  },
  task_router: {
    workspace_sid: pattern("The workspace."),
    worker_sid: pattern("The worker."),
    role: { kind: "equal", doc: "The role." },
  },
  player: { grant: { kind: "equal", path: [], doc: "The whole grant." } },
  rtc: profileAllow,
  ip_messaging: chatAllow,
};

const TITLES: { readonly [K in keyof typeof SHAPES]: readonly [string, string] } = {
  voice: ["Voice", "Calls in the browser and on phones."],
  video: ["Video", "Video rooms."],
  chat: ["Conversations", "Conversations and Programmable Chat."],
  sync: ["Sync", "Shared state."],
  task_router: ["TaskRouter", "Workers and their tasks."],
  player: ["Playback", "Live players."],
  rtc: ["Conversations (legacy)", "The video product of 2015, for old tutorials."],
  ip_messaging: ["IP Messaging (legacy)", "The chat product of 2016, for old tutorials."],
};

/** A product's key in a request and the name that TypeScript gives its grant. */
const NAMES = {
  voice: "voice",
  video: "video",
  chat: "chat",
  sync: "sync",
  task_router: "taskRouter",
  player: "player",
  rtc: "rtc",
  ip_messaging: "ipMessaging",
} as const satisfies Record<keyof typeof SHAPES, GrantName>;

type ProductKey = keyof typeof NAMES;
const KEYS = Object.keys(NAMES) as ProductKey[];

// `player` is any JSON object; the interface asks for an object's shape, whose fields are then open.
const shapeOf = (key: ProductKey): s.ObjectShape => SHAPES[key] as s.ObjectShape;

export const PRODUCTS: readonly Product[] = KEYS.map((key) => ({
  name: `twilio.${key}` satisfies ProductName,
  key,
  title: TITLES[key][0],
  summary: TITLES[key][1],
  shape: shapeOf(key),
  allow: ALLOW[key],
  ...(key === "voice" ? { maxTtl: MAX_VOICE_TTL } : {}),
}));

export const OPTIONS = s.object({
  region: s.optional(
    s.text({
      pattern: /^[a-z][a-z0-9-]{1,31}$/,
      hint: "a region's name in lower case, such as ie1",
      doc: "The region of the key. Left out it is US1.",
    }),
  ),
  nbf: s.optional(
    s.integer({ min: 0, unit: "unix seconds", doc: "The token is not valid before this." }),
  ),
});

/** The shape of a request's `grants`. */
export const GRANTS = s.object(
  Object.fromEntries(KEYS.map((key) => [key, s.optional(SHAPES[key])])),
);

type JsonGrants = Readonly<Record<string, JsonObject>>;

/** One spelling for what may be written in two: `{"allow": true}` is true. */
export function canonicalGrants(grants: JsonGrants): JsonGrants {
  const { voice } = grants;
  const incoming = voice?.["incoming"];
  if (!voice || !isObject(incoming)) return grants;
  return { ...grants, voice: { ...voice, incoming: incoming["allow"] === true } };
}

/** A request's grants as {@link AccessTokenGrants}. The shapes have been checked. */
export function toTyped(grants: JsonGrants): AccessTokenGrants {
  const typed: Record<string, unknown> = {};
  for (const key in grants) {
    const grant = grants[key] as JsonObject;
    const name = NAMES[key as ProductKey];
    if (name === undefined) setOwn(typed, key, grant);
    else typed[name] = readGrant(GRANT_FORMATS[name], withAllow(grant));
  }
  return typed;
}

// The wire has `{"allow": true}` where a request has true.
function withAllow(grant: JsonObject): JsonObject {
  const { incoming } = grant;
  return typeof incoming === "boolean" ? { ...grant, incoming: { allow: incoming } } : grant;
}

/** A token's grants in a request's terms: `sync` for `data_sync`, true for `{"allow": true}`. */
export function fromClaims(wire: Claims["grants"]): JsonGrants {
  const entries: [string, JsonObject][] = [];
  for (const [wireKey, grant] of Object.entries(wire)) {
    if (wireKey === "identity") continue;
    const name = formatOfWire(wireKey)?.name;
    const key = KEYS.find((candidate) => NAMES[candidate] === name) ?? wireKey;
    entries.push([key, grant as JsonObject]);
  }
  return canonicalGrants(Object.fromEntries(entries));
}
