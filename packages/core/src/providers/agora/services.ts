/**
 * The services that a 007 token can hold: their numbers, the fields of their bodies in the order of
 * the bytes, and their privileges. Source: Agora's public tool repository (AccessToken2 in Node, Go,
 * Python and C++) and agora-token 2.0.6.
 */

/** How a field of a body is written: length and bytes, a signed 16-bit number, or RTM2's nested lists. */
export type FieldKind = "text" | "i16" | "permissions";

interface Layout {
  readonly type: number;
  readonly title: string;
  readonly body: readonly (readonly [name: string, kind: FieldKind])[];
  readonly privileges: Readonly<Record<string, number>>;
}

const CHANNEL_AND_ACCOUNT = [
  ["channel", "text"],
  ["account", "text"],
] as const;

export const SERVICES = {
  rtc: {
    type: 1,
    title: "RTC",
    body: [
      ["channel", "text"],
      ["uid", "text"],
    ],
    privileges: { join: 1, publish_audio: 2, publish_video: 3, publish_data: 4 },
  },
  rtm: { type: 2, title: "RTM", body: [["user id", "text"]], privileges: { login: 1 } },
  streaming: {
    type: 3,
    title: "Streaming",
    body: CHANNEL_AND_ACCOUNT,
    privileges: { mix: 1, raw: 2 },
  },
  fpa: { type: 4, title: "FPA", body: [], privileges: { login: 1 } },
  chat: { type: 5, title: "Chat", body: [["user id", "text"]], privileges: { user: 1, app: 2 } },
  fcdn: {
    type: 6,
    title: "FCDN",
    body: CHANNEL_AND_ACCOUNT,
    privileges: { publish: 1, play: 2 },
  },
  apaas: {
    type: 7,
    title: "APaaS (Flexible Classroom)",
    body: [
      ["room", "text"],
      ["user id", "text"],
      ["role", "i16"],
    ],
    privileges: { room_user: 1, user: 2, app: 3 },
  },
  rtm2: {
    type: 8,
    title: "RTM 2 with permissions",
    body: [
      ["user id", "text"],
      ["permissions", "permissions"],
    ],
    privileges: { login: 1 },
  },
  convoai: { type: 9, title: "Conversational AI", body: [], privileges: {} },
  stt: { type: 10, title: "Speech to text", body: [], privileges: {} },
} as const satisfies Record<string, Layout>;

/** A service's key in `services` and in a request's `grants`. */
export type ServiceName = keyof typeof SERVICES;

export const SERVICE_NAMES = Object.keys(SERVICES) as readonly ServiceName[];

/** The table's entry with its general type. */
export const layoutOf = (service: ServiceName): Layout => SERVICES[service];

const BY_TYPE = new Map(SERVICE_NAMES.map((name) => [layoutOf(name).type, name]));

/** The service of a number on the wire, or undefined for one that is not known here. */
export function serviceOfType(type: number): ServiceName | undefined {
  return BY_TYPE.get(type);
}

/** A privilege's name, or its number as text where it has none. */
export function privilegeName(service: ServiceName, id: number): string {
  const known = Object.entries(layoutOf(service).privileges).find(([, number]) => number === id);
  return known?.[0] ?? String(id);
}

/** What an RTM2 permission is about. */
export const RESOURCES = { message: 0, stream: 1, group: 2, serverGroups: 3, users: 4 } as const;
export type ResourceName = keyof typeof RESOURCES;

/** What an RTM2 permission lets its holder do with the resources it lists. */
export const ACTIONS = { read: 0, write: 1 } as const;
export type ActionName = keyof typeof ACTIONS;
