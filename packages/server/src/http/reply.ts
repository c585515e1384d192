/** From an answer or a failure to the bytes that leave. */
import { Readable } from "node:stream";
import { isHandstampError } from "@handstamp/protocol";
import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from "fastify";
import { failureHeaders, toFailure } from "./failure.ts";
import type { Answer, FailureWriter } from "./operation.ts";

/** Writes an answer as it is: an object as JSON, a text, whole or in pieces, with its own type. */
export function send(reply: FastifyReply, answer: Answer): FastifyReply {
  reply.code(answer.status);
  if (answer.headers) reply.headers(answer.headers);
  if (answer.type) reply.type(answer.type);
  const { body } = answer;
  if (typeof body === "string" || body === undefined) return reply.send(body);
  // One piece at a time: the next is read when the client has taken this one.
  if (isPieces(body)) return reply.send(Readable.from(body, { highWaterMark: 1 }));
  if (!answer.type) reply.type("application/json; charset=utf-8");
  return reply.serializer(JSON.stringify).send(body);
}

function isPieces(body: unknown): body is AsyncIterable<string> {
  return typeof body === "object" && body !== null && Symbol.asyncIterator in body;
}

/** Writes a failure for the caller, and a fault of ours into the log. */
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

/** What is wrong with the service. A refusal is no failure of ours: the request's own line tells it. */
function logFailure(log: FastifyBaseLogger, status: number, error: unknown): void {
  if (status < 500) return;
  if (!isHandstampError(error)) log.error({ err: error }, "unforeseen failure");
  else log.error({ code: error.code, detail: error.detail }, error.message);
}
