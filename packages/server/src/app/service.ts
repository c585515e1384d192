/** Composes the service out of its rooms. Only here is a store, a clock or a source of chance chosen. */
import { PROVIDERS } from "@handstamp/core";
import type { FastifyInstance, FastifyServerOptions } from "fastify";
import { bucketKey } from "../callers/index.ts";
import type { Config } from "../config/config.ts";
import type { Operation } from "../http/operation.ts";
import { type Answered, addOperations } from "../http/router.ts";
import { createServer } from "../http/server.ts";
import type { Project } from "../issue/deps.ts";
import { freshDraw } from "../issue/draw.ts";
import { createIssuer, type Issuer } from "../issue/issue.ts";
import { memoryLimits, readLimits } from "../limits/limits.ts";
import type { Policy } from "../policy/index.ts";
import { createJournal, type Journal } from "../store/journal.ts";
import type { Store } from "../store/store.ts";
import { createMetrics, type Metrics } from "../watch/metrics.ts";
import { createIdentify } from "./identify.ts";
import { operationsOf } from "./operations.ts";
import { type ProjectRules, readRules } from "./projects.ts";
import { importKeys } from "./signing-keys.ts";
import { openStore } from "./store.ts";
import { uidsOf } from "./uids.ts";

export interface ServiceOptions {
  readonly logger?: FastifyServerOptions["logger"];
  /** Unix milliseconds. */
  readonly now?: () => number;
}

export interface Service {
  readonly app: FastifyInstance;
  readonly operations: readonly Operation[];
  readonly issuer: Issuer;
  readonly store: Store;
  /** Reads the policy again; an invalid one changes nothing. @throws HandstampError `config_invalid` */
  reload(config: Config): void;
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
  const now = options.now ?? Date.now;
  const seconds = () => Math.floor(now() / 1000);
  const rules = readRules(config);
  const rates = readRates(config);
  const store = await openStore(config);
  await importKeys(config, store, seconds());
  const metrics = createMetrics();
  const app = await createServer({
    corsOrigins: config.corsOrigins,
    allowLoopbackOrigins: config.mode === "development",
    logger: options.logger ?? false,
  });
  const journal = journalOf(store, metrics, app);
  const limits = memoryLimits(rates);
  const identify = createIdentify({
    config,
    rules,
    store,
    limits,
    now: seconds,
    log: (detail) => app.log.warn({ detail }, "callers"),
  });
  const policies = new Map(rules.map(({ project, policy }) => [project, policy]));
  const issuer = createIssuer({
    providers: PROVIDERS,
    projects: projectsOf(config, policies),
    journal,
    store,
    now,
    draw: () => freshDraw(seconds()),
    uidOf: uidsOf(store, journal, now),
    limits: limitsOf(limits),
    watch: metrics,
  });
  const state = { stopping: false };
  const isReady = () => !state.stopping && journal.ready();
  metrics.watch("ready", () => Number(isReady()));
  metrics.watch("queue_depth", () => journal.depth());
  const operations = operationsOf({
    config,
    issuer,
    store,
    journal,
    metrics,
    policies,
    isReady,
    now,
  });
  addOperations(app, operations, { ...identify, answered: answeredTo(metrics) });
  return {
    app,
    operations,
    issuer,
    store,
    reload: (next) => replacePolicies(policies, readRules(next)),
    async close() {
      state.stopping = true;
      await app.close();
      await journal.close();
      await identify.authenticator.close();
      await store.close();
    },
  };
}

function readRates(config: Config) {
  try {
    return readLimits(config.sections["limits"]);
  } catch (error) {
    throw config.place(error);
  }
}

function journalOf(store: Store, metrics: Metrics, app: FastifyInstance): Journal {
  return createJournal({
    store,
    onCommit: (entries, milliseconds) => metrics.committed(entries, milliseconds / 1000),
    onHealth: (ready, reason) =>
      ready
        ? app.log.warn("the store takes writes again")
        : app.log.error(
            { code: reason?.code, detail: reason?.detail },
            "the store cannot be written",
          ),
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
        providers: providers as Project["providers"],
        policy: () => policies.get(name) as Policy,
      },
    ]),
  );
}

function replacePolicies(policies: Map<string, Policy>, rules: readonly ProjectRules[]): void {
  for (const { project, policy } of rules) if (policies.has(project)) policies.set(project, policy);
}

function limitsOf(limits: ReturnType<typeof memoryLimits>) {
  return async (project: string, identity: string): Promise<void> => {
    await limits.take("identity", `${project}\n${bucketKey(identity)}`);
    await limits.take("project", project);
  };
}

function answeredTo(metrics: Metrics): (answered: Answered) => void {
  return ({ route, status, code, seconds }) => {
    metrics.answered(route, status, seconds);
    if (code !== undefined) metrics.refused(code);
  };
}
