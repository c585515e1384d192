/** Another configuration in the place of the running one: all of it or nothing. */
import { HandstampError, isHandstampError } from "@handstamp/protocol";
import type { FastifyInstance } from "fastify";
import type { Config, ProviderConfig } from "../config/config.ts";
import type { Limits } from "../limits/limits.ts";
import type { Journal } from "../store/journal.ts";
import type { Entry } from "../store/store.ts";
import type { Metrics } from "../watch/metrics.ts";
import { serviceEvent } from "./events.ts";
import type { Live } from "./live.ts";
import { readSettings } from "./settings.ts";

export interface ReloadParts {
  /** What the service was started with. */
  readonly config: Config;
  readonly live: Live;
  readonly limits: Limits;
  readonly metrics: Metrics;
  readonly journal: Pick<Journal, "record">;
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly app: FastifyInstance;
}

/** See `Service.reload`. */
export function reloaderOf(parts: ReloadParts) {
  return async (read: () => Config | undefined): Promise<readonly string[]> => {
    let next: Config | undefined;
    try {
      next = read();
      if (!next) return [];
      exchange(parts, next);
    } catch (error) {
      await tellRefused(parts, error);
      throw error;
    }
    const restart = needRestart(parts.config, next);
    await tellLoaded(parts, next, restart);
    return restart;
  };
}

/** Everything that can fail comes before the first change. */
function exchange({ config, live, limits, app }: ReloadParts, next: Config): void {
  refuseOtherKind(config, next);
  const settings = readSettings(next);
  try {
    live.replace(settings);
  } catch (error) {
    throw next.place(error);
  }
  limits.change(settings.rates);
  app.log.level = settings.logLevel;
  app.server.maxConnections = settings.connections;
}

/** A file that has gone must not turn a service with callers and a policy into one without. */
function refuseOtherKind(started: Config, next: Config): void {
  if (next.mode !== started.mode)
    throw new HandstampError(
      "config_invalid",
      `HANDSTAMP_MODE would change from ${started.mode} to ${next.mode}: restart for that.`,
    );
  if (next.file !== started.file)
    throw new HandstampError(
      "config_missing",
      `The configuration was read from ${started.file}, and is not there: restart to use another.`,
    );
}

/** What the running service is made of. Secrets are compared and never named. */
const FIXED: Readonly<Record<string, (config: Config) => unknown>> = {
  host: ({ host }) => host,
  port: ({ port }) => port,
  data: ({ dataDir }) => dataDir,
  store: ({ store }) => (store.kind === "sqlite" ? store.path : store.url.reveal()),
  projects: ({ projects }) => projects.map(({ name }) => name),
  providers: ({ projects }) =>
    projects.map(({ providers }) => Object.entries(providers).map(revealed)),
};

function revealed([name, provider]: [string, ProviderConfig | undefined]): unknown {
  if (!provider) return name;
  const { key, settings, operation } = provider;
  const credentials = Object.entries(operation).map(([id, secret]) => [id, secret.reveal()]);
  return [name, key.account, key.id, key.secret.reveal(), settings, credentials];
}

function needRestart(started: Config, next: Config): readonly string[] {
  return Object.entries(FIXED)
    .filter(([, of]) => JSON.stringify(of(started)) !== JSON.stringify(of(next)))
    .map(([name]) => name);
}

async function tellLoaded(
  parts: ReloadParts,
  { digest }: Config,
  restart: readonly string[],
): Promise<void> {
  const { app, metrics, now } = parts;
  metrics.reloaded("loaded");
  app.log.warn({ config: digest }, "the configuration was loaded again");
  if (restart.length > 0)
    app.log.warn({ settings: restart }, "these settings have changed and need a restart");
  await note(parts, serviceEvent("policy.loaded", now(), { config: digest, restart }));
}

/** Messages of the configuration name settings and places, never a value. */
async function tellRefused(parts: ReloadParts, error: unknown): Promise<void> {
  const { app, metrics, now } = parts;
  metrics.reloaded("refused");
  const [code, reason] = isHandstampError(error)
    ? [error.code, error.message]
    : ["internal", "unforeseen failure"];
  app.log.error({ code, reason }, "the configuration was not loaded; the one before it stays");
  // The record is kept for years: the names that somebody mistyped are for the log alone.
  await note(parts, serviceEvent("operation.refused", now(), { operation: "reload", code }));
}

/** A reload counts even where it cannot be recorded: it may be the one that takes rights away. */
async function note({ journal, app }: ReloadParts, entry: Entry): Promise<void> {
  try {
    await journal.record(entry);
  } catch (error) {
    const code = isHandstampError(error) ? error.code : "internal";
    app.log.error({ code }, "a reload could not be recorded");
  }
}
