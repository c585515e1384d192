/**
 * What `/metrics` shows, in Prometheus's form. No label ever holds an identity, a channel or a token,
 * and every label takes its values from a table of ours, so that nobody can make series without end.
 */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

export interface Metrics {
  readonly registry: Registry;
  issued(provider: string, products: readonly string[]): void;
  refused(code: string): void;
  answered(route: string, status: number, seconds: number): void;
  committed(entries: number, seconds: number): void;
  reloaded(outcome: "loaded" | "refused"): void;
  /** Values that are read when somebody asks. One that cannot be read is left as it was. */
  watch(name: WatchedName, read: () => number | Promise<number>): void;
}

const WATCHED = {
  queue_depth: "Entries that wait for their commit",
  ready: "1 while the service can issue tokens, else 0",
  signing_key_age_seconds: "Age of the oldest active signing key",
  limit_buckets: "Rate limit buckets in memory",
  open_connections: "Connections that are open",
} as const;
export type WatchedName = keyof typeof WATCHED;

const LATENCIES = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
const BATCHES = [1, 2, 4, 8, 16, 32, 64, 128, 256];

/** A registry of its own, so that two services in one process do not collide. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry, prefix: "handstamp_" });
  const { issued, refused, reloads } = countersIn(registers);
  // There from the start, so that the first refused one is an increase.
  for (const outcome of ["loaded", "refused"]) reloads.inc({ outcome }, 0);
  const answered = new Histogram({
    name: "handstamp_http_request_duration_seconds",
    help: "Time to answer, by route and status",
    labelNames: ["route", "status"],
    buckets: LATENCIES,
    registers,
  });
  const commits = new Histogram({
    name: "handstamp_commit_duration_seconds",
    help: "Time of one durable commit",
    buckets: LATENCIES,
    registers,
  });
  const batches = new Histogram({
    name: "handstamp_commit_batch_size",
    help: "Entries that shared one commit",
    buckets: BATCHES,
    registers,
  });
  return {
    registry,
    issued: (provider, products) => {
      for (const product of products) issued.inc({ provider, product });
    },
    refused: (code) => refused.inc({ code }),
    answered: (route, status, seconds) => answered.observe({ route, status }, seconds),
    committed: (entries, seconds) => {
      commits.observe(seconds);
      batches.observe(entries);
    },
    reloaded: (outcome) => reloads.inc({ outcome }),
    watch: (name, read) => watch(registry, name, read),
  };
}

function countersIn(registers: Registry[]) {
  const counter = (name: string, help: string, labelNames: string[]) =>
    new Counter({ name, help, labelNames, registers });
  return {
    issued: counter(
      "handstamp_tokens_issued_total",
      "Tokens issued, by provider and product; a token of several products counts in each",
      ["provider", "product"],
    ),
    refused: counter("handstamp_requests_refused_total", "Requests refused, by error code", [
      "code",
    ]),
    reloads: counter(
      "handstamp_config_reloads_total",
      "Times that the configuration was read again, by outcome",
      ["outcome"],
    ),
  };
}

function watch(registry: Registry, name: WatchedName, read: () => number | Promise<number>): void {
  const gauge = new Gauge({
    name: `handstamp_${name}`,
    help: WATCHED[name],
    registers: [],
    async collect() {
      try {
        this.set(await read());
      } catch {
        // The metrics must be there above all when something is not.
      }
    },
  });
  registry.registerMetric(gauge);
}
