import { invalid } from "@handstamp/protocol";
import type { Ask } from "../http/operation.ts";
import type { Idempotency } from "../issue/types.ts";

/** 1 to 255 visible characters, as the IETF draft has it. */
const KEY = /^[\x21-\x7e]{1,255}$/;

/**
 * The `Idempotency-Key` of a request, with the body it stands for.
 *
 * @throws HandstampError `invalid_request` for a header that cannot be a key
 */
export function idempotencyOf({ idempotencyKey: key, body }: Ask): Idempotency | undefined {
  if (key === undefined) return undefined;
  if (KEY.test(key)) return { key, body: JSON.stringify(body) };
  throw invalid([
    { pointer: "/headers/idempotency-key", message: "must be 1 to 255 visible characters" },
  ]);
}
