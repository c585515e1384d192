/** Handstamp as a library: the pipeline inside another server, and the service itself. */

export {
  createHandstamp,
  type Handstamp,
  type HandstampOptions,
  type IssuedToken,
  type IssueOptions,
} from "./app/embed.ts";
export type { FetchOptions } from "./app/fetch.ts";
export { loadConfig } from "./app/load.ts";
export { createService, type Service, type ServiceOptions } from "./app/service.ts";
export { type Running, type StartOptions, startService } from "./app/start.ts";
export { type Caller, hashPasscode, type TrustedCaller, trustedCaller } from "./callers/index.ts";
export type { Config } from "./config/config.ts";
export { nodeWorld, type World } from "./config/world.ts";
