/**
 * Mint, verify and inspect the tokens of real-time providers. No I/O; the clock and randomness can be
 * passed in.
 *
 * For one provider alone import its own path, `@handstamp/core/twilio` or `@handstamp/core/agora`:
 * this module brings all of them.
 *
 * @module
 */

export { type ErrorCode, HandstampError, isHandstampError } from "@handstamp/protocol";
export { inspect } from "./inspect.ts";
export type { ByteField, Finding, Inspection, Part } from "./inspection.ts";
export { type Random, systemRandom } from "./lib/random.ts";
export type {
  AllowField,
  Context,
  Facts,
  InspectOptions,
  KeyMaterial,
  Minted,
  MintRequest,
  Product,
  Provider,
  Verified,
} from "./provider.ts";
export { PROVIDERS } from "./providers.ts";
