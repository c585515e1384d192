import { randomBytes } from "node:crypto";
import type { ProviderId } from "@handstamp/protocol";
import { type Config, revealKey } from "../config/config.ts";
import type { Operation } from "../http/operation.ts";
import type { Issuer } from "../issue/issue.ts";
import type { Policy } from "../policy/index.ts";
import { SERVER_PROVIDERS } from "../providers/table.ts";
import { readAudit } from "../routes/audit/read.ts";
import { createCaller } from "../routes/callers/create.ts";
import { deleteCaller } from "../routes/callers/delete.ts";
import { listCallers } from "../routes/callers/list.ts";
import { healthOperations } from "../routes/health.ts";
import { inspectToken } from "../routes/inspect/inspect.ts";
import { metricsOperation } from "../routes/metrics.ts";
import { openApiOperation } from "../routes/openapi.ts";
import { testPolicy } from "../routes/policy/decide.ts";
import { createToken } from "../routes/tokens/create.ts";
import { readTokens } from "../routes/tokens/read.ts";
import type { Journal } from "../store/journal.ts";
import type { Store } from "../store/store.ts";
import type { Metrics } from "../watch/metrics.ts";

export interface OperationDeps {
  readonly config: Config;
  readonly issuer: Issuer;
  readonly store: Store;
  readonly journal: Journal;
  readonly metrics: Metrics;
  readonly policies: ReadonlyMap<string, Policy>;
  readonly isReady: () => boolean;
  /** Unix milliseconds. */
  readonly now: () => number;
}

/** Every route that this service has, as one list. */
export function operationsOf(deps: OperationDeps): readonly Operation[] {
  const { config, issuer, metrics, isReady } = deps;
  const configured = new Set(config.projects.flatMap(({ providers }) => Object.keys(providers)));
  const dropIns = SERVER_PROVIDERS.filter(({ id }) => configured.has(id));
  const operations: readonly Operation[] = [
    ...healthOperations(isReady),
    metricsOperation(metrics),
    createToken(issuer),
    ...nativeOperations(deps),
    ...dropIns.flatMap((provider) => provider.dropIn(issuer)),
  ];
  return [...operations, openApiOperation(() => operations)];
}

/** The record, and what operators do. */
function nativeOperations({ config, policies, ...deps }: OperationDeps): readonly Operation[] {
  const callers = { ...deps, random: randomBytes };
  return [
    ...readTokens(deps.store),
    inspectToken({ ...deps, keysOf: keysOf(config) }),
    testPolicy({
      ...deps,
      policyOf: (project) => policies.get(project) as Policy,
      settingsOf: settingsOf(config),
    }),
    listCallers(callers),
    createCaller(callers),
    deleteCaller(callers),
    readAudit(deps),
  ];
}

function keysOf({ projects }: Config) {
  return (name: string, provider: ProviderId) => {
    const key = projects.find((project) => project.name === name)?.providers[provider]?.key;
    return key ? [revealKey(key)] : [];
  };
}

/** The defaults of grants, by project and provider. */
function settingsOf({ projects }: Config) {
  const all = new Map(
    projects.map(({ name, providers }) => [
      name,
      Object.fromEntries(
        Object.entries(providers).map(([id, provider]) => [id, provider?.settings]),
      ),
    ]),
  );
  return (project: string) => all.get(project) ?? {};
}
