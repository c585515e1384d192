import { ERRORS, HandstampError, isHandstampError } from "@handstamp/protocol";
import type { Answer, Failure, FailureWriter } from "./operation.ts";

/** RFC 9457 problem details: how every native route fails. */
export const writeProblem: FailureWriter = (failure) => ({
  status: failure.status,
  type: "application/problem+json",
  body: {
    type: `urn:handstamp:error:${failure.code}`,
    title: failure.title,
    status: failure.status,
    detail: failure.message,
    code: failure.code,
    request_id: failure.requestId,
    ...(failure.fields.length > 0 ? { errors: failure.fields } : {}),
  },
});

/** Codes that Fastify itself raises before a handler runs, and what they are called here. */
const FROM_FASTIFY: Readonly<Record<string, HandstampError["code"]>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: "body_too_large",
  FST_ERR_CTP_INVALID_MEDIA_TYPE: "unsupported_media_type",
  FST_ERR_CTP_EMPTY_JSON_BODY: "invalid_request",
  FST_ERR_CTP_INVALID_JSON_BODY: "invalid_request",
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: "invalid_request",
};

/** Paths that the router cannot read. Nothing of them is repeated. */
const UNREADABLE_PATHS: Readonly<Record<string, string>> = {
  FST_ERR_BAD_URL: "The path is not percent-encoded UTF-8.",
  FST_ERR_MAX_PARAM_LENGTH: "A part of the path is longer than 1024 characters.",
};

/** What went wrong, in terms that may leave the service; anything unforeseen is `internal`. */
export function toFailure(error: unknown, requestId: string): Failure {
  const known = isHandstampError(error) ? error : fromFastify(error);
  const { status, title } = ERRORS[known.code];
  return {
    status,
    title,
    code: known.code,
    message: known.message,
    fields: known.fields,
    requestId,
  };
}

function fromFastify(error: unknown): HandstampError {
  const { code, statusCode } = (error ?? {}) as { code?: string; statusCode?: number };
  const path = UNREADABLE_PATHS[code ?? ""];
  if (path) return new HandstampError("invalid_request", path);
  const mapped = FROM_FASTIFY[code ?? ""];
  if (mapped === "invalid_request" || (statusCode === 400 && !mapped))
    return new HandstampError(
      "invalid_request",
      "The request could not be read: send JSON or a form that is well formed.",
    );
  if (mapped === "body_too_large")
    return new HandstampError(mapped, "The body is larger than 16 KiB.");
  if (mapped === "unsupported_media_type")
    return new HandstampError(
      mapped,
      "Send application/json or application/x-www-form-urlencoded.",
    );
  return new HandstampError(
    "internal",
    "Something went wrong here. The request id helps to find it in the log.",
  );
}

/** Headers that only some failures have: RFC 9110, sections 11.6.1 and 10.2.3. */
export function failureHeaders(error: unknown): Record<string, string> {
  if (!isHandstampError(error)) return {};
  return {
    ...(error.code === "unauthenticated" ? { "www-authenticate": 'Bearer realm="handstamp"' } : {}),
    ...(error.retryAfter === undefined
      ? {}
      : { "retry-after": String(Math.ceil(error.retryAfter)) }),
  };
}

export type { Answer };
