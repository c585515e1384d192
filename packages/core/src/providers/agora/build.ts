/**
 * How each service becomes what the wire holds: one entry a service in one table. Every wrong field
 * is collected, so that one answer names all of them.
 */
import { isObject, suggest } from "@handstamp/protocol";
import { type Builder, type Check, fail, type Given, type Notes, type Terms } from "./check.ts";
import { privilegesOf } from "./privileges.ts";
import { accountProblem, channelProblem, isUidText, uidProblem, userIdProblem } from "./rules.ts";
import { ACTIONS, layoutOf, RESOURCES, SERVICE_NAMES, type ServiceName } from "./services.ts";
import type { WirePermissions, WireService } from "./wire.ts";

const login = () => ["login"];
const none = () => [];

const BUILDERS: { readonly [S in ServiceName]: Builder } = {
  rtc: {
    fields: ["channel", "uid", "account", "role"],
    body: channelAndMember,
    privileges: ({ role }) =>
      role === "publisher" ? Object.keys(layoutOf("rtc").privileges) : ["join"],
  },
  rtm: { fields: ["userId"], body: (given, check) => [userId(given, check)], privileges: login },
  rtm2: {
    fields: ["userId", "permissions"],
    body: (given, check) => [userId(given, check), permissions(given["permissions"], check)],
    privileges: login,
  },
  streaming: {
    fields: ["channel", "uid", "account"],
    body: channelAndMember,
    privileges: () => undefined,
  },
  fpa: { fields: [], body: none, privileges: login },
  chat: {
    fields: ["userId", "admin"],
    body: (given, check) => [isAdmin(given, check, ["userId"]) ? "" : chatUserId(given, check)],
    privileges: ({ admin }) => [admin === true ? "app" : "user"],
  },
  fcdn: {
    fields: ["channel", "uid", "account"],
    body: channelAndMember,
    privileges: () => undefined,
  },
  apaas: {
    fields: ["room", "userId", "role", "admin"],
    body: classroom,
    privileges: ({ admin, room }) => [
      admin === true ? "app" : room === undefined ? "user" : "room_user",
    ],
    mayHaveNone: true,
  },
  convoai: { fields: [], body: none, privileges: none, mayHaveNone: true },
  stt: { fields: [], body: none, privileges: none, mayHaveNone: true },
};

/**
 * The services in the order of the wire: by type, equals as given.
 *
 * @param at the JSON pointer of `services`
 * @returns undefined when something is wrong; `notes.errors` says what
 */
export function toWire(services: unknown, terms: Terms, notes: Notes, at: string): WireService[] {
  const entries = entriesOf(services, notes, at);
  if (entries.length === 0 && notes.errors.length === 0)
    notes.errors.push({ pointer: at, message: "must name at least one service" });
  const wire: WireService[] = [];
  for (const [service, given, pointer] of entries)
    wire.push(buildService(service, given, { ...terms, ...notes, at: pointer }));
  return wire.length < 2 ? wire : wire.sort((a, b) => typeOf(a) - typeOf(b));
}

const typeOf = ({ service }: WireService): number => layoutOf(service).type;

type Entry = readonly [ServiceName, Given, pointer: string];

function entriesOf(services: unknown, { errors }: Notes, at: string): Entry[] {
  const entries: Entry[] = [];
  const add = (name: unknown, given: unknown, pointer: string) => {
    if (typeof name !== "string" || !Object.hasOwn(BUILDERS, name))
      errors.push({
        pointer,
        message: `is not a service${suggest(String(name), SERVICE_NAMES)}`,
      });
    else if (!isObject(given)) errors.push({ pointer, message: "must be an object" });
    else entries.push([name as ServiceName, given, pointer]);
  };
  if (Array.isArray(services))
    for (const [i, entry] of services.entries()) {
      const { service, ...given } = isObject(entry) ? entry : { service: undefined };
      add(service, given, `${at}/${i}`);
    }
  else if (isObject(services))
    for (const name of Object.keys(services)) {
      if (services[name] !== undefined) add(name, services[name], `${at}/${name}`);
    }
  else errors.push({ pointer: at, message: "must be an object or a list" });
  return entries;
}

function buildService(service: ServiceName, given: Given, check: Check): WireService {
  const builder = BUILDERS[service];
  for (const name of Object.keys(given))
    if (!builder.fields.includes(name) && name !== "privileges" && name !== "privilegeTtl")
      fail(check, name, `is not known here${suggest(name, builder.fields)}`);
  if (service === "rtc") checkRole(given, check);
  return {
    service,
    privileges: privilegesOf(service, builder, given, check),
    body: builder.body(given, check),
  };
}

function checkRole({ role }: Given, check: Check): void {
  if (role !== "publisher" && role !== "subscriber")
    fail(check, "role", "must be publisher or subscriber");
  if (role === "subscriber")
    check.warnings.push(
      "A subscriber can still publish unless co-host authentication is enabled for the project in Agora's console.",
    );
}

function channelAndMember(given: Given, check: Check): [string, string] {
  const { channel, uid } = given;
  if (channel === "*" && uid === 0)
    fail(check, "channel", 'must not be "*" together with uid 0: Agora allows one wildcard');
  return [channelOf(channel, check), memberOf(given, check)];
}

function channelOf(channel: unknown, check: Check): string {
  if (channel === "*") {
    if (!check.anyChannel) fail(check, "channel", 'may be "*" only when anyChannel is set');
  } else fail(check, "channel", channelProblem(channel));
  return channel as string;
}

/** The uid as decimal text; uid 0, which lets anyone in, is the empty text. */
function memberOf({ uid, account }: Given, check: Check): string {
  if (account !== undefined) {
    if (uid !== undefined) fail(check, "account", "must not stand beside uid: give one of the two");
    fail(check, "account", accountProblem(account));
    if (typeof account === "string" && isUidText(account))
      check.warnings.push(
        `The account "${account}" and the integer uid ${account} are the same in a token: the client must join with the account.`,
      );
    return account as string;
  }
  if (uid === undefined) fail(check, "uid", "is missing: give uid (a number) or account (a text)");
  else if (uid !== 0) fail(check, "uid", uidProblem(uid));
  else if (!check.anyUid) fail(check, "uid", "may be 0, which is anyone, only when anyUid is set");
  return uid === 0 ? "" : String(uid);
}

function userId(given: Given, check: Check): string {
  fail(check, "userId", userIdProblem(given["userId"]));
  return given["userId"] as string;
}

/** Chat's own set is narrower, but only its documentation says so: a warning. */
function chatUserId(given: Given, check: Check): string {
  const id = userId(given, check);
  if (typeof id === "string" && !/^[a-z0-9_.-]+$/.test(id))
    check.warnings.push(
      "Chat documents user ids of lower-case letters, digits, _ - and . only, and lowers capitals.",
    );
  return id;
}

function isAdmin(given: Given, check: Check, others: readonly string[]): boolean {
  const { admin } = given;
  if (admin !== undefined && admin !== true) fail(check, "admin", "must be true or left out");
  if (admin !== true) return false;
  for (const name of others)
    if (given[name] !== undefined) fail(check, name, "must not stand beside admin");
  return true;
}

const NO_ROLE = -1;

function classroom(given: Given, check: Check): [string, string, number] {
  if (isAdmin(given, check, ["room", "userId", "role"])) return ["", "", NO_ROLE];
  const { room = "", userId: user, role = NO_ROLE } = given;
  if (room !== "") fail(check, "room", channelProblem(room));
  fail(check, "userId", userIdProblem(user));
  if (!Number.isInteger(role) || Math.abs((role as number) + 0.5) > 0x8000)
    fail(check, "role", "must be a whole number from -32768 to 32767");
  return [room as string, user as string, role as number];
}

function permissions(given: unknown, check: Check): WirePermissions {
  const resources = table(given, RESOURCES, "permissions", check);
  return resources.map(([resource, actions, path]) => [
    resource,
    table(actions, ACTIONS, path, check).map(([action, names, where]) => [
      action,
      resourceNames(names, where, check),
    ]),
  ]);
}

/** The entries of an object whose keys stand in a table of numbers, ascending by number. */
function table(
  given: unknown,
  known: Readonly<Record<string, number>>,
  path: string,
  check: Check,
): [number, unknown, string][] {
  if (!isObject(given)) {
    fail(check, path, given === undefined ? "is missing" : "must be an object");
    return [];
  }
  const entries: [number, unknown, string][] = [];
  for (const name of Object.keys(given)) {
    const id = Object.hasOwn(known, name) ? known[name] : undefined;
    if (id === undefined)
      fail(check, `${path}/${name}`, `is not known here${suggest(name, Object.keys(known))}`);
    else if (given[name] !== undefined) entries.push([id, given[name], `${path}/${name}`]);
  }
  return entries.sort(([a], [b]) => a - b);
}

function resourceNames(given: unknown, path: string, check: Check): string[] {
  if (!Array.isArray(given)) {
    fail(check, path, "must be a list of names");
    return [];
  }
  for (const [i, name] of given.entries())
    if (name !== "*") fail(check, `${path}/${i}`, channelProblem(name));
  return given as string[];
}
