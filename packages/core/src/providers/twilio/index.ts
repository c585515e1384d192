/**
 * Twilio: Access Tokens, and the two kinds of capability tokens that came before them.
 *
 * @module
 */
export {
  type ClientCapability,
  type ClientCapabilityOptions,
  type ClientScope,
  type MintedCapability,
  mintClientCapability,
  verifyClientCapability,
} from "./capability.ts";
export type { CapabilityCheck } from "./capability-token.ts";
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
  mintTaskRouterCapability,
  type TaskRouterCapability,
  type TaskRouterCapabilityOptions,
  type TaskRouterFilter,
  type TaskRouterPolicy,
  verifyTaskRouterCapability,
  workerPolicies,
} from "./task-router-capability.ts";
export {
  type AccessToken,
  type AccessTokenOptions,
  type MintedAccessToken,
  mintAccessToken,
  type VerifyOptions,
  verifyAccessToken,
} from "./token.ts";
