import type { Config } from "../config/config.ts";
import type { Operation } from "../http/operation.ts";
import type { Issuer } from "../issue/issue.ts";
import type { Policy } from "../policy/index.ts";
import { SERVER_PROVIDERS } from "../providers/table.ts";
import { healthOperations } from "../routes/health.ts";
import { metricsOperation } from "../routes/metrics.ts";
import { openApiOperation } from "../routes/openapi.ts";
import { createToken } from "../routes/tokens/create.ts";
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
    ...dropIns.flatMap(({ dropIn }) => dropIn(issuer)),
  ];
  return [...operations, openApiOperation(() => operations)];
}
