import { isObject, type JsonObject, suggest } from "@handstamp/protocol";
import { keyOf, type ServerProvider, type Setting, type Values } from "../providers/provider.ts";
import { Secret } from "../secret.ts";
import type { ProjectConfig, ProviderConfig } from "./config.ts";
import { complaint, type Environment, lookUp } from "./environment.ts";
import type { Problems } from "./problems.ts";

/**
 * Reads one project's providers. What the file says wins; the environment fills what it leaves out.
 * A provider of which nothing is set is not configured; one of which a part is set is a problem.
 */
export function readProject(
  name: string,
  section: JsonObject,
  env: Environment,
  providers: readonly ServerProvider[],
  problems: Problems,
): ProjectConfig {
  const known = providers.map(({ id }) => id);
  for (const key of Object.keys(section))
    if (!known.includes(key as never))
      problems.add(`/providers/${key}`, `is not known${suggest(key, known)}`);
  const configured = providers.flatMap((provider) => {
    const values = readValues(provider, section[provider.id], env, problems);
    return isComplete(provider, values, problems)
      ? [[provider.id, assemble(provider, values)] as const]
      : [];
  });
  return { name, providers: Object.fromEntries(configured) };
}

function readValues(
  provider: ServerProvider,
  section: unknown,
  env: Environment,
  problems: Problems,
): Values {
  const given = isObject(section) ? section : {};
  const names = provider.settings.map(({ name }) => name);
  for (const key of Object.keys(given))
    if (!names.includes(key))
      problems.add(`/providers/${provider.id}/${key}`, `is not known${suggest(key, names)}`);
  const values: Record<string, string> = {};
  for (const setting of provider.settings) {
    const found = readOne(provider, setting, given, env, problems);
    if (!found) continue;
    const wrong = complaint(setting, found.value);
    if (wrong) problems.add(found.name, wrong);
    values[setting.name] = found.value;
  }
  return values;
}

function readOne(
  provider: ServerProvider,
  setting: Setting,
  given: Record<string, unknown>,
  env: Environment,
  problems: Problems,
) {
  const value = given[setting.name];
  if (value === undefined) return lookUp(env, setting.env, problems);
  return {
    name: `/providers/${provider.id}/${setting.name}`,
    value: typeof value === "string" ? value : JSON.stringify(value),
  };
}

function isComplete(provider: ServerProvider, values: Values, problems: Problems): boolean {
  const needed = provider.settings.filter(({ use }) => use === "account" || use.startsWith("key_"));
  const present = needed.filter(({ name }) => values[name] !== undefined);
  if (present.length === 0) return false;
  for (const { name, env, hint } of needed)
    if (values[name] === undefined)
      problems.add(
        env[0],
        `is missing, and ${present.map((p) => p.env[0]).join(" and ")} ${present.length > 1 ? "are" : "is"} set; it must be ${hint}`,
        "config_missing",
      );
  return true;
}

/** Splits the checked values into the key, the defaults and the credentials for calls. */
export function assemble(provider: ServerProvider, values: Values): ProviderConfig {
  const key = keyOf(provider, values);
  const of = (use: Setting["use"]) =>
    provider.settings.flatMap(({ name, use: own }) => {
      const value = values[name];
      return own === use && value !== undefined ? [[name, value] as const] : [];
    });
  return {
    key: { account: key.account, id: key.id, secret: new Secret(key.secret) },
    settings: Object.fromEntries(of("default")),
    operation: Object.fromEntries(
      of("operation").map(([name, value]) => [name, new Secret(value)]),
    ),
  };
}
