/** Composes the service out of its rooms. Only here is a store, a clock or a source of chance chosen. */
import { PROVIDERS } from "@handstamp/core";
import type { FastifyBaseLogger, FastifyInstance, FastifyServerOptions } from "fastify";
import { countRefusals } from "../audit/refusals.ts";
import { bucketKey } from "../callers/index.ts";
import type { Config } from "../config/config.ts";
import { toFailure } from "../http/failure.ts";
import type { Operation } from "../http/operation.ts";
import { addOperations, refusedEarly } from "../http/router.ts";
import { createServer } from "../http/server.ts";
import type { Project } from "../issue/deps.ts";
import { freshDraw } from "../issue/draw.ts";
import { createIssuer, type Issuer } from "../issue/issue.ts";
import { type Limits, memoryLimits } from "../limits/limits.ts";
import type { Policy } from "../policy/index.ts";
import { createJournal, type Journal } from "../store/journal.ts";
import type { Store } from "../store/store.ts";
import { createMetrics, type Metrics } from "../watch/metrics.ts";
import { traceStep } from "../watch/trace.ts";
import { serviceEvent } from "./events.ts";
import { createIdentify } from "./identify.ts";
import { type Live, liveOf } from "./live.ts";
import { operationsOf } from "./operations.ts";
import { reloaderOf } from "./reload.ts";
import { keepStore } from "./retention.ts";
import { readSettings, type Settings } from "./settings.ts";
import { importKeys } from "./signing-keys.ts";
import { openStore } from "./store.ts";
import { uidsOf } from "./uids.ts";
import { answeredTo, deniedTo, keyAge, retentionLog, watchAll } from "./watched.ts";

export interface ServiceOptions {
  readonly logger?: FastifyServerOptions["logger"];
  /** Unix milliseconds. */
  readonly now?: () => number;
  /** A store of the caller's own making, instead of the one that the configuration names. */
  readonly store?: Store;
}

export interface Service {
  readonly app: FastifyInstance;
  readonly operations: readonly Operation[];
  readonly issuer: Issuer;
  readonly store: Store;
  /**
   * Puts another configuration in the place of the running one, all of it between two requests:
   * callers, policy, cors, trusted_proxies, limits, retention and log. The rest needs a restart. What
   * came of it is in the log and in the record.
   *
   * @param read reads it; undefined where there is nothing new
   * @returns the settings that differ and need a restart
   * @throws HandstampError `config_invalid`, or what `read` throws; then nothing has changed
   */
  reload(read: () => Config | undefined): Promise<readonly string[]>;
  /** Stops taking requests, finishes those in hand, writes what waits, closes what was opened. */
  close(): Promise<void>;
}

/**
 * The whole service, without a listener.
 *
 * @throws HandstampError `config_invalid`, `config_missing`, `store_unavailable`
 */
export async function createService(
  config: Config,
  options: ServiceOptions = {},
): Promise<Service> {
  const settings = readSettings(config);
  const store = options.store ?? (await openStore(config));
  try {
    return await serviceOn(store, config, settings, options);
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function serviceOn(
  store: Store,
  config: Config,
  settings: Settings,
  options: ServiceOptions,
): Promise<Service> {
  const now = options.now ?? Date.now;
  const seconds = () => Math.floor(now() / 1000);
  await importKeys(config, store, seconds());
  const metrics = createMetrics();
  const limits = memoryLimits(settings.rates, () => performance.now() / 1000);
  const live = liveOf(settings, (next) =>
    createIdentify({
      settings: next,
      config,
      store,
      limits,
      now: seconds,
      log: (detail) => app.log.warn({ detail }, "callers"),
    }),
  );
  const app = await createServer({
    cors: () => live.settings.cors,
    trusts: (address) => live.settings.trusts(address),
    logger: options.logger ?? false,
    unmatched: (request, error) =>
      answered(refusedEarly("unmatched", request, toFailure(error, request.id))),
  });
  app.server.maxConnections = settings.connections;
  const journal = journalOf(store, metrics, app.log);
  const refusals = countRefusals(journal, now);
  const answered = answeredTo(metrics, refusals, app.log);
  const issuer = issuerOf({ config, live, store, journal, limits, metrics, now });
  const keeper = keepStore({
    store,
    journal,
    now,
    retention: () => live.settings.retention,
    log: retentionLog(app.log),
  });
  const state = { stopping: false };
  const isReady = () => !state.stopping && journal.ready();
  watchAll({ metrics, journal, limits, app, isReady, keyAge: keyAge(config, store, seconds) });
  const operations = operationsOf({
    config,
    issuer,
    store,
    journal,
    metrics,
    policies: live.policies,
    isReady,
    now,
  });
  addOperations(app, operations, {
    authenticate: (presented) => live.identify.authenticate(presented),
    authenticateGuest: () => live.identify.authenticateGuest,
    answered,
    denied: deniedTo(journal, now),
  });
  await app.ready();
  await journal.record(serviceEvent("service.started", now(), { config: config.digest }));
  return {
    app,
    operations,
    issuer,
    store,
    reload: reloaderOf({ config, live, limits, metrics, journal, now, app }),
    async close() {
      state.stopping = true;
      await app.close();
      await keeper.close();
      await refusals.close();
      await journal.record(serviceEvent("service.stopped", now(), {})).catch(() => undefined);
      await journal.close();
      await live.identify.close();
      await store.close();
    },
  };
}

function journalOf(store: Store, metrics: Metrics, log: FastifyBaseLogger): Journal {
  return createJournal({
    store,
    onCommit: (entries, milliseconds) => metrics.committed(entries, milliseconds / 1000),
    onHealth: (ready, reason) =>
      ready
        ? log.warn("the store takes writes again")
        : log.error({ code: reason?.code, detail: reason?.detail }, String(reason?.message)),
  });
}

interface IssuerParts {
  readonly config: Config;
  readonly live: Live;
  readonly store: Store;
  readonly journal: Journal;
  readonly limits: Limits;
  readonly metrics: Metrics;
  /** Unix milliseconds. */
  readonly now: () => number;
}

function issuerOf({ config, live, store, journal, limits, metrics, now }: IssuerParts): Issuer {
  return createIssuer({
    providers: PROVIDERS,
    projects: projectsOf(config, live.policies),
    journal,
    store,
    now,
    draw: () => freshDraw(Math.floor(now() / 1000)),
    uidOf: uidsOf(store, journal, now),
    limits: async (project, identity) => {
      await limits.take("identity", `${project}\n${bucketKey(identity)}`);
      await limits.take("project", project);
    },
    watch: {
      issued: (provider, products) => metrics.issued(provider, products),
      step: traceStep,
    },
  });
}

function projectsOf(
  config: Config,
  policies: ReadonlyMap<string, Policy>,
): ReadonlyMap<string, Project> {
  return new Map(
    config.projects.map(({ name, providers }) => [
      name,
      {
        name,
        providers,
        policy: () => policies.get(name) as Policy,
      },
    ]),
  );
}
