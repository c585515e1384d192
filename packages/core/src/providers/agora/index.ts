/**
 * Agora: AccessToken2 ("007") with every service, and AccessToken ("006").
 *
 * @module
 */
export type {
  Member,
  Permissions,
  Privileges,
  ServiceEntry,
  ServiceMap,
  ServiceParams,
  Services,
} from "./grants.ts";
export { type AgoraInspectOptions, inspectAgora as inspectToken } from "./inspect.ts";
export { type MintedToken, type MintParams, mintToken } from "./mint.ts";
export { agora } from "./provider.ts";
export { type RoomUser, roomUserServices } from "./room-user.ts";
export type { ActionName, ResourceName, ServiceName } from "./services.ts";
export {
  type ParsedToken,
  parseToken,
  type VerifiedToken,
  type VerifyOptions,
  verifyToken,
} from "./token.ts";
