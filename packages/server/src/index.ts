/** Handstamp as a library: the service, and the pipeline inside another server. */

export { loadConfig } from "./app/load.ts";
export { createService, type Service, type ServiceOptions } from "./app/service.ts";
export { type Running, startService } from "./app/start.ts";
export type { Config } from "./config/config.ts";
export { nodeWorld, type World } from "./config/world.ts";
