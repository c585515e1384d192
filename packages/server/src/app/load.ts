import type { Config } from "../config/config.ts";
import { loadConfig as load, type Overrides } from "../config/load.ts";
import type { World } from "../config/world.ts";
import { SERVER_PROVIDERS } from "../providers/table.ts";

/**
 * Reads everything that the service runs on, for all the providers of the table.
 *
 * @throws HandstampError `config_missing`, `config_invalid` or `config_conflict`, naming every setting
 * that is wrong and never a value
 * @example
 * const config = loadConfig(nodeWorld());
 */
export function loadConfig(world: World, overrides: Overrides = {}): Config {
  return load(world, SERVER_PROVIDERS, overrides);
}
