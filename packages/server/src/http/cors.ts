/** Which pages of other origins may read our answers (https://fetch.spec.whatwg.org/#http-cors-protocol). */
import cors, { type FastifyCorsOptionsDelegateCallback } from "@fastify/cors";
import type { FastifyInstance } from "fastify";
import { isLoopbackOrigin } from "../callers/open.ts";

export interface CorsRule {
  /** Exact origins; `*` alone means any, without credentials. */
  readonly origins: readonly string[];
  /** Development: pages served from this machine may ask as well. */
  readonly loopback: boolean;
}

const COMMON = {
  methods: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
  exposedHeaders: ["retry-after", "x-request-id"],
  maxAge: 600,
};

/**
 * Answers preflights and names the origins that may read. A request without an Origin is a native
 * client and is served.
 *
 * @param rule asked for each request, so that a reload counts from the next one
 */
export async function addCors(app: FastifyInstance, rule: () => CorsRule): Promise<void> {
  const delegate: FastifyCorsOptionsDelegateCallback = (request, decide) => {
    const current = rule();
    decide(null, {
      ...COMMON,
      origin: current.origins.includes("*") ? "*" : isAllowed(current, request.headers.origin),
      credentials: !current.origins.includes("*"),
    });
  };
  await app.register(cors, () => delegate);
}

function isAllowed({ origins, loopback }: CorsRule, origin: string | undefined): boolean {
  if (origin === undefined) return false;
  return origins.includes(origin) || (loopback && isLoopbackOrigin(origin));
}
