import type { Permissions, ServiceEntry } from "./grants.ts";
import { isUidText } from "./rules.ts";
import { ACTIONS, privilegeName, RESOURCES, type ServiceName } from "./services.ts";
import type { WirePermissions, WireService, WireValue } from "./wire.ts";

type Body = Readonly<Record<string, unknown>>;

/** Each body in the words of `mintToken`. */
const BODIES: { readonly [S in ServiceName]: (body: readonly never[], names: string[]) => Body } = {
  rtc: ([channel, uid]: readonly string[], names) => ({
    channel,
    ...memberOf(uid as string),
    role: names.some((name) => name.startsWith("publish_")) ? "publisher" : "subscriber",
  }),
  rtm: ([userId]) => ({ userId }),
  rtm2: ([userId, permissions]: readonly WireValue[]) => ({
    userId,
    permissions: permissionsOf(permissions as WirePermissions),
  }),
  streaming: ([channel, account]: readonly string[]) => ({
    channel,
    ...memberOf(account as string),
  }),
  fpa: () => ({}),
  chat: ([userId]: readonly string[], names) =>
    userId === "" && names.includes("app") ? { admin: true } : { userId },
  fcdn: ([channel, account]: readonly string[]) => ({ channel, ...memberOf(account as string) }),
  apaas: ([room, userId, role]: readonly WireValue[], names) =>
    names.includes("app") && room === "" && userId === ""
      ? { admin: true }
      : {
          ...(room === "" ? {} : { room }),
          userId,
          ...(role === -1 ? {} : { role }),
        },
  convoai: () => ({}),
  stt: () => ({}),
};

/** A service as it was read, in the form that `mintToken` takes: minting it again gives its bytes. */
export function fromWire({ service, privileges, body }: WireService): ServiceEntry {
  const named = privileges.map(([id, expire]) => [privilegeName(service, id), expire] as const);
  const names = named.map(([name]) => name);
  return {
    service,
    ...BODIES[service](body as readonly never[], names),
    privileges: Object.fromEntries(named),
  } as unknown as ServiceEntry;
}

/** Decimal text is what an integer uid packs to, and the empty text is uid 0. */
function memberOf(text: string): { uid: number } | { account: string } {
  if (text === "") return { uid: 0 };
  return isUidText(text) ? { uid: Number(text) } : { account: text };
}

function permissionsOf(wire: WirePermissions): Permissions {
  return Object.fromEntries(
    wire.map(([resource, actions]) => [
      nameOf(RESOURCES, resource),
      Object.fromEntries(actions.map(([action, names]) => [nameOf(ACTIONS, action), names])),
    ]),
  );
}

function nameOf(table: Readonly<Record<string, number>>, id: number): string {
  return Object.keys(table).find((name) => table[name] === id) ?? String(id);
}
