/** Turns a list of operations into Fastify routes; each goes through the same steps in the same order. */

import { isIP } from "node:net";
import {
  HandstampError,
  isHandstampError,
  isObject,
  type Scope,
  type s,
  validate,
} from "@handstamp/protocol";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Caller, Presented } from "../callers/caller.ts";
import { traceRequest, traceStep } from "../watch/trace.ts";
import { toFailure, writeProblem } from "./failure.ts";
import { hasHead, refuseOtherMethods } from "./methods.ts";
import type { Ask, Failure, Operation, Passcode } from "./operation.ts";
import { fail, send } from "./reply.ts";

export interface RouterDeps {
  /** Who is asking. @throws HandstampError `unauthenticated`, `rate_limited` */
  readonly authenticate: (presented: Presented) => Promise<Caller>;
  /** What judges passcodes now; undefined while none are configured. */
  readonly authenticateGuest: () => JudgeGuest | undefined;
  /** Told of every answer, for metrics, the log and the sum of anonymous refusals. */
  readonly answered: (answered: Answered) => void;
  /** Writes down that a known caller was refused an operation. @throws HandstampError `store_unavailable` */
  readonly denied: (caller: Caller, denial: Denial) => Promise<void>;
}

/** Who a passcode lets in. @throws HandstampError `unauthenticated`, `rate_limited` */
export type JudgeGuest = (guest: Passcode & { readonly ip: string }) => Promise<Caller>;

/** What became of a request, for whoever watches. Nothing in it names a person or a credential. */
export interface Answered {
  /** The route's pattern; `unmatched` where there is none. */
  readonly route: string;
  readonly status: number;
  /** The stable code, where it was a refusal. */
  readonly code: string | undefined;
  /** Why, for the operator alone. */
  readonly detail?: string | undefined;
  /** Whether a caller was known. */
  readonly known: boolean;
  /** Absent where no handler ran. */
  readonly seconds?: number;
  readonly requestId: string;
  readonly traceId?: string | undefined;
}

/** An operation that a known caller asked for without its scope. */
export interface Denial {
  readonly route: string;
  readonly scope: Scope;
  readonly requestId: string;
}

/** Adds every operation to the app. */
export function addOperations(
  app: FastifyInstance,
  operations: readonly Operation[],
  deps: RouterDeps,
): void {
  for (const operation of operations) addOperation(app, operation, deps);
  refuseOtherMethods(app, operations, (request, error) =>
    deps.answered(refusedEarly("unmatched", request, toFailure(error, request.id))),
  );
}

function addOperation(app: FastifyInstance, operation: Operation, deps: RouterDeps): void {
  const writer = operation.failure ?? writeProblem;
  const route = `${operation.method} ${operation.path}`;
  app.route({
    method: operation.method,
    url: operation.path,
    exposeHeadRoute: hasHead(operation),
    handler: (request, reply) => serve(operation, request, reply, deps),
    // What came to nothing before the handler: a body that could not be read.
    errorHandler: (error, request, reply) => {
      deps.answered(refusedEarly(route, request, toFailure(error, request.id)));
      void fail(request, reply, error, writer);
    },
  });
}

/** One request through all of its steps, watched. It never throws: what fails is the answer. */
async function serve(
  operation: Operation,
  request: FastifyRequest,
  reply: FastifyReply,
  deps: RouterDeps,
): Promise<FastifyReply> {
  const began = performance.now();
  const { method, path } = operation;
  const { id: requestId, headers } = request;
  await traceRequest({ method, route: path, requestId, headers }, async (traceId) => {
    const { caller, error } = await attempt(operation, request, reply, deps);
    const { code, detail } = describeError(error);
    const answered: Answered = {
      route: `${method} ${path}`,
      status: reply.statusCode,
      code,
      detail,
      known: caller !== undefined,
      seconds: (performance.now() - began) / 1000,
      requestId,
      traceId,
    };
    deps.answered(answered);
    return answered;
  });
  return reply;
}

interface Attempt {
  readonly caller: Caller | undefined;
  readonly error?: unknown;
}

async function attempt(
  operation: Operation,
  request: FastifyRequest,
  reply: FastifyReply,
  deps: RouterDeps,
): Promise<Attempt> {
  const route = `${operation.method} ${operation.path}`;
  let caller: Caller | undefined;
  try {
    const presented = presentedBy(request);
    caller = await traceStep("authenticate", () => judge(operation, request, presented, deps));
    if (caller) await admit(operation, caller, request.id, deps);
    const asked = read(operation, route, request, presented, caller);
    send(reply, await operation.handle(asked));
    return { caller };
  } catch (error) {
    fail(request, reply, error, operation.failure ?? writeProblem);
    return { caller, error };
  }
}

function describeError(error: unknown): Pick<Answered, "code" | "detail"> {
  if (error === undefined) return { code: undefined, detail: undefined };
  if (!isHandstampError(error)) return { code: "internal", detail: undefined };
  return { code: error.code, detail: error.detail };
}

/** What is told of a request that was refused before anybody asked who sent it. */
export function refusedEarly(
  route: string,
  { id: requestId }: FastifyRequest,
  { status, code }: Pick<Failure, "status" | "code">,
): Answered {
  return { route, status, code, known: false, requestId };
}

/** Whether this operation is the caller's to ask for at all. */
async function admit(
  { access, method, path }: Operation,
  caller: Caller,
  requestId: string,
  deps: RouterDeps,
): Promise<void> {
  if (access === "public" || access === "caller" || holds(caller, access)) return;
  await deps.denied(caller, { route: `${method} ${path}`, scope: access, requestId });
  throw new HandstampError("forbidden", `This needs the scope ${access}.`);
}

/** Who may operate all projects may operate their own. */
function holds({ scopes }: Caller, scope: Scope): boolean {
  return scopes.has(scope) || (scope === "operate" && scopes.has("operate:*"));
}

/**
 * Who is asking; undefined where nobody has to say. A passcode in the body counts only where the
 * request shows no other credential.
 */
async function judge(
  operation: Operation,
  request: FastifyRequest,
  presented: Presented,
  deps: RouterDeps,
): Promise<Caller | undefined> {
  if (operation.access === "public") return undefined;
  const guest = isObject(request.body) ? operation.passcodeOf?.(request.body) : undefined;
  const judgeGuest = guest && deps.authenticateGuest();
  return judgeGuest && presented.authorization === undefined
    ? judgeGuest({ ...guest, ip: presented.ip })
    : deps.authenticate(presented);
}

/** What the request shows of who sent it. */
export function presentedBy(request: FastifyRequest): Presented {
  const remoteAddress = request.socket.remoteAddress ?? "";
  // What a trusted proxy passes on may still be what its client made up.
  const { ip } = request;
  return {
    authorization: request.headers.authorization,
    cookie: request.headers.cookie,
    headers: request.headers,
    method: request.method,
    ip: isIP(ip) ? ip : remoteAddress,
    remoteAddress,
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
