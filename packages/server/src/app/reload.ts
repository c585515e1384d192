/** Another configuration in the place of the running one: all of it or nothing. */
import { isHandstampError } from "@handstamp/protocol";
import type { FastifyInstance } from "fastify";
import type { Config, ProviderConfig } from "../config/config.ts";
import type { Limits } from "../limits/limits.ts";
import type { Journal } from "../store/journal.ts";
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
  const { config: started, live, limits, metrics, app } = parts;
  return async (next: Config): Promise<readonly string[]> => {
    const settings = readSettings(next);
    try {
      live.replace(settings);
    } catch (error) {
      throw next.place(error);
    }
    limits.change(settings.rates);
    app.log.level = settings.logLevel;
    app.server.maxConnections = settings.connections;
    metrics.reloaded("loaded");
    const restart = needRestart(started, next);
    await tellLoaded(parts, next, restart);
    return restart;
  };
}

/** What the running service is made of. Secrets are compared and never named. */
const FIXED: Readonly<Record<string, (config: Config) => unknown>> = {
  mode: ({ mode }) => mode,
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
  { journal, now, app: { log } }: ReloadParts,
  { digest }: Config,
  restart: readonly string[],
): Promise<void> {
  log.warn({ config: digest }, "the configuration was loaded again");
  if (restart.length > 0)
    log.warn({ settings: restart }, "these settings have changed and need a restart");
  try {
    await journal.record(serviceEvent("policy.loaded", now(), { config: digest, restart }));
  } catch (error) {
    // It counts all the same: it may be the one that takes rights away.
    const code = isHandstampError(error) ? error.code : "internal";
    log.error({ code }, "that the configuration was loaded could not be recorded");
  }
}
