/** Composes the service out of its rooms. Only here is a store, a clock or a source of callers chosen. */

import { PROVIDERS, systemRandom } from "@handstamp/core";
import { HandstampError } from "@handstamp/protocol";
import type { FastifyInstance, FastifyServerOptions } from "fastify";
import type { Caller, Presented } from "../callers/caller.ts";
import { openCaller, openGuard } from "../callers/open.ts";
import type { Config } from "../config/config.ts";
import type { Operation } from "../http/operation.ts";
import { addOperations } from "../http/router.ts";
import { createServer } from "../http/server.ts";
import type { Project } from "../issue/deps.ts";
import { allowEverything } from "../issue/everything.ts";
import { createIssuer, type Issuer } from "../issue/issue.ts";
import type { Journal } from "../issue/journal.ts";
import { SERVER_PROVIDERS } from "../providers/table.ts";
import { healthOperations } from "../routes/health.ts";
import { openApiOperation } from "../routes/openapi.ts";

export interface ServiceOptions {
  readonly logger?: FastifyServerOptions["logger"];
  /** Unix seconds. */
  readonly now?: () => number;
}

export interface Service {
  readonly app: FastifyInstance;
  readonly operations: readonly Operation[];
  readonly issuer: Issuer;
  /** Stops taking requests, finishes those in hand, closes what was opened. */
  close(): Promise<void>;
}

/** The whole service, without a listener. */
export async function createService(
  config: Config,
  options: ServiceOptions = {},
): Promise<Service> {
  const state = { stopping: false };
  const issuer = createIssuer({
    providers: PROVIDERS,
    projects: projectsOf(config),
    journal: forgetfulJournal,
    now: options.now ?? (() => Math.floor(Date.now() / 1000)),
    random: systemRandom,
    jitter: Math.random,
    uidOf: () => 0,
  });
  const operations = operationsOf(config, issuer, () => !state.stopping);
  const app = await createServer({
    corsOrigins: config.corsOrigins,
    allowLoopbackOrigins: config.mode === "development",
    logger: options.logger ?? false,
  });
  addOperations(app, operations, { authenticate: authenticator(config) });
  return {
    app,
    operations,
    issuer,
    async close() {
      state.stopping = true;
      await app.close();
    },
  };
}

function operationsOf(
  config: Config,
  issuer: Issuer,
  isReady: () => boolean,
): readonly Operation[] {
  const configured = new Set(config.projects.flatMap(({ providers }) => Object.keys(providers)));
  const dropIns = SERVER_PROVIDERS.filter(({ id }) => configured.has(id)).flatMap(({ dropIn }) =>
    dropIn(issuer),
  );
  const operations = [...healthOperations(isReady), ...dropIns];
  return [...operations, openApiOperation(() => operations)];
}

function projectsOf(config: Config): ReadonlyMap<string, Project> {
  const decide = allowEverything(PROVIDERS);
  return new Map(
    config.projects.map(({ name, providers }) => [
      name,
      { name, providers: providers as Project["providers"], decide } satisfies Project,
    ]),
  );
}

function authenticator(config: Config): (presented: Presented) => Caller {
  const project = config.projects[0]?.name ?? "default";
  if (config.mode !== "development")
    return () => {
      throw new HandstampError("unauthenticated", "A credential is needed.");
    };
  return (presented) => {
    openGuard(presented);
    return openCaller(project);
  };
}

/** Until the record exists: nothing is written down. */
const forgetfulJournal: Journal = { issued: async () => {}, refused: async () => {} };
