import { md5Hex } from "#platform";
import type { ServiceMap } from "./grants.ts";

/** Someone in a classroom. */
export interface RoomUser {
  readonly room: string;
  readonly userId: string;
  /** As the app numbers its roles, for example 1 teacher, 2 student. */
  readonly role?: number;
}

/**
 * The three services that Flexible Classroom needs of one user: the room, Signaling, and Chat under
 * the MD5 of the user id, which is the name that Agora's classroom gives its Chat users.
 *
 * Like the official builders in Go, C++, Python, PHP, Lua and Rust it grants the room-user privilege,
 * which the one in Node leaves out.
 *
 * @example
 * mintToken({ appId, appCertificate, services: roomUserServices({ room: "r1", userId: "alice", role: 1 }) });
 */
export function roomUserServices({ room, userId, role }: RoomUser) {
  return {
    apaas: { room, userId, ...(role === undefined ? {} : { role }) },
    rtm: { userId },
    chat: { userId: md5Hex(userId) },
  } satisfies ServiceMap;
}
