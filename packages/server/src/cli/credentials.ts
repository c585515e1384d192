/** The settings and signing keys that a command may use. Reading them makes nothing and changes nothing. */
import { type KeyMaterial, PROVIDERS } from "@handstamp/core";
import { HandstampError, isHandstampError, type ProviderId } from "@handstamp/protocol";
import { type Config, type ProviderConfig, revealKey } from "../config/config.ts";
import { loadConfig, type Overrides } from "../config/load.ts";
import type { World } from "../config/world.ts";
import { SERVER_PROVIDERS } from "../providers/table.ts";

/** Where development mode keeps the keys that it makes up. */
const KEPT = /[/\\]development\.json$/;

class NothingKept extends Error {}

/** The machine, of which a command reads what it needs and writes nothing. */
function readOnly(world: World, keptKeys: boolean): World {
  return {
    ...world,
    readFile: (path) => (!keptKeys && KEPT.test(path) ? null : world.readFile(path)),
    writePrivateFile: () => {
      throw new NothingKept();
    },
  };
}

/** The configuration, or null where it would have to make keys up. */
function read(world: World, overrides: Overrides, keptKeys: boolean): Config | null {
  try {
    return loadConfig(readOnly(world, keptKeys), SERVER_PROVIDERS, overrides);
  } catch (error) {
    if (error instanceof NothingKept) return null;
    throw error;
  }
}

/**
 * The configuration as a command of the operator's needs it: keys without callers are enough.
 * Development keys are used where the service has made them already, unless the environment says
 * that this is production.
 *
 * @param config the configuration file's path
 * @returns null where there are no keys at all
 * @throws HandstampError `config_...` for settings that are wrong
 */
export function findCredentials(world: World, config?: string): Config | null {
  const overrides = config === undefined ? {} : { config };
  const keptKeys = world.env["HANDSTAMP_MODE"] !== "production";
  return read(world, { ...overrides, mode: "development" }, keptKeys);
}

/** What `serve` would run on. */
export interface Settings {
  /** Null where the settings cannot be read at all. It has no projects where no key is set or kept. */
  readonly config: Config | null;
  /** Why `serve` would refuse to start, or null. */
  readonly refusal: unknown;
  /** True when the signing keys are real ones, and not made up for development. */
  readonly real: boolean;
}

/** Reads the settings as `serve` does. When it would refuse, as much of them as can be read. */
export function settingsAsTheyAre(world: World, overrides: Overrides): Settings {
  try {
    const real = read(world, overrides, false);
    const config = real ?? read(world, overrides, true) ?? withoutKeys(world, overrides);
    return { config, refusal: null, real: real !== null };
  } catch (refusal) {
    return { config: readable(world, overrides), refusal, real: true };
  }
}

/** The settings before the first start: the keys that it would make are forgotten at once. */
function withoutKeys(world: World, overrides: Overrides): Config {
  const forgetful = { ...world, writePrivateFile: () => undefined };
  return { ...loadConfig(forgetful, SERVER_PROVIDERS, overrides), projects: [], notices: [] };
}

/** The settings in development mode, which asks for less; null where they are wrong themselves. */
function readable(world: World, overrides: Overrides): Config | null {
  try {
    return read(world, { ...overrides, mode: "development" }, false);
  } catch {
    return null;
  }
}

/** A provider's keys in every project, to hold a signature against. */
export function keysOf(config: Config, provider: ProviderId): readonly KeyMaterial[] {
  return config.projects
    .flatMap(({ providers }) => Object.entries(providers))
    .filter(([id]) => id === provider)
    .map(([, { key }]) => revealKey(key));
}

/**
 * The keys for looking at a token of one provider: none, with the reason, where the settings cannot
 * be read.
 */
export function keysForInspection(
  world: World,
  provider: ProviderId,
): {
  readonly keys: readonly KeyMaterial[];
  readonly trouble?: string;
} {
  try {
    const config = findCredentials(world);
    return { keys: config ? keysOf(config, provider) : [] };
  } catch (error) {
    if (isHandstampError(error)) return { keys: [], trouble: error.message };
    throw error;
  }
}

/** One provider's configuration, and whose it is. */
export interface OwnedProvider extends ProviderConfig {
  readonly project: string;
}

/**
 * One provider's configuration.
 *
 * @param project the project's name; needed where several have this provider
 * @throws HandstampError `config_missing` naming the variables to set
 */
export function providerConfig(
  config: Config | null,
  provider: ProviderId,
  project: string | undefined,
): OwnedProvider {
  const having = (config?.projects ?? []).filter(
    ({ name, providers }) => providers[provider] && (project ?? name) === name,
  );
  if (having.length > 1)
    throw new HandstampError(
      "invalid_request",
      `Several projects have ${provider} keys: choose one with --project (${having.map(({ name }) => name).join(", ")}).`,
    );
  const [owner] = having;
  const found = owner?.providers[provider];
  if (found) return { ...found, project: owner.name };
  throw new HandstampError("config_missing", missing(provider, project));
}

function missing(provider: ProviderId, project: string | undefined): string {
  const where = project === undefined ? "" : ` in the project ${project}`;
  return `There is no ${PROVIDERS[provider].title} key${where}: set ${variablesFor(provider).join(", ")}, or \`providers.${provider}\` in handstamp.yaml. \`handstamp serve\` makes development keys.`;
}

/** The variables that together are a provider's signing key. */
export function variablesFor(provider: ProviderId): readonly string[] {
  const settings = SERVER_PROVIDERS.find(({ id }) => id === provider)?.settings ?? [];
  return settings
    .filter(({ use }) => use === "account" || use === "key_id" || use === "key_secret")
    .map(({ env }) => env[0]);
}
