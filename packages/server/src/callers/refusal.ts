import { HandstampError } from "@handstamp/protocol";

/**
 * The one answer to a credential that is missing, unknown, wrong, expired or revoked. Its message is
 * always the same, so that it tells a stranger nothing; `detail` tells the operator's log why, and
 * never holds the credential.
 */
export function refusal(detail: string, cause?: unknown): HandstampError {
  return new HandstampError("unauthenticated", "The credential is missing or not valid.", {
    detail,
    cause,
  });
}

/** An identity provider or session endpoint gave no usable answer: nobody is let in on its behalf. */
export function unavailable(detail: string, cause?: unknown): HandstampError {
  return new HandstampError(
    "identity_provider_unavailable",
    "Who is asking cannot be checked right now.",
    { detail, cause, retryAfter: 5 },
  );
}
