/** Ways to know who is asking. See README.md. */
export {
  type ApiTokenRow,
  type ApiTokenStore,
  createApiToken,
  type NewApiToken,
} from "./api-token.ts";
export {
  type Authenticator,
  type AuthenticatorOptions,
  createAuthenticator,
  type SourceHealth,
} from "./authenticator.ts";
export type { Caller, CallerKind, Presented } from "./caller.ts";
export type { CallerDeps, CallerEvent } from "./deps.ts";
export { bucketKey, canonicalIdentity } from "./identity.ts";
export { systemResolver } from "./outgoing.ts";
export { type ParseOptions, parseCallers } from "./parse-callers.ts";
export { hashPasscode } from "./passcode-hash.ts";
export type { Guest } from "./passcode-source.ts";
export type { CallerSettings, ProjectCallers } from "./settings.ts";
export { CALLERS_SHAPE } from "./shapes.ts";
export { type TrustedCaller, trustedCaller } from "./trusted.ts";
