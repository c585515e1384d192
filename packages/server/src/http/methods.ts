/** Methods that a path does not have: 405 with `Allow` (RFC 9110, section 15.5.6), and a plain OPTIONS. */
import { HandstampError } from "@handstamp/protocol";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { writeProblem } from "./failure.ts";
import type { Operation } from "./operation.ts";
import { fail } from "./reply.ts";

/** Reading a path without its body is harmless only where reading it changes nothing. */
export function hasHead(operation: Operation): boolean {
  return operation.method === "GET" && operation.access === "public";
}

/** Answers every method that is known to HTTP and not to the path. The request's body is not read. */
export function refuseOtherMethods(
  app: FastifyInstance,
  operations: readonly Operation[],
  refused: (request: FastifyRequest, error: HandstampError) => void,
): void {
  for (const path of new Set(operations.map((operation) => operation.path))) {
    const there = operations.filter((operation) => operation.path === path);
    const own = there.flatMap((operation) => [
      operation.method,
      ...(hasHead(operation) ? ["HEAD"] : []),
    ]);
    const writer = there[0]?.failure ?? writeProblem;
    const allow = [...own, "OPTIONS"].join(", ");
    app.route({
      method: app.supportedMethods.filter((method) => !own.includes(method)),
      url: path,
      onRequest: async (request, reply) => {
        reply.header("allow", allow);
        if (request.method === "OPTIONS") return reply.code(204).send();
        const refusal = new HandstampError("method_not_allowed", `This path takes ${allow}.`);
        refused(request, refusal);
        return fail(request, reply, refusal, writer);
      },
      // Never reached: the hook above has answered.
      handler: (_request, reply) => reply.code(405).send(),
    });
  }
}
