import type { Provider } from "@handstamp/core";
import { HandstampError } from "@handstamp/protocol";

/**
 * Refuses a ttl that no policy could allow: one that is not whole, not positive, or beyond what the
 * provider accepts. Policy only ever makes a ttl shorter.
 *
 * @param ttl whole seconds, or undefined for the default
 * @throws HandstampError `ttl_invalid`, naming the unit
 */
export function checkTtl(
  provider: Provider,
  products: readonly string[],
  ttl: number | undefined,
): void {
  if (ttl === undefined) return;
  const max = Math.min(
    provider.facts.maxTtl,
    ...provider.products.flatMap(({ key, maxTtl }) =>
      maxTtl && products.includes(key) ? [maxTtl] : [],
    ),
  );
  const message = complaint(ttl, max);
  if (message)
    throw new HandstampError("ttl_invalid", `/ttl ${message}`, {
      fields: [{ pointer: "/ttl", message }],
    });
}

function complaint(ttl: number, max: number): string | undefined {
  if (!Number.isSafeInteger(ttl)) return "must be a whole number of seconds";
  if (ttl < 1) return "must be at least 1 second";
  if (ttl <= max) return undefined;
  const limit = `must be at most ${max} seconds`;
  if (ttl > 1_000_000_000) return `${limit} from now; this looks like a point in time`;
  return ttl % 1000 === 0 && ttl / 1000 <= max ? `${limit}; this looks like milliseconds` : limit;
}
