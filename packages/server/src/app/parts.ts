/** The parts that the service is made of. Only here is a clock or a source of chance chosen. */
import { PROVIDERS } from "@handstamp/core";
import type { FastifyBaseLogger, FastifyInstance } from "fastify";
import { countRefusals, type RefusalCounter } from "../audit/refusals.ts";
import { bucketKey } from "../callers/index.ts";
import type { Config } from "../config/config.ts";
import { toFailure } from "../http/failure.ts";
import { type Answered, refusedEarly } from "../http/router.ts";
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
import { createIdentify } from "./identify.ts";
import { type Live, liveOf } from "./live.ts";
import type { ServiceOptions } from "./service.ts";
import type { Settings } from "./settings.ts";
import { importKeys } from "./signing-keys.ts";
import { uidsOf } from "./uids.ts";
import { answeredTo } from "./watched.ts";

export interface Parts {
  readonly config: Config;
  readonly store: Store;
  readonly live: Live;
  readonly app: FastifyInstance;
  readonly journal: Journal;
  readonly issuer: Issuer;
  readonly limits: Limits;
  readonly metrics: Metrics;
  readonly refusals: RefusalCounter;
  /** Told of every answer. */
  readonly answered: (answered: Answered) => void;
  /** Unix milliseconds. */
  readonly now: () => number;
}

/** @throws HandstampError `config_invalid`, `store_unavailable` */
export async function partsOf(
  config: Config,
  settings: Settings,
  store: Store,
  options: ServiceOptions,
): Promise<Parts> {
  const now = options.now ?? Date.now;
  const seconds = () => Math.floor(now() / 1000);
  await importKeys(config, store, seconds());
  const metrics = createMetrics();
  const limits = memoryLimits(settings.rates, () => performance.now() / 1000);
  const live = liveOf(settings, (next) => {
    const { verifiedJwts } = options;
    const log = (detail: string) => app.log.warn({ detail }, "callers");
    return createIdentify({
      settings: next,
      config,
      store,
      limits,
      now: seconds,
      log,
      verifiedJwts,
    });
  });
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
  const common = { config, store, live, journal, limits, metrics, now };
  return { ...common, app, refusals, answered, issuer: issuerOf(common) };
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

function issuerOf({
  config,
  live,
  store,
  journal,
  limits,
  metrics,
  now,
}: Omit<Parts, "app" | "issuer" | "refusals" | "answered">): Issuer {
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
      { name, providers, policy: () => policies.get(name) as Policy },
    ]),
  );
}
