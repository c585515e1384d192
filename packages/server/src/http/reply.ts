/** From an answer or a failure to the bytes that leave. */
import { isHandstampError } from "@handstamp/protocol";
import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from "fastify";
import { failureHeaders, toFailure } from "./failure.ts";
import type { Answer, FailureWriter } from "./operation.ts";

/** Writes an answer as it is: an object as JSON, a text with its own type. */
export function send(reply: FastifyReply, answer: Answer): FastifyReply {
  reply.code(answer.status);
  if (answer.headers) reply.headers(answer.headers);
  if (answer.type) reply.type(answer.type);
  if (typeof answer.body === "string" || answer.body === undefined) return reply.send(answer.body);
  if (!answer.type) reply.type("application/json; charset=utf-8");
  return reply.serializer(JSON.stringify).send(answer.body);
}

/** Writes a failure for the caller, and what only the operator may know into the log. */
export function fail(
  request: FastifyRequest,
  reply: FastifyReply,
  error: unknown,
  writer: FailureWriter,
): FastifyReply {
  const failure = toFailure(error, request.id);
  logFailure(request.log, failure.status, error);
  return send(reply.headers(failureHeaders(error)), writer(failure));
}

function logFailure(log: FastifyBaseLogger, status: number, error: unknown): void {
  if (!isHandstampError(error)) log.error({ err: error }, "unforeseen failure");
  else if (status >= 500) log.error({ code: error.code, detail: error.detail }, error.message);
  else log.info({ code: error.code, detail: error.detail }, "refused");
}
