import { suggest } from "@handstamp/protocol";
import type { Setting } from "../providers/provider.ts";
import type { Problems } from "./problems.ts";

/** The process's variables, or a test's. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The service's own variables, each with its other names. */
export const VARIABLES = {
  port: ["PORT", "SERVER_PORT"],
  host: ["HOST"],
  config: ["HANDSTAMP_CONFIG"],
  store: ["HANDSTAMP_STORE"],
  databaseUrl: ["DATABASE_URL"],
  data: ["HANDSTAMP_DATA"],
  masterKey: ["HANDSTAMP_MASTER_KEY"],
  masterKeyFile: ["HANDSTAMP_MASTER_KEY_FILE"],
  mode: ["HANDSTAMP_MODE"],
  cors: ["CORS_ALLOW_ORIGIN"],
  token: ["HANDSTAMP_TOKEN"],
} as const satisfies Record<string, readonly [string, ...string[]]>;

/** A variable's value and the name it was found under; an empty value counts as absent. */
export interface Found {
  readonly name: string;
  readonly value: string;
}

/** Looks a setting up under all its names; two that disagree are a problem that names both. */
export function lookUp(
  env: Environment,
  names: readonly string[],
  problems: Problems,
): Found | undefined {
  const found = names.flatMap((name) => (env[name] ? [{ name, value: env[name] }] : []));
  const first = found[0];
  const other = found.find(({ value }) => value !== first?.value);
  if (first && other)
    problems.add(
      first.name,
      `and ${other.name} are two names for one setting and have different values: keep one`,
      "config_conflict",
    );
  return first;
}

const PLACEHOLDER = /^(your|my|change|example|placeholder|insert|todo)[-_ ]|^[<[{]|x{8}|(.)\2{15}/i;

/** Says what is wrong with a setting's value, in words that do not hold it. */
export function complaint(setting: Setting, value: string): string | undefined {
  if (value !== value.trim() || /\s/.test(value)) return "holds white space: remove it";
  if (/^["'].*["']$/.test(value)) return "holds its own quotation marks: remove them";
  if (PLACEHOLDER.test(value.replace(/^(AC|SK|IS|AP|CR|VS)/, "")))
    return `is still a placeholder; it must be ${setting.hint}`;
  return setting.pattern.test(value) ? undefined : `must be ${setting.hint}`;
}

const PREFIXES = ["TWILIO", "TWIML", "AGORA", "HANDSTAMP"];

/** Finds variables that look like ours with a letter wrong: they would be ignored in silence. */
export function findMisspelt(
  env: Environment,
  settings: readonly Setting[],
  problems: Problems,
): void {
  const known = [...Object.values(VARIABLES), ...settings.map(({ env: names }) => names)].flat();
  const ours = known.filter((name) => PREFIXES.includes(prefixOf(name)));
  for (const name of Object.keys(env)) {
    if (known.includes(name) || !env[name] || !isNear(prefixOf(name), PREFIXES)) continue;
    if (isNear(name, ours)) problems.add(name, `is not a setting${suggest(name, ours)}`);
  }
}

/** What stands before the first underscore; nothing where there is none. */
function prefixOf(name: string): string {
  return name.slice(0, Math.max(0, name.indexOf("_")));
}

/** The name itself or one at most two letters away. */
function isNear(name: string, known: readonly string[]): boolean {
  return suggest(name, known).includes("did you mean");
}
