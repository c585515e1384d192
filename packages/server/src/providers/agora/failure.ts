import type { FailureWriter } from "../../http/operation.ts";

/** The community service's form: `{"error": "...", "status": 400}`, and `message` for its other half. */
export const writeAgoraFailure: FailureWriter = ({ status, message, code, requestId }) => ({
  status,
  body: { error: message, message, status, code, request_id: requestId },
  headers: NEVER_KEPT,
});

/** The official demo's form: a code that is not 0. */
export const writeDemoFailure: FailureWriter = ({ status, message, code, requestId }) => ({
  status,
  body: { code: status, message, data: null, error_code: code, request_id: requestId },
  headers: NEVER_KEPT,
});

/** The headers that the community service sends with every answer. */
export const NEVER_KEPT = {
  "cache-control": "private, no-cache, no-store, must-revalidate",
  expires: "-1",
  pragma: "no-cache",
} as const;
