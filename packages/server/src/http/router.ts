/** Turns a list of operations into Fastify routes; each goes through the same steps in the same order. */

import {
  HandstampError,
  isHandstampError,
  isObject,
  type Scope,
  type s,
  validate,
} from "@handstamp/protocol";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Caller, Presented } from "../callers/caller.ts";
import { writeProblem } from "./failure.ts";
import { hasHead, refuseOtherMethods } from "./methods.ts";
import type { Ask, Operation, Passcode } from "./operation.ts";
import { fail, send } from "./reply.ts";

export interface RouterDeps {
  /** Who is asking. @throws HandstampError `unauthenticated`, `rate_limited` */
  readonly authenticate: (presented: Presented) => Promise<Caller>;
  /** Who a passcode lets in; undefined where no passcodes are configured. */
  readonly authenticateGuest?: (guest: Passcode & { ip: string }) => Promise<Caller>;
  /** Told of every answer, for metrics, the log and the sum of anonymous refusals. */
  readonly answered: (answered: Answered) => void;
}

export interface Answered {
  readonly route: string;
  readonly status: number;
  /** The stable code, where it was a refusal. */
  readonly code: string | undefined;
  /** Whether a caller was known. */
  readonly known: boolean;
  readonly seconds: number;
  readonly requestId: string;
}

/** Adds every operation to the app. */
export function addOperations(
  app: FastifyInstance,
  operations: readonly Operation[],
  deps: RouterDeps,
): void {
  for (const operation of operations) addOperation(app, operation, deps);
  refuseOtherMethods(app, operations);
}

function addOperation(app: FastifyInstance, operation: Operation, deps: RouterDeps): void {
  const writer = operation.failure ?? writeProblem;
  const route = `${operation.method} ${operation.path}`;
  app.route({
    method: operation.method,
    url: operation.path,
    exposeHeadRoute: hasHead(operation),
    handler: async (request, reply) => {
      const began = performance.now();
      let caller: Caller | undefined;
      let code: string | undefined;
      try {
        const presented = presentedBy(request);
        caller = await admit(operation, request, presented, deps);
        const asked = read(operation, route, request, presented, caller);
        return send(reply, await operation.handle(asked));
      } catch (error) {
        code = isHandstampError(error) ? error.code : "internal";
        return fail(request, reply, error, writer);
      } finally {
        const seconds = (performance.now() - began) / 1000;
        const { statusCode: status } = reply;
        deps.answered({
          route,
          status,
          code,
          known: caller !== undefined,
          seconds,
          requestId: request.id,
        });
      }
    },
    errorHandler: (error, request, reply) => {
      void fail(request, reply, error, writer);
    },
  });
}

/** Who is asking, and whether this operation is theirs to ask for at all. */
async function admit(
  operation: Operation,
  request: FastifyRequest,
  presented: Presented,
  deps: RouterDeps,
): Promise<Caller | undefined> {
  if (operation.access === "public") return undefined;
  const caller = await judge(operation, request, presented, deps);
  if (operation.access !== "caller" && !holds(caller, operation.access))
    throw new HandstampError("forbidden", `This needs the scope ${operation.access}.`);
  return caller;
}

/** Who may operate all projects may operate their own. */
function holds({ scopes }: Caller, scope: Scope): boolean {
  return scopes.has(scope) || (scope === "operate" && scopes.has("operate:*"));
}

/** A passcode in the body counts only where the request shows no other credential. */
function judge(
  operation: Operation,
  request: FastifyRequest,
  presented: Presented,
  deps: RouterDeps,
): Promise<Caller> {
  const guest = isObject(request.body) ? operation.passcodeOf?.(request.body) : undefined;
  return guest && deps.authenticateGuest && presented.authorization === undefined
    ? deps.authenticateGuest({ ...guest, ip: presented.ip })
    : deps.authenticate(presented);
}

/** What the request shows of who sent it. */
export function presentedBy(request: FastifyRequest): Presented {
  return {
    authorization: request.headers.authorization,
    cookie: request.headers.cookie,
    headers: request.headers,
    method: request.method,
    ip: request.ip,
    remoteAddress: request.socket.remoteAddress ?? "",
  };
}

function read(
  operation: Operation,
  route: string,
  request: FastifyRequest,
  presented: Presented,
  caller: Caller | undefined,
): Ask {
  return {
    caller: caller as Caller,
    presented,
    params: request.params as Ask["params"],
    query: take(operation, operation.query, request.query, "/query") as Ask["query"],
    body: take(operation, operation.body, request.body ?? {}, "") as Ask["body"],
    requestId: request.id,
    idempotencyKey: request.headers["idempotency-key"] as string | undefined,
    ip: presented.ip,
    route,
  };
}

/** The part of a request that the operation describes. What it does not describe is not read at all. */
function take(
  operation: Operation,
  shape: s.ObjectShape | undefined,
  given: unknown,
  at: string,
): object {
  if (!shape) return {};
  const taken = operation.lenient ? known(shape, given) : given;
  validate(shape, taken, at);
  return taken as object;
}

/**
 * The fields that the shape knows, out of a body that may hold others; null counts as absent. What is
 * no object is left for the shape to refuse.
 */
function known(shape: s.ObjectShape, given: unknown): unknown {
  if (!isObject(given)) return given;
  const names = Object.keys(shape.fields).filter(
    (name) => Object.hasOwn(given, name) && given[name] !== null,
  );
  return Object.fromEntries(names.map((name) => [name, given[name]]));
}
