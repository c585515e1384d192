/**
 * A request's JSON, in snake_case: its shapes, what a policy decides about, and the way from it to
 * the typed services and back from a token. OpenAPI, the command line's flags and the console's forms
 * come from these.
 */
import { isObject, type JsonObject, type ProductName, s } from "@handstamp/protocol";
import type { AllowField, Product } from "../../provider.ts";
import type { ServiceEntry, ServiceMap } from "./grants.ts";
import { isUidText, MAX_TTL, MAX_UID } from "./rules.ts";
import { layoutOf, SERVICE_NAMES, type ServiceName } from "./services.ts";

const privilegeTtl = s.optional(
  s.integer({
    min: 0,
    max: MAX_TTL,
    unit: "seconds",
    doc: "How long the privileges last: the token's ttl when left out, and never longer. 0 is Agora's \"until the token expires\".",
  }),
);
const privilegesOf = (service: ServiceName, doc: string) =>
  s.optional(s.list(s.choice(Object.keys(layoutOf(service).privileges)), { doc }));
const text = (doc: string) => s.optional(s.text({ min: 1, doc }));
const channel = text('The channel: at most 64 bytes, or "*" for every channel.');
const member = {
  uid: s.optional(
    s.integer({ min: 0, max: MAX_UID, doc: "The integer user id. 0 lets anyone use the token." }),
  ),
  account: text("The text user id, at most 255 bytes, where the app does not use integers."),
};
const userId = text("The user id, at most 64 bytes. The caller's identity when left out.");
const admin = s.optional(
  s.boolean({ doc: "Makes an app token, which acts for every user. For back ends only." }),
);
const names = (doc: string) => s.optional(s.list(s.text({ min: 1 }), { max: 256, doc }));
const readAndWrite = (what: string) =>
  s.optional(s.object({ read: names(`${what} to read.`), write: names(`${what} to write to.`) }));

const SHAPES = {
  rtc: s.object(
    {
      channel,
      ...member,
      role: s.optional(
        s.choice(["publisher", "subscriber"], {
          doc: "A subscriber when left out. A subscriber can still publish unless co-host authentication is enabled for the project.",
        }),
      ),
      privileges: privilegesOf("rtc", "Fewer privileges than the role has."),
      privilege_ttl: privilegeTtl,
    },
    {
      doc: "Calls and live streaming.",
      example: { channel: "lesson-12", uid: 7, role: "publisher" },
    },
  ),
  rtm: s.object(
    { user_id: userId, privilege_ttl: privilegeTtl },
    { doc: "Signaling.", example: { user_id: "alice" } },
  ),
  rtm2: s.object(
    {
      user_id: userId,
      permissions: s.optional(
        s.object({
          message: readAndWrite("Message channels"),
          stream: readAndWrite("Stream channels"),
          group: readAndWrite("Group channels"),
          server_groups: readAndWrite("Server groups"),
          users: readAndWrite("Users"),
        }),
      ),
      privilege_ttl: privilegeTtl,
    },
    {
      doc: "Signaling with permissions for single channels.",
      example: { permissions: { message: { read: ["lesson-12"] } } },
    },
  ),
  streaming: s.object(
    {
      channel,
      ...member,
      privileges: privilegesOf("streaming", "mix, raw or both."),
      privilege_ttl: privilegeTtl,
    },
    { doc: "Streams pushed to a channel.", example: { channel: "lesson-12", privileges: ["mix"] } },
  ),
  fpa: s.object({ privilege_ttl: privilegeTtl }, { doc: "The accelerator.", example: {} }),
  chat: s.object(
    { user_id: userId, admin, privilege_ttl: privilegeTtl },
    { doc: "Chat.", example: { user_id: "alice" } },
  ),
  fcdn: s.object(
    {
      channel,
      ...member,
      privileges: privilegesOf("fcdn", "publish, play or both."),
      privilege_ttl: privilegeTtl,
    },
    { doc: "Streams over Agora's CDN.", example: { channel: "lesson-12", privileges: ["play"] } },
  ),
  apaas: s.object(
    {
      room: text("The classroom, at most 64 bytes. Without it a user token."),
      user_id: userId,
      role: s.optional(
        s.integer({
          min: -32768,
          max: 32767,
          doc: "The role in the room, as the app numbers them.",
        }),
      ),
      admin,
      privileges: privilegesOf("apaas", "By default the one that the other fields ask for."),
      privilege_ttl: privilegeTtl,
    },
    { doc: "Flexible Classroom.", example: { room: "lesson-12", role: 1 } },
  ),
  convoai: s.object({}, { doc: "Conversational AI agents.", example: {} }),
  stt: s.object({}, { doc: "Speech to text.", example: {} }),
} as const satisfies Record<ServiceName, s.ObjectShape>;

const allowChannel: AllowField = {
  kind: "pattern",
  open: "any_channel",
  wildcard: "*",
  doc: "The channel.",
};
const allowMember = {
  uid: {
    kind: "identity",
    open: "any_uid",
    wildcard: 0,
    doc: "The caller's own integer uid.",
  },
  account: { kind: "identity", doc: "The text user id." },
} as const satisfies Product["allow"];
const allowUser: AllowField = { kind: "identity", doc: "The user id." };
const allowAdmin: AllowField = { kind: "flag", doc: "May have a token that acts for every user." };
const allowPrivileges: AllowField = { kind: "equal", doc: "The privileges that may be named." };

const ALLOW: { readonly [S in ServiceName]: Product["allow"] } = {
  rtc: {
    channel: allowChannel,
    ...allowMember,
    role: { kind: "equal", least: "subscriber", doc: "publisher or subscriber." },
    privileges: allowPrivileges,
  },
  rtm: { user_id: allowUser },
  rtm2: { user_id: allowUser, ...allowPermissions() },
  streaming: { channel: allowChannel, ...allowMember, privileges: allowPrivileges },
  fpa: {},
  chat: { user_id: allowUser, admin: allowAdmin },
  fcdn: { channel: allowChannel, ...allowMember, privileges: allowPrivileges },
  apaas: {
    room: { kind: "pattern", doc: "The classroom." },
    user_id: allowUser,
    role: { kind: "equal", doc: "The role in the room." },
    admin: allowAdmin,
    privileges: allowPrivileges,
  },
  convoai: {},
  stt: {},
};

/** `message_read`, `message_write` and so on: each name in the list must match the rule's pattern. */
function allowPermissions(): Product["allow"] {
  const entries: [string, AllowField][] = [];
  for (const resource of ["message", "stream", "group", "server_groups", "users"])
    for (const action of ["read", "write"])
      entries.push([
        `${resource}_${action}`,
        {
          kind: "pattern",
          path: ["permissions", resource, action],
          wildcard: "*",
          doc: `What of ${resource} the caller may ${action}.`,
        },
      ]);
  return Object.fromEntries(entries);
}

export const PRODUCTS: readonly Product[] = SERVICE_NAMES.map((key) => ({
  name: `agora.${key}` satisfies ProductName,
  key,
  title: layoutOf(key).title,
  summary: SHAPES[key].doc ?? "",
  shape: SHAPES[key],
  allow: ALLOW[key],
}));

/** The shape of a request's `grants`. */
export const GRANTS = s.object(
  Object.fromEntries(SERVICE_NAMES.map((key) => [key, s.optional(SHAPES[key])])),
);

/** A 007 token has no option beside its services. */
export const OPTIONS = s.object({});

type JsonGrants = Readonly<Record<string, JsonObject>>;

/** Services whose user is the caller where none is named, and the field that names one. */
const OWN: Partial<Record<ServiceName, string>> = {
  rtm: "user_id",
  rtm2: "user_id",
  chat: "user_id",
  apaas: "user_id",
  streaming: "account",
  fcdn: "account",
};

/** One spelling for what may be written in two: the caller's own id filled in, `admin: false` left out. */
export function canonicalGrants(grants: JsonGrants, identity: string): JsonGrants {
  return Object.fromEntries(
    Object.entries(grants).map(([key, { admin: flag, ...rest }]) => {
      if (flag === true) return [key, { ...rest, admin: true }];
      const field = OWN[key as ServiceName];
      const has = field === undefined || rest[field] !== undefined || rest["uid"] !== undefined;
      return [key, has ? rest : { ...rest, [field]: identity }];
    }),
  );
}

const toCamel = (name: string) =>
  name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
const toSnake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** The pointer of a typed field in a request's own spelling. */
export const toRequestPointer = toSnake;

/** A request's grants as the services that `mintToken` takes. The shapes have been checked. */
export function toTyped(grants: JsonGrants): ServiceMap {
  return Object.fromEntries(
    Object.entries(grants).map(([key, grant]) => [
      key,
      key === "rtc" ? { role: "subscriber", ...renamed(grant, toCamel) } : renamed(grant, toCamel),
    ]),
  ) as ServiceMap;
}

function renamed(grant: object, rename: (name: string) => string): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(grant).map(([name, value]) => [
      rename(name),
      name === "permissions" ? renamed(value as object, rename) : value,
    ]),
  );
}

/** A token's services in a request's terms. A kind that stands twice gets a number: `rtc`, `rtc_2`. */
export function fromServices(services: readonly ServiceEntry[]): JsonGrants {
  const times = new Map<string, number>();
  return Object.fromEntries(
    services.map(({ service, ...given }) => {
      const n = (times.get(service) ?? 0) + 1;
      times.set(service, n);
      return [n === 1 ? service : `${service}_${n}`, withPlainPrivileges(renamed(given, toSnake))];
    }),
  );
}

/** One service of a token, with its name and its privileges as they are. */
export function toRequestService(entry: ServiceEntry): JsonObject {
  return renamed(entry, toSnake) as JsonObject;
}

/** A list and one life where all privileges have the same, as requests are written. */
function withPlainPrivileges(grant: Record<string, unknown>): JsonObject {
  const { privileges, ...rest } = grant;
  if (!isObject(privileges)) return grant as JsonObject;
  if (Object.keys(privileges).length === 0) return rest as JsonObject;
  const lives = new Set(Object.values(privileges));
  if (lives.size !== 1) return grant as JsonObject;
  const [life] = lives;
  return { ...grant, privileges: Object.keys(privileges), privilege_ttl: life } as JsonObject;
}

/**
 * An account made of digits is, in the token, the integer uid of the same digits, which may be
 * another's. Behind a policy that holds the two apart it is refused.
 */
export function isDisguisedUid(grant: JsonObject): boolean {
  const { account } = grant;
  return typeof account === "string" && isUidText(account);
}
