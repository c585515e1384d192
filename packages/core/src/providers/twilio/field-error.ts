import { type ErrorCode, HandstampError } from "@handstamp/protocol";

/**
 * An error about one field of a request.
 *
 * @param problem what is wrong, to be read after the field's name; never the value itself
 * @param providerCode what Twilio reports for the same failure
 */
export function fieldError(
  path: readonly string[],
  problem: string,
  code: ErrorCode = "invalid_request",
  providerCode?: number,
): HandstampError {
  return new HandstampError(code, `${path.join(".")} ${problem}.`, {
    fields: [{ pointer: `/${path.join("/")}`, message: problem }],
    ...(providerCode === undefined ? {} : { providerCode }),
  });
}
