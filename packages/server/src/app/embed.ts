/** The whole pipeline inside another server: Next.js, Express, Hono, node:http. No listener. */

import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { HandstampError, type JsonObject, type ProviderId, validate } from "@handstamp/protocol";
import type { FastifyServerOptions } from "fastify";
import type { Caller } from "../callers/index.ts";
import type { Config } from "../config/config.ts";
import { nodeWorld } from "../config/world.ts";
import type { Issuer } from "../issue/issue.ts";
import { TOKEN_REQUEST } from "../routes/tokens/shapes.ts";
import { answerFetch, type FetchOptions } from "./fetch.ts";
import { loadConfig } from "./load.ts";
import { createService } from "./service.ts";

export interface HandstampOptions {
  /**
   * What `handstamp.yaml` would say, as an object: `{ providers, callers, policy, ... }`. Left out, the
   * file and the environment are read as the service reads them.
   */
  readonly settings?: JsonObject;
  /** A configuration that is loaded already, instead of `settings`. */
  readonly config?: Config;
  /** The path below which it is mounted, such as `/api/handstamp`. */
  readonly basePath?: string;
  /** Options for pino, or false. Default: no log of its own. */
  readonly logger?: FastifyServerOptions["logger"];
}

export interface IssueOptions {
  readonly provider: ProviderId;
  /** Whom it is for; the caller's own identity when it is left out. */
  readonly identity?: string;
  /** Whole seconds; the policy's default when it is left out. */
  readonly ttl?: number;
  /** One key a product; nothing asks for what the policy names literally. */
  readonly grants?: Readonly<Record<string, JsonObject>>;
}

/** A token that is in the record. Times are unix seconds. */
export interface IssuedToken {
  readonly id: string;
  readonly provider: ProviderId;
  readonly identity: string;
  /** Agora's integer uid, where the token has one. */
  readonly uid?: number;
  readonly token: string;
  readonly issuedAt: number;
  readonly expiresAt: number;
  readonly refreshAt: number;
  /** What it grants, with every default filled in. */
  readonly grants: Readonly<Record<string, JsonObject>>;
  readonly warnings: readonly string[];
}

export interface Handstamp {
  /**
   * Issues a token to a caller whom your server has signed in: policy, limits and the durable record,
   * as over HTTP.
   *
   * @param caller from `trustedCaller`
   * @throws HandstampError `forbidden`, `invalid_request` and its kin, `rate_limited`, `store_unavailable`
   */
  issue(caller: Caller, request: IssueOptions): Promise<IssuedToken>;
  /**
   * Answers a request of the service's HTTP interface. It never throws: what fails is the answer.
   *
   * @param options the peer's address. Without one it counts as unknown: the limits by address do not
   * apply, and development mode's open caller is not served
   */
  fetch(request: Request, options?: FetchOptions): Promise<Response>;
  /** The same for node:http and Express, before any body parser: the address is the socket's own. */
  readonly listener: (request: IncomingMessage, response: ServerResponse) => void;
  /** Writes what waits and closes the store. */
  close(): Promise<void>;
}

/**
 * The same pipeline as the service's, inside your own server.
 *
 * @throws HandstampError `config_invalid`, `config_missing`, `store_unavailable`
 *
 * @example
 * // app/api/handstamp/[...path]/route.ts of a Next.js app
 * import { createHandstamp, trustedCaller } from "handstamp";
 * const handstamp = await createHandstamp({ basePath: "/api/handstamp" });
 * export const GET = (request: Request) => handstamp.fetch(request);
 * export const POST = (request: Request) => handstamp.fetch(request);
 *
 * @example
 * // Express, for users whom it has signed in itself
 * app.post("/call", async (request, response) => {
 *   const caller = trustedCaller({ identity: request.user.id, claims: { role: request.user.role } });
 *   response.json(await handstamp.issue(caller, { provider: "twilio", grants: { chat: {} } }));
 * });
 * app.use("/tokens", handstamp.listener); // and the HTTP interface for everybody else
 */
export async function createHandstamp(options: HandstampOptions = {}): Promise<Handstamp> {
  const config = options.config ?? configFrom(options.settings);
  const service = await createService(config, { logger: options.logger ?? false });
  const { app, issuer } = service;
  const basePath = (options.basePath ?? "").replace(/\/+$/, "");
  return {
    issue: (caller, request) => issue(issuer, caller, request),
    fetch: (request, peer) => answerFetch(app, request, basePath, peer),
    listener: (request, response) => {
      app.routing(request, response);
    },
    close: () => service.close(),
  };
}

/** Not on any disk: where the settings of an object seem to be, for messages. */
const VIRTUAL = "/settings";

function configFrom(settings: JsonObject | undefined): Config {
  const world = nodeWorld();
  if (settings === undefined) return loadConfig(world);
  const readFile = (path: string) =>
    path === VIRTUAL ? JSON.stringify(settings) : world.readFile(path);
  return loadConfig({ ...world, readFile }, { config: VIRTUAL });
}

async function issue(issuer: Issuer, caller: Caller, request: IssueOptions): Promise<IssuedToken> {
  validate(TOKEN_REQUEST, request);
  if (!caller.scopes.has("mint"))
    throw new HandstampError("forbidden", "This needs the scope mint.");
  const { grants = {}, ...rest } = request;
  const recorded = await issuer.issue(
    caller,
    { ...rest, grants, want: "all" },
    { requestId: randomBytes(12).toString("base64url"), ip: "", route: "issue" },
  );
  const { id, provider, identity, uid, token, issuedAt, expiresAt, refreshAt, warnings } = recorded;
  return {
    id,
    provider,
    identity,
    ...(uid === undefined ? {} : { uid }),
    token,
    issuedAt,
    expiresAt,
    refreshAt,
    grants: recorded.grants,
    warnings,
  };
}
