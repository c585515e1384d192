import { s } from "@handstamp/protocol";
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

export const TWILIO_FAILURE = s.object({
  error: s.object({
    message: s.text({ doc: "What kind of failure it is." }),
    explanation: s.text({ doc: "What is wrong and how to mend it." }),
  }),
  code: s.text({ doc: "The stable error code." }),
  errors: s.optional(s.list(s.object({ pointer: s.text(), message: s.text() }))),
  request_id: s.text(),
});
