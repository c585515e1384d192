/** What is told of a request when it is over: the metrics, one line of the log, the sum of strangers refused. */
import type { FastifyBaseLogger, FastifyInstance } from "fastify";
import type { RefusalCounter } from "../audit/refusals.ts";
import type { Caller } from "../callers/caller.ts";
import { bucketKey } from "../callers/index.ts";
import type { Config } from "../config/config.ts";
import type { Answered, Denial } from "../http/router.ts";
import type { Limits } from "../limits/limits.ts";
import type { Journal } from "../store/journal.ts";
import type { Store } from "../store/store.ts";
import type { Metrics } from "../watch/metrics.ts";

/** Refusals of strangers that are summed up in the record. */
const SUMMED: ReadonlySet<number> = new Set([401, 429]);

export function answeredTo(
  metrics: Metrics,
  refusals: RefusalCounter,
  log: FastifyBaseLogger,
): (answered: Answered) => void {
  return (answered) => {
    const { route, status, code, known, seconds } = answered;
    if (seconds !== undefined) metrics.answered(route, status, seconds);
    if (code !== undefined) metrics.refused(code);
    if (code !== undefined && !known && SUMMED.has(status)) refusals.count(code);
    logRequest(log, answered);
  };
}

/** The levels at which each request has its line. */
const TALKATIVE: ReadonlySet<string | undefined> = new Set(["trace", "debug", "info"]);

/** One line a request: the route's pattern and never the URL, no identity, no address, no credential. */
function logRequest(log: FastifyBaseLogger, answered: Answered): void {
  if (!TALKATIVE.has(log.level)) return;
  const { route, status, code, detail, seconds, requestId, traceId } = answered;
  log.info({
    route,
    status,
    ...(seconds === undefined ? {} : { ms: Math.round(seconds * 100_000) / 100 }),
    request_id: requestId,
    ...(code === undefined ? {} : { code }),
    ...(detail === undefined ? {} : { detail }),
    ...(traceId === undefined ? {} : { trace_id: traceId }),
  });
}

/**
 * Writes down that a known caller asked for an operation without its scope. It counts in the caller's
 * own limit first, so that nobody can fill the record by asking for what is not theirs.
 */
export function deniedTo(
  limits: Pick<Limits, "take">,
  journal: Pick<Journal, "record">,
  now: () => number,
) {
  return async (caller: Caller, { route, scope, requestId }: Denial): Promise<void> => {
    await limits.take("identity", `${caller.project}\n${bucketKey(caller.identity ?? caller.id)}`);
    await journal.record({
      event: {
        type: "operation.refused",
        at: now(),
        project: caller.project,
        actor: { kind: caller.kind, id: caller.id },
        request: requestId,
        identity: caller.identity,
        products: [],
        data: { operation: route, reason: `the scope ${scope} is missing` },
      },
    });
  };
}

/** The age of the oldest active signing key, in seconds; 0 where there is none. */
export function keyAge(config: Config, store: Store, seconds: () => number) {
  return async (): Promise<number> => {
    const rows = await Promise.all(config.projects.map(({ name }) => store.keys.list(name)));
    const made = rows
      .flat()
      .flatMap(({ state, createdAt }) => (state === "active" ? [createdAt] : []));
    return made.length === 0 ? 0 : seconds() - Math.min(...made);
  };
}

export function retentionLog(log: FastifyBaseLogger) {
  return (removed: number, error: unknown): void => {
    if (error !== undefined) log.error({ err: error }, "old entries of the log stay for now");
    else if (removed > 0) log.info({ removed }, "old entries of the log were removed");
  };
}

export interface Watched {
  readonly metrics: Metrics;
  readonly journal: Pick<Journal, "depth">;
  readonly limits: Pick<Limits, "size">;
  readonly app: FastifyInstance;
  readonly isReady: () => boolean;
  /** Seconds. */
  readonly keyAge: () => Promise<number>;
}

/** The values that are read when somebody asks for the metrics. */
export function watchAll({ metrics, journal, limits, app, isReady, keyAge: age }: Watched): void {
  metrics.watch("ready", () => Number(isReady()));
  metrics.watch("queue_depth", () => journal.depth());
  metrics.watch("limit_buckets", () => limits.size());
  metrics.watch("signing_key_age_seconds", age);
  metrics.watch("open_connections", () => connectionsOf(app));
}

function connectionsOf(app: FastifyInstance): Promise<number> {
  return new Promise((resolve, reject) => {
    app.server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
  });
}
