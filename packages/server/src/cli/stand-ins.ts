/** Values in the place of secrets that are not here, for commands that use none. */
import { resolve } from "node:path";
import { isObject } from "@handstamp/protocol";
import type { Environment } from "../config/environment.ts";
import { readYaml } from "../config/file.ts";
import type { Overrides } from "../config/load.ts";
import type { World } from "../config/world.ts";
import { SERVER_PROVIDERS } from "../providers/table.ts";

const WHOLE = /^\$\{env:([A-Za-z_][A-Za-z0-9_]*)\}$/;

/**
 * The machine as if every variable that the configuration reads were set: the policy is tested in a CI
 * that holds no secret, and the record is read by an operator who has none. Nothing is written.
 */
export function withStandIns(world: World, { config }: Overrides): World {
  const { env } = world;
  const path = resolve(world.cwd, config ?? env["HANDSTAMP_CONFIG"] ?? "handstamp.yaml");
  const text = world.readFile(path);
  const value = text === null ? undefined : readYaml(path, text).value;
  const read = Object.fromEntries(readIn(value, [], world));
  const all = { ...(hasProvider(value, env) ? {} : madeUpProvider(world)), ...read };
  return { ...world, env: { ...all, ...setIn(env) }, writePrivateFile: () => undefined };
}

/** An empty value counts as absent. */
const setIn = (env: Environment): Environment =>
  Object.fromEntries(Object.entries(env).filter(([, value]) => value));

/** The variables that a part of the file reads, each with a value of the right form. */
function readIn(value: unknown, at: readonly string[], world: World): [string, string][] {
  if (typeof value === "string") {
    const name = WHOLE.exec(value)?.[1];
    return name === undefined ? [] : [[name, standIn(at, world)]];
  }
  const inner = Array.isArray(value)
    ? value.entries()
    : Object.entries(isObject(value) ? value : {});
  return [...inner].flatMap(([key, part]) => readIn(part, [...at, String(key)], world));
}

/** In `providers/twilio/account_sid` an account SID, anywhere else what may be a secret. */
function standIn(at: readonly string[], { randomHex }: World): string {
  const [section, id, setting] = at.slice(-3);
  const provider = SERVER_PROVIDERS.find((each) => section === "providers" && each.id === id);
  return provider?.develop(randomHex)[setting ?? ""] ?? randomHex(64);
}

function hasProvider(value: unknown, env: Environment): boolean {
  const file = isObject(value) ? value : {};
  if ((file["providers"] ?? file["projects"]) !== undefined) return true;
  return SERVER_PROVIDERS.some(({ settings }) =>
    settings.some(({ use, env: names }) => use === "account" && names.some((name) => env[name])),
  );
}

/** Settings without any provider are no mistake yet: one is made up, and used for nothing. */
function madeUpProvider({ randomHex }: World): Environment {
  const [first] = SERVER_PROVIDERS;
  const made = first?.develop(randomHex) ?? {};
  const settings = first?.settings.filter(({ use }) => use !== "default") ?? [];
  return Object.fromEntries(settings.map(({ name, env }) => [env[0], made[name]]));
}
