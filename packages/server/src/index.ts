/** Handstamp as a library: the service, and the pipeline inside another server. */

export { createService, type Service, type ServiceOptions } from "./app/service.ts";
export { type Running, startService } from "./app/start.ts";
export type { Config } from "./config/config.ts";
export { loadConfig } from "./config/load.ts";
export { nodeWorld } from "./config/world.ts";
