/** `docs/reference/errors.md`, out of the table of codes. */
import { ERRORS, type ErrorCode, HandstampError } from "@handstamp/protocol";
import { toFailure, writeProblem } from "../../../packages/server/src/http/failure.ts";
import { code, made, table } from "./table.ts";

/** What to do about it: one line a code. A new code does not compile without one. */
const MENDS = {
  invalid_request:
    "Each entry of `errors` names a field by its JSON pointer and says how to mend it.",
  identity_invalid: "Send 1 to 256 bytes without control, invisible or bidirectional characters.",
  ttl_invalid: "Whole seconds, from 1 to the provider's maximum: 86400.",
  unknown_provider: "`twilio` or `agora`, and configured.",
  token_malformed: "It was cut, or is no token of the provider. `handstamp inspect` shows where.",
  token_too_large: "No provider makes tokens that long: something else was sent.",
  token_header_invalid:
    "Another algorithm or type than the provider's own was named; nothing to mend.",
  token_signature_invalid: "Another key signed it, or it was changed after it was signed.",
  token_expired: "Fetch a new one; `refresh_at` says when to do it in time.",
  token_not_yet_valid: "Compare the clocks: `handstamp doctor`.",
  token_claims_invalid: "A claim is missing or of a wrong type. `handstamp inspect` names it.",
  key_invalid: "The secret is empty, too short, or not of the provider's form.",
  unauthenticated:
    "Send a credential that one of the `callers` takes. The log says why this one was refused.",
  forbidden:
    "No rule of the policy allows it. The log and the record name the rule that came closest.",
  not_found: "There is nothing here, or nothing that this caller may see.",
  method_not_allowed: "The header `Allow` lists the methods.",
  not_acceptable: "Ask for a form that the OpenAPI description names.",
  request_timeout: "Headers within 10 seconds, the whole request within 15.",
  conflict: "It has changed meanwhile, or has been revoked. Read it again.",
  body_too_large: "At most 16 KiB.",
  headers_too_large: "At most 16 KiB of headers.",
  unsupported_media_type: "`application/json`, or a form.",
  idempotency_mismatch: "A new body needs a new `Idempotency-Key`.",
  rate_limited: "Wait as many seconds as `Retry-After` says.",
  internal: "A fault of the service. The request id finds it in the log.",
  store_unavailable: "Nothing was issued, because it could not be recorded. Try again.",
  identity_provider_unavailable:
    "The issuer's keys or the app's session endpoint did not answer. Try again.",
  key_not_active: "The key was rotated or deleted while the token was made. Try again.",
  shutting_down: "Another instance, or this one in a moment.",
  config_invalid: "At the start or at a reload: the message names file, line and setting.",
  config_missing: "At the start: the message names the setting.",
  config_conflict: "At the start: two names of one setting have different values; keep one.",
} as const satisfies Readonly<Record<ErrorCode, string>>;

export function errorsPage(): string {
  const rows = Object.entries(ERRORS).map(([name, { status, retry, title }]) => [
    code(name),
    String(status),
    retry ? "yes" : "",
    title,
    MENDS[name as ErrorCode],
  ]);
  return `# Errors

${made("packages/protocol/src/errors.ts")}

A code is never renamed and never reused: hold on to \`code\`, not to the words. Native routes answer
problem details (RFC 9457, \`application/problem+json\`); drop-in routes answer in the form of the server
that they stand for, with the same \`code\` and \`request_id\` beside it. Neither holds a token or a secret.

\`\`\`json
${example()}
\`\`\`

In TypeScript the same codes are thrown as \`HandstampError\`; \`isHandstampError(error)\` tells them from
others, and \`providerCode\` is the provider's own number for the same failure, such as Twilio's 20104.

${table(["code", "status", "retry", "title", "what to do"], rows)}
`;
}

/** What the service itself would write. */
function example(): string {
  const fields = [{ pointer: "/ttl", message: "must be at most 86400 seconds (24 hours)" }];
  const error = new HandstampError("ttl_invalid", "/ttl must be at most 86400 seconds", { fields });
  return JSON.stringify(writeProblem(toFailure(error, "q5tZ9m5brKmE6d_7")).body, null, 2);
}
