import type { JsonObject } from "@handstamp/protocol";

/** What a drop-in route asks for. `all` is the starters' "whatever is configured". */
export type Family = "all" | "videoApp" | "video" | "chat" | "sync" | "voice";

interface Wish {
  readonly identity: string;
  readonly defaults: Readonly<Record<string, string>>;
  readonly given: Readonly<Record<string, unknown>>;
}
type Grants = Readonly<Record<string, JsonObject>>;

/** The grants that a sample server of this family would give. Defaults are filled later, by policy. */
export function grantsFor(family: Family, wish: Wish): Grants {
  return FAMILIES[family](wish);
}

const FAMILIES: { readonly [F in Family]: (wish: Wish) => Grants } = {
  all: (wish) => ({
    ...(wish.defaults["chat_service_sid"] ? { chat: withDevice(wish) } : {}),
    ...(wish.defaults["sync_service_sid"] ? { sync: withDevice(wish) } : {}),
    ...(wish.defaults["twiml_app_sid"] ? { voice: voice(wish) } : {}),
    video: video(wish),
  }),
  videoApp: (wish) => ({
    video: video(wish),
    ...(isTrue(wish.given["create_conversation"]) && wish.defaults["chat_service_sid"]
      ? { chat: {} }
      : {}),
  }),
  video: (wish) => ({ video: video(wish) }),
  chat: (wish) => ({ chat: withDevice(wish) }),
  sync: (wish) => ({ sync: withDevice(wish) }),
  voice: (wish) => ({ voice: voice(wish) }),
};

/** Incoming calls, and outgoing ones where a TwiML app is configured. */
function voice({ defaults }: Wish): JsonObject {
  const application = defaults["twiml_app_sid"];
  return { incoming: true, ...(application ? { outgoing: { application_sid: application } } : {}) };
}

function video({ given }: Wish): JsonObject {
  const room = given["room_name"] ?? given["room"];
  return typeof room === "string" && room !== "" ? { room } : {};
}

/** `<app>:<identity>:<device>`, the form that the tutorials of IP Messaging teach. */
function withDevice({ identity, given }: Wish): JsonObject {
  const { device } = given;
  return typeof device === "string" && device !== ""
    ? { endpoint_id: `handstamp:${identity}:${device}` }
    : {};
}

function isTrue(value: unknown): boolean {
  return value === true || value === "true";
}
