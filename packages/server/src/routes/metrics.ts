import type { Operation } from "../http/operation.ts";
import type { Metrics } from "../watch/metrics.ts";

/** `/metrics`, for Prometheus: `authorization: Bearer hs_...` with the scope read. */
export function metricsOperation({ registry }: Metrics): Operation {
  return {
    id: "metrics",
    tag: "Watching",
    access: "read",
    method: "GET",
    path: "/metrics",
    summary: "Counters and latencies in Prometheus's form",
    answers: { 200: { doc: "The metrics.", type: "text/plain" } },
    handle: async () => ({
      status: 200,
      type: registry.contentType,
      body: await registry.metrics(),
    }),
  };
}
