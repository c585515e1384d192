/**
 * Traces through @opentelemetry/api: whoever registers an SDK in the process gets a span a request and
 * a span a step; for everybody else it costs next to nothing. No attribute holds an identity, a room,
 * an address or a token.
 */
import {
  type Attributes,
  context,
  propagation,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import { VERSION } from "../version.ts";

const tracer = trace.getTracer("handstamp", VERSION);

export interface TracedRequest {
  readonly method: string;
  /** The pattern, never the path: `/v1/tokens/:id`. */
  readonly route: string;
  readonly requestId: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** What a request's span says at its end. */
export interface TracedAnswer {
  readonly status: number;
  readonly code: string | undefined;
}

/**
 * Runs a request under a span of its own: below the span that is active already (the host's, when
 * embedded), else below the one that `traceparent` names (https://www.w3.org/TR/trace-context/).
 *
 * @param run gets the trace's id, where somebody records it
 */
export async function traceRequest<T extends TracedAnswer>(
  request: TracedRequest,
  run: (traceId: string | undefined) => Promise<T>,
): Promise<T> {
  const { method, route, requestId, headers } = request;
  const around = context.active();
  const parent = trace.getSpan(around) ? around : propagation.extract(around, headers);
  const attributes = {
    "http.request.method": method,
    "http.route": route,
    "handstamp.request_id": requestId,
  };
  const span = tracer.startSpan(
    `${method} ${route}`,
    { kind: SpanKind.SERVER, attributes },
    parent,
  );
  if (!span.isRecording()) return run(undefined);
  return context.with(trace.setSpan(parent, span), async () => {
    try {
      const answer = await run(span.spanContext().traceId);
      endRequest(span, answer);
      return answer;
    } finally {
      span.end();
    }
  });
}

function endRequest(span: Span, { status, code }: TracedAnswer): void {
  span.setAttribute("http.response.status_code", status);
  if (code !== undefined) span.setAttribute("error.type", code);
  // OpenTelemetry's semantic conventions: a client's mistake is no error of the server's span.
  if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
}

/** Runs one step of a request under a child span; without a recording span around it, just runs it. */
export function traceStep<T>(name: string, run: () => T, attributes?: Attributes): T {
  if (!trace.getActiveSpan()?.isRecording()) return run();
  return tracer.startActiveSpan(name, attributes ? { attributes } : {}, (span) => {
    try {
      const result = run();
      if (!(result instanceof Promise)) {
        span.end();
        return result;
      }
      return result.catch(rethrowAfter(span)).finally(() => span.end()) as T;
    } catch (error) {
      fail(span, error);
      span.end();
      throw error;
    }
  });
}

function rethrowAfter(span: Span) {
  return (error: unknown): never => {
    fail(span, error);
    throw error;
  };
}

/** The error's code alone: its message may name what was asked for. */
function fail(span: Span, error: unknown): void {
  const { code } = (error ?? {}) as { code?: unknown };
  span.setAttribute("error.type", typeof code === "string" ? code : "internal");
  span.setStatus({ code: SpanStatusCode.ERROR });
}
