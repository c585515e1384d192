import { s } from "@handstamp/protocol";
import type { FailureWriter } from "../../http/operation.ts";

/** The community service's form: `{"error": "...", "status": 400}`, and `message` for its other half. */
export const writeAgoraFailure: FailureWriter = ({ status, message, code, requestId }) => ({
  status,
  body: { error: message, message, status, code, request_id: requestId },
  headers: NEVER_KEPT,
});

export const AGORA_FAILURE = s.object({
  error: s.text({ doc: "What is wrong and how to mend it." }),
  message: s.text({ doc: "The same, under the peer's other name." }),
  status: s.integer({ doc: "The HTTP status." }),
  code: s.text({ doc: "The stable error code." }),
  request_id: s.text(),
});

/** The official demo's form: a code that is not 0. */
export const writeDemoFailure: FailureWriter = ({ status, message, code, requestId }) => ({
  status,
  body: { code: status, message, error_code: code, request_id: requestId },
  headers: NEVER_KEPT,
});

export const DEMO_FAILURE = s.object({
  code: s.integer({ doc: "The HTTP status; 0 is success." }),
  message: s.text({ doc: "What is wrong and how to mend it." }),
  error_code: s.text({ doc: "The stable error code." }),
  request_id: s.text(),
});

/** The headers that the community service sends with every answer. */
export const NEVER_KEPT = {
  "cache-control": "private, no-cache, no-store, must-revalidate",
  expires: "-1",
  pragma: "no-cache",
} as const;
