/** From the environment and `handstamp.yaml` to a frozen {@link Config}. The only reader of both. */

import { isAbsolute, join, resolve } from "node:path";
import {
  HandstampError,
  isHandstampError,
  isObject,
  type JsonObject,
  s,
  suggest,
} from "@handstamp/protocol";
import type { ServerProvider } from "../providers/provider.ts";
import { Secret } from "../secret.ts";
import type { Config, Mode, ProjectConfig, StoreConfig } from "./config.ts";
import { developProject } from "./development.ts";
import { type Environment, findMisspelt, lookUp, VARIABLES } from "./environment.ts";
import { type ConfigFile, placed, readConfigFile } from "./file.ts";
import { Problems } from "./problems.ts";
import { readProject } from "./project.ts";
import type { World } from "./world.ts";

/** What the command line may set over the environment. */
export interface Overrides {
  readonly config?: string;
  readonly host?: string;
  readonly port?: number;
  readonly data?: string;
  readonly mode?: string;
}

/**
 * Reads everything that the service runs on.
 *
 * @throws HandstampError `config_missing`, `config_invalid` or `config_conflict`; its message names
 * every setting that is wrong, one a line, and never a value
 * @example
 * const config = loadConfig(nodeWorld(), SERVER_PROVIDERS, { port: 0 });
 */
export function loadConfig(
  world: World,
  providers: readonly ServerProvider[],
  overrides: Overrides = {},
): Config {
  const problems = new Problems();
  const env = withOverrides(world.env, overrides);
  const file = findFile(world, env, overrides);
  const base = readBase(env, world.cwd, problems);
  findMisspelt(
    env,
    providers.flatMap(({ settings }) => settings),
    problems,
  );
  const projects = readProjects(env, file, providers, problems);
  problems.throwIfAny();
  const mode = base.mode ?? (projects.some(hasProviders) || file ? "production" : "development");
  const notices: string[] = mode === "development" ? exposure(base.host) : [];
  const complete =
    mode === "development"
      ? developMissing(world, base.dataDir, projects, providers, notices)
      : projects;
  if (mode === "production") refuseUnready(file, complete);
  return Object.freeze({
    ...base,
    mode,
    projects: complete,
    file: file?.path ?? null,
    digest: file?.digest ?? null,
    place: placer(file),
    notices,
    sections: file?.value ?? {},
  });
}

function placer(file: ConfigFile | null): Config["place"] {
  return (error) =>
    file && isHandstampError(error) && error.fields.length > 0
      ? placed(error.fields, file.path, file.where)
      : error;
}

function withOverrides(env: Environment, given: Overrides): Environment {
  return {
    ...env,
    ...(given.host === undefined ? {} : { HOST: given.host }),
    ...(given.port === undefined ? {} : { PORT: String(given.port), SERVER_PORT: undefined }),
    ...(given.data === undefined ? {} : { HANDSTAMP_DATA: given.data }),
    ...(given.mode === undefined ? {} : { HANDSTAMP_MODE: given.mode }),
  };
}

/** Development mode is for this machine: what another one can reach is said, in capitals. */
function exposure(host: string): string[] {
  if (/^(127(\.\d{1,3}){3}|::1|localhost)$/i.test(host)) return [];
  return [
    `HOST ${host} IS OPEN TO OTHER MACHINES. Their requests without a credential are refused; for a phone, make an API token.`,
  ];
}

const hasProviders = (project: ProjectConfig): boolean => Object.keys(project.providers).length > 0;

/** The sections of the file; the published JSON Schema has the same. */
export const SECTIONS = s.object({
  providers: s.optional(s.json()),
  callers: s.optional(s.list(s.json())),
  policy: s.optional(s.list(s.json())),
  projects: s.optional(s.record(s.json())),
  shared_identities: s.optional(s.boolean()),
  cors: s.optional(s.object({ allow_origin: s.optional(s.list(s.text())) })),
  trusted_proxies: s.optional(s.list(s.text())),
  limits: s.optional(s.json()),
  retention: s.optional(s.json()),
  log: s.optional(s.json()),
});

function findFile(world: World, env: Environment, overrides: Overrides): ConfigFile | null {
  const named = overrides.config ?? env[VARIABLES.config[0]];
  const path = resolve(world.cwd, named ?? "handstamp.yaml");
  const text = world.readFile(path);
  if (text === null && named)
    throw new HandstampError(
      "config_missing",
      `HANDSTAMP_CONFIG names a file that cannot be read: ${path}`,
    );
  if (text === null) return null;
  const file = readConfigFile(path, text, env);
  try {
    s.parse(SECTIONS, file.value);
  } catch (error) {
    if (error instanceof HandstampError) throw placed(error.fields, path, file.where);
    throw error;
  }
  return file;
}

function readBase(env: Environment, cwd: string, problems: Problems) {
  const dataDir = resolve(cwd, lookUp(env, VARIABLES.data, problems)?.value ?? ".handstamp");
  return {
    mode: readMode(env, problems),
    host: lookUp(env, VARIABLES.host, problems)?.value ?? "127.0.0.1",
    port: readPort(env, problems),
    dataDir,
    store: readStore(env, dataDir, cwd, problems),
    corsOrigins: readOrigins(env, problems),
  };
}

function readMode(env: Environment, problems: Problems): Mode | undefined {
  const found = lookUp(env, VARIABLES.mode, problems);
  if (!found || found.value === "development" || found.value === "production")
    return found?.value as Mode;
  problems.add(
    found.name,
    `must be development or production${suggest(found.value, ["development", "production"])}`,
  );
  return undefined;
}

function readPort(env: Environment, problems: Problems): number {
  const found = lookUp(env, VARIABLES.port, problems);
  if (!found) return 8080;
  const port = Number(found.value);
  if (/^\d{1,5}$/.test(found.value) && port <= 65535) return port;
  problems.add(found.name, "must be a port: a whole number from 0 to 65535");
  return 8080;
}

function readStore(
  env: Environment,
  dataDir: string,
  cwd: string,
  problems: Problems,
): StoreConfig {
  const own = lookUp(env, VARIABLES.store, problems);
  const shared = env["DATABASE_URL"];
  const isPostgres = (url: string) => /^postgres(ql)?:\/\//.test(url);
  if (own && isPostgres(own.value)) return { kind: "postgres", url: new Secret(own.value) };
  if (own?.value.startsWith("sqlite:")) {
    const path = own.value.slice("sqlite:".length);
    return { kind: "sqlite", path: isAbsolute(path) ? path : join(cwd, path) };
  }
  if (own) problems.add(own.name, "must be sqlite:<path> or postgres://...");
  if (!own && shared && isPostgres(shared)) return { kind: "postgres", url: new Secret(shared) };
  return { kind: "sqlite", path: join(dataDir, "handstamp.db") };
}

function readOrigins(env: Environment, problems: Problems): readonly string[] {
  const found = lookUp(env, VARIABLES.cors, problems);
  const origins = (found?.value ?? "")
    .split(",")
    .map((origin) => origin.trim())
    .filter(Boolean);
  for (const origin of origins)
    if (origin !== "*" && !isOrigin(origin))
      problems.add(
        VARIABLES.cors[0],
        "must list exact origins such as https://app.example.com, without a path",
      );
  if (origins.includes("*") && origins.length > 1)
    problems.add(VARIABLES.cors[0], "holds * beside other origins: keep one or the other");
  return origins;
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text;
}

function readProjects(
  env: Environment,
  file: ConfigFile | null,
  providers: readonly ServerProvider[],
  problems: Problems,
): ProjectConfig[] {
  const named = file?.value["projects"];
  if (!isObject(named)) {
    const section = (file?.value["providers"] ?? {}) as JsonObject;
    return [readProject("default", section, env, providers, problems)];
  }
  return Object.entries(named).map(([name, project]) => {
    const section = isObject(project) ? (project["providers"] ?? {}) : {};
    return readProject(name, section as JsonObject, {}, providers, problems);
  });
}

function developMissing(
  world: World,
  dataDir: string,
  projects: readonly ProjectConfig[],
  providers: readonly ServerProvider[],
  notices: string[],
): readonly ProjectConfig[] {
  if (projects.some(hasProviders)) return projects;
  const made = developProject(world, dataDir, providers);
  notices.push(
    `The keys are made up and kept in ${made.path}: tokens are well formed, but no provider knows them.`,
  );
  return [made.project];
}

function refuseUnready(file: ConfigFile | null, projects: readonly ProjectConfig[]): void {
  if (!projects.some(hasProviders))
    throw new HandstampError(
      "config_missing",
      "No provider is configured: set TWILIO_ACCOUNT_SID, TWILIO_API_KEY and TWILIO_API_SECRET, or " +
        "AGORA_APP_ID and AGORA_APP_CERTIFICATE, or `providers` in handstamp.yaml.",
    );
  const hasCallers = file && (file.value["callers"] ?? file.value["projects"]);
  if (!hasCallers)
    throw new HandstampError(
      "config_missing",
      "callers is missing: with real credentials the service must know who may ask for tokens. " +
        "`npx handstamp init` writes a handstamp.yaml with callers and a policy; to try it on this machine " +
        "alone, set HANDSTAMP_MODE=development.",
    );
}
