/**
 * Every way that Handstamp can fail, in one table: the stable code, the HTTP status it becomes,
 * a short title, and whether the same request may succeed later.
 *
 * Codes are promises: they are never renamed and never reused. The documentation of errors and the
 * OpenAPI description are generated from this table.
 */
export const ERRORS = {
  invalid_request: { status: 400, retry: false, title: "The request is not valid" },
  identity_invalid: { status: 400, retry: false, title: "The identity is not acceptable" },
  ttl_invalid: { status: 400, retry: false, title: "The time to live is not acceptable" },
  unknown_provider: { status: 400, retry: false, title: "No such provider" },
  token_malformed: { status: 400, retry: false, title: "The token cannot be read" },
  token_too_large: { status: 400, retry: false, title: "The token is too large" },
  token_header_invalid: { status: 400, retry: false, title: "The token's header is not allowed" },
  token_signature_invalid: { status: 400, retry: false, title: "The signature does not match" },
  token_expired: { status: 400, retry: false, title: "The token has expired" },
  token_not_yet_valid: { status: 400, retry: false, title: "The token is not valid yet" },
  token_claims_invalid: {
    status: 400,
    retry: false,
    title: "The token's claims are not acceptable",
  },
  key_invalid: { status: 400, retry: false, title: "The signing key is not acceptable" },
  unauthenticated: { status: 401, retry: false, title: "Who is asking is not known" },
  forbidden: { status: 403, retry: false, title: "Not allowed" },
  not_found: { status: 404, retry: false, title: "Not found" },
  method_not_allowed: { status: 405, retry: false, title: "The method is not allowed here" },
  not_acceptable: { status: 406, retry: false, title: "No acceptable form of the answer" },
  request_timeout: { status: 408, retry: true, title: "The request took too long to arrive" },
  conflict: { status: 409, retry: false, title: "In conflict with what is there" },
  body_too_large: { status: 413, retry: false, title: "The body is too large" },
  headers_too_large: { status: 431, retry: false, title: "The headers are too large" },
  unsupported_media_type: { status: 415, retry: false, title: "The body's type is not supported" },
  idempotency_mismatch: {
    status: 422,
    retry: false,
    title: "The idempotency key was used for another body",
  },
  rate_limited: { status: 429, retry: true, title: "Too many requests" },
  internal: { status: 500, retry: true, title: "Something went wrong here" },
  store_unavailable: { status: 503, retry: true, title: "The record cannot be written now" },
  identity_provider_unavailable: {
    status: 503,
    retry: true,
    title: "Who is asking cannot be checked now",
  },
  key_not_active: {
    status: 503,
    retry: true,
    title: "The signing key is not in use any more",
  },
  shutting_down: { status: 503, retry: true, title: "The service is stopping" },
  config_invalid: { status: 500, retry: false, title: "A setting is not valid" },
  config_missing: { status: 500, retry: false, title: "A setting is missing" },
  config_conflict: { status: 500, retry: false, title: "Two settings disagree" },
} as const satisfies Record<string, { status: number; retry: boolean; title: string }>;

/** A stable error code, a key of {@link ERRORS}. */
export type ErrorCode = keyof typeof ERRORS;

/** One thing wrong with one field: where it is (a JSON pointer, RFC 6901) and how to mend it. */
export interface FieldError {
  readonly pointer: string;
  readonly message: string;
}

/** What a {@link HandstampError} can carry besides its code and message. */
export interface ErrorExtras {
  /** The fields that are wrong, for `invalid_request` and its kin. */
  readonly fields?: readonly FieldError[];
  /** The provider's own error code for the same failure, such as Twilio's 20104. */
  readonly providerCode?: number;
  /** For the operator's log only, never for the caller. */
  readonly detail?: string;
  /** Seconds after which a retry is welcome. */
  readonly retryAfter?: number;
  readonly cause?: unknown;
}

/**
 * The one error class. `message` is for the caller and `detail` for the log; neither ever holds a
 * token or a secret.
 *
 * @example
 * try { verifyAccessToken(token, { keySecret }) }
 * catch (error) { if (isHandstampError(error) && error.code === "token_expired") signInAgain() }
 */
export class HandstampError extends Error {
  override readonly name = "HandstampError";
  readonly code: ErrorCode;
  readonly fields: readonly FieldError[];
  readonly providerCode: number | undefined;
  readonly detail: string | undefined;
  readonly retryAfter: number | undefined;

  constructor(code: ErrorCode, message: string, extras: ErrorExtras = {}) {
    super(message, extras.cause === undefined ? undefined : { cause: extras.cause });
    this.code = code;
    this.fields = extras.fields ?? [];
    this.providerCode = extras.providerCode;
    this.detail = extras.detail;
    this.retryAfter = extras.retryAfter;
  }
}

/** True for an error made here or by another copy of this package. */
export function isHandstampError(error: unknown): error is HandstampError {
  return error instanceof Error && error.name === "HandstampError" && "code" in error;
}
