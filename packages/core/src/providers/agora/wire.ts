/**
 * The layout of AccessToken2 ("007"), all numbers little-endian:
 *
 *     token   = "007" base64( zlib( str(signature) info ) )
 *     info    = str(app id) u32 issued u32 expire u32 salt u16 count services
 *     service = u16 type u16 count { u16 privilege u32 expire } body
 *     str     = u16 length, bytes
 *
 * `issued` is in unix seconds; every `expire` is in seconds after it. The bodies are in `services.ts`.
 */
import type { ByteField } from "../../inspection.ts";
import { malformed, Reader } from "./reader.ts";
import {
  type FieldKind,
  layoutOf,
  privilegeName,
  type ServiceName,
  serviceOfType,
} from "./services.ts";
import { Writer } from "./writer.ts";

export const PREFIX = "007";
export const SIGNATURE_BYTES = 32;
/** The signature and its length stand before what is signed. */
const INFO_OFFSET = 2 + SIGNATURE_BYTES;

/** RTM2: resource, then action, then the names of the resources. */
export type WirePermissions = readonly (readonly [
  resource: number,
  actions: readonly (readonly [action: number, names: readonly string[]])[],
])[];
export type WireValue = string | number | WirePermissions;

export interface WireService {
  readonly service: ServiceName;
  /** Number and expiry in seconds after issue, ascending by number when we write it. */
  readonly privileges: readonly (readonly [privilege: number, expire: number])[];
  /** The values of the body, in the order of the table. */
  readonly body: readonly WireValue[];
}

export interface WireMessage {
  readonly appId: string;
  /** Unix seconds. */
  readonly issuedAt: number;
  /** Seconds after `issuedAt`. */
  readonly expire: number;
  readonly salt: number;
  readonly services: readonly WireService[];
}

const writer = new Writer();

/**
 * Writes a message, leaving room for the signature before it. The bytes are valid until the next call.
 */
export function packMessage(message: WireMessage): { content: Uint8Array; info: Uint8Array } {
  writer.at = INFO_OFFSET;
  writer.text(message.appId);
  writer.u32(message.issuedAt);
  writer.u32(message.expire);
  writer.u32(message.salt);
  writer.u16(message.services.length);
  for (const service of message.services) packService(service);
  const content = writer.bytes.subarray(0, writer.at);
  content[0] = SIGNATURE_BYTES;
  content[1] = 0;
  return { content, info: content.subarray(INFO_OFFSET) };
}

/** Puts the signature into the room that {@link packMessage} left. */
export function placeSignature(content: Uint8Array, signature: Uint8Array): void {
  content.set(signature, 2);
}

function packService({ service, privileges, body }: WireService): void {
  const layout = layoutOf(service);
  writer.u16(layout.type);
  writer.u16(privileges.length);
  for (const [privilege, expire] of privileges) {
    writer.u16(privilege);
    writer.u32(expire);
  }
  for (let i = 0; i < layout.body.length; i++)
    PACK[(layout.body[i] as readonly [string, FieldKind])[1]](body[i] as never);
}

const PACK = {
  text: (value: string) => writer.text(value),
  i16: (value: number) => writer.u16(value),
  permissions(value: WirePermissions) {
    writer.u16(value.length);
    for (const [resource, actions] of value) {
      writer.u16(resource);
      writer.u16(actions.length);
      for (const [action, names] of actions) {
        writer.u16(action);
        writer.u16(names.length);
        for (const name of names) writer.text(name);
      }
    }
  },
} satisfies Record<FieldKind, (value: never) => void>;

/** What has been read so far; complete when {@link unpackMessage} returns. */
export interface Unpacked {
  signature?: Uint8Array;
  /** What is signed. */
  info?: Uint8Array;
  appId?: string;
  issuedAt?: number;
  expire?: number;
  salt?: number;
  /** How many services the message says it has. */
  count?: number;
  services: WireService[];
  /** The first service whose type is not known here: what follows cannot be read. */
  unknownType?: number;
}
export type UnpackedMessage = Required<Omit<Unpacked, "unknownType">> & { unknownType?: number };

/**
 * Reads an inflated message into `into`, field by field, so that a caller who catches the error still
 * has what came before it.
 *
 * @param fields receives the place of every field
 * @throws HandstampError `token_malformed`
 */
export function unpackMessage(
  content: Uint8Array,
  into: Unpacked = { services: [] },
  fields?: ByteField[],
): UnpackedMessage {
  const reader = new Reader(content, fields);
  into.signature = reader.block("signature");
  if (into.signature.length !== SIGNATURE_BYTES)
    throw malformed(`the signature must have ${SIGNATURE_BYTES} bytes`);
  into.info = content.subarray(reader.at);
  into.appId = reader.text("app id");
  into.issuedAt = reader.u32("issued at", moment);
  into.expire = reader.u32("expires after", seconds);
  into.salt = reader.u32("salt");
  into.count = reader.u16("service count");
  for (let i = 0; i < into.count && into.unknownType === undefined; i++)
    unpackService(reader, into, `service ${i + 1}`);
  if (into.unknownType === undefined && reader.rest > 0)
    throw malformed(`${reader.rest} bytes follow the last service`);
  return into as UnpackedMessage;
}

function unpackService(reader: Reader, into: Unpacked, name: string): void {
  const type = reader.u16(`${name} type`, (value) => {
    const known = serviceOfType(value);
    return known ? layoutOf(known).title : "unknown";
  });
  const service = serviceOfType(type);
  if (service === undefined) {
    into.unknownType = type;
    return;
  }
  const privileges = unpackPrivileges(reader, service, name);
  const body = layoutOf(service).body.map(([field, kind]) =>
    UNPACK[kind](reader, `${name} ${field}`),
  );
  into.services.push({ service, privileges, body });
}

function unpackPrivileges(reader: Reader, service: ServiceName, name: string) {
  const count = reader.u16(`${name} privilege count`);
  const privileges: [number, number][] = [];
  for (let i = 1; i <= count; i++) {
    const id = reader.u16(`${name} privilege ${i}`, (value) => privilegeName(service, value));
    privileges.push([id, reader.u32(`${name} privilege ${i} expires after`, privilegeSeconds)]);
  }
  return privileges;
}

const UNPACK: Record<FieldKind, (reader: Reader, name: string) => WireValue> = {
  text: (reader, name) => reader.text(name, (value) => (value === "" ? "empty" : undefined)),
  i16: (reader, name) => reader.i16(name),
  permissions(reader, name) {
    const resources: [number, [number, string[]][]][] = [];
    for (let r = reader.u16(`${name} resource count`); r > 0; r--) {
      const resource = reader.u16(`${name} resource`);
      const actions: [number, string[]][] = [];
      for (let a = reader.u16(`${name} action count`); a > 0; a--) {
        const action = reader.u16(`${name} action`);
        const names: string[] = [];
        for (let n = reader.u16(`${name} name count`); n > 0; n--)
          names.push(reader.text(`${name} name`));
        actions.push([action, names]);
      }
      resources.push([resource, actions]);
    }
    return resources;
  },
};

/** Unix seconds as RFC 3339. */
export function moment(value: number): string {
  return new Date(value * 1000).toISOString().replace(".000Z", "Z");
}
export const seconds = (value: number): string => `${value} seconds after it was issued`;
export const privilegeSeconds = (value: number): string =>
  value === 0 ? "until the token expires" : seconds(value);
