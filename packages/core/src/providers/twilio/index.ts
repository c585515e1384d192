/**
 * Twilio: Access Tokens, and the two kinds of capability tokens that came before them.
 *
 * @module
 */
export type {
  AccessTokenGrants,
  ChatGrant,
  SyncGrant,
  TaskRouterGrant,
  VideoGrant,
  VoiceGrant,
} from "./grants.ts";
export { twilio } from "./provider.ts";
export {
  type AccessToken,
  type AccessTokenOptions,
  type MintedAccessToken,
  mintAccessToken,
  type VerifyOptions,
  verifyAccessToken,
} from "./token.ts";
