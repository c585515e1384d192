import { HandstampError } from "@handstamp/protocol";
import Fastify, {
  type FastifyInstance,
  type FastifyRequest,
  type FastifyServerOptions,
  LogController,
} from "fastify";
import { readBodies } from "./bodies.ts";
import { addCors, type CorsRule } from "./cors.ts";
import { writeProblem } from "./failure.ts";
import { answerMalformed } from "./malformed.ts";
import { fail } from "./reply.ts";
import { requestIds } from "./request-id.ts";

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
  readonly cors: () => CorsRule;
  /** Whether the other end is a proxy that is believed about whom it speaks for. */
  readonly trusts: (address: string | undefined) => boolean;
  readonly logger: FastifyServerOptions["logger"];
  /** Told of the refusals that no route has made. */
  readonly unmatched: (request: FastifyRequest, error: unknown) => void;
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
    // Whoever has a connection open when the service stops gets a last answer, and its end with it.
    return503OnClosing: false,
    genReqId: requestIds(options.trusts),
    trustProxy: (address: string) => options.trusts(address),
    onProtoPoisoning: "error",
    onConstructorPoisoning: "error",
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 1024 },
    exposeHeadRoutes: false,
    http: HTTP,
    clientErrorHandler: answerMalformed,
    // A path that cannot be decoded: no hook has run yet.
    frameworkErrors: (error, request, reply) => {
      reply.headers({ ...ALWAYS, "x-request-id": request.id });
      options.unmatched(request, error);
      fail(request, reply, error, writeProblem);
    },
  });
  readBodies(app);
  limitShutdown(app);
  await addCors(app, options.cors);
  app.addHook("onRequest", (request, reply, done) => {
    reply.headers(ALWAYS).header("x-request-id", request.id);
    done();
  });
  app.setNotFoundHandler((request, reply) => {
    const what = `There is nothing at ${request.method} ${pathOf(request.url)}.`;
    const error = new HandstampError("not_found", what);
    options.unmatched(request, error);
    return fail(request, reply, error, writeProblem);
  });
  app.setErrorHandler((error, request, reply) => fail(request, reply, error, writeProblem));
  return app;
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
