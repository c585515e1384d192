import cors from "@fastify/cors";
import { systemRandom } from "@handstamp/core";
import { HandstampError } from "@handstamp/protocol";
import Fastify, { type FastifyInstance, type FastifyServerOptions, LogController } from "fastify";
import { isLoopbackOrigin } from "../callers/open.ts";
import { readBodies } from "./bodies.ts";
import { writeProblem } from "./failure.ts";
import { answerMalformed } from "./malformed.ts";
import { fail } from "./reply.ts";

/** The largest body that is read, in bytes: a token request is a few hundred. */
export const BODY_LIMIT = 16 * 1024;
/** How long a client may take to send its headers and its whole request, in milliseconds. */
export const HEADERS_TIMEOUT = 10_000;
export const REQUEST_TIMEOUT = 15_000;
/** How often the two are looked after; Node's own 30 s would triple them. */
const TIMEOUT_CHECK = 2_000;
/** How long requests in hand may take once the service stops. Container runtimes kill after 10 s. */
export const SHUTDOWN_GRACE = 5_000;

export interface ServerOptions {
  readonly corsOrigins: readonly string[];
  /** Development: pages served from this machine may ask as well. */
  readonly allowLoopbackOrigins: boolean;
  readonly logger: FastifyServerOptions["logger"];
}

/** An HTTP server with this service's limits and headers, and no routes yet. */
export async function createServer(options: ServerOptions): Promise<FastifyInstance> {
  const app = Fastify({
    logger: options.logger ?? false,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_TIMEOUT,
    connectionTimeout: 0,
    keepAliveTimeout: 72_000,
    forceCloseConnections: "idle",
    return503OnClosing: true,
    genReqId: requestId,
    onProtoPoisoning: "error",
    onConstructorPoisoning: "error",
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 1024 },
    exposeHeadRoutes: false,
    http: HTTP,
    clientErrorHandler: answerMalformed,
    // A path that cannot be decoded: no hook has run yet.
    frameworkErrors: (error, request, reply) => {
      reply.headers({ ...ALWAYS, "x-request-id": request.id });
      fail(request, reply, error, writeProblem);
    },
  });
  readBodies(app);
  limitShutdown(app);
  await app.register(cors, {
    origin: corsRule(options),
    credentials: !options.corsOrigins.includes("*"),
    methods: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
    exposedHeaders: ["retry-after", "x-request-id"],
    maxAge: 600,
  });
  app.addHook("onRequest", async (request, reply) => {
    reply.headers({ ...ALWAYS, "x-request-id": request.id });
  });
  app.setNotFoundHandler((request, reply) =>
    fail(
      request,
      reply,
      new HandstampError(
        "not_found",
        `There is nothing at ${request.method} ${pathOf(request.url)}.`,
      ),
      writeProblem,
    ),
  );
  app.setErrorHandler((error, request, reply) => fail(request, reply, error, writeProblem));
  return app;
}

/** 96 random bits: enough to find one request among all. */
function requestId(): string {
  return Buffer.from(systemRandom(12)).toString("base64url");
}

/**
 * Duplicates are joined, so that a second Host, Origin or Authorization makes the value wrong; left to
 * itself Node drops it in silence (RFC 9112, section 3.2, asks for 400 on two Hosts).
 */
const HTTP = {
  headersTimeout: HEADERS_TIMEOUT,
  connectionsCheckingInterval: TIMEOUT_CHECK,
  maxHeaderSize: 16 * 1024,
  insecureHTTPParser: false,
  joinDuplicateHeaders: true,
} as const;

/**
 * A closing server stops looking after its timeouts, so that one stuck client would keep it for ever,
 * and leaves a connection open whose last request was in hand when it closed.
 */
function limitShutdown(app: FastifyInstance): void {
  app.addHook("preClose", async () => {
    const idle = setInterval(() => app.server.closeIdleConnections(), 50);
    const end = setTimeout(() => app.server.closeAllConnections(), SHUTDOWN_GRACE);
    app.server.once("close", () => {
      clearInterval(idle);
      clearTimeout(end);
    });
  });
}

/** Every answer may hold a token, so none is kept, sniffed or embedded elsewhere. */
const ALWAYS = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "cross-origin-resource-policy": "same-site",
} as const;

/** The path without its query, cut to a size that a log line bears. */
function pathOf(url: string): string {
  return (url.split("?", 1)[0] ?? "").slice(0, 200);
}

/** Exact origins only; a request without an Origin is a native client and is served. */
function corsRule({ corsOrigins, allowLoopbackOrigins }: ServerOptions) {
  const exact = new Set(corsOrigins);
  return (
    origin: string | undefined,
    decide: (error: Error | null, allow: boolean) => void,
  ): void => {
    const allowed =
      origin !== undefined &&
      (exact.has("*") || exact.has(origin) || (allowLoopbackOrigins && isLoopbackOrigin(origin)));
    decide(null, allowed);
  };
}
