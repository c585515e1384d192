import type { FailureWriter } from "../../http/operation.ts";

/**
 * How the drop-in routes fail: the video app reads `error.message` and `error.explanation`, the other
 * samples only the status. The stable code and the request id stand beside it.
 */
export const writeTwilioFailure: FailureWriter = ({
  status,
  title,
  message,
  code,
  fields,
  requestId,
}) => ({
  status,
  body: {
    error: { message: title, explanation: message },
    code,
    ...(fields.length > 0 ? { errors: fields } : {}),
    request_id: requestId,
  },
});
