import { type Context, systemRandom } from "@handstamp/core";
import type { JsonObject } from "@handstamp/protocol";

/**
 * The time and the chance that went into a token: with the same request and the same key they make the
 * same token again. That is what an idempotency key keeps; the token itself is never kept.
 */
export interface Draw {
  /** Unix seconds. */
  readonly now: number;
  readonly random: NonNullable<Context["random"]>;
  /** In [0, 1), for the spread of renewals. */
  readonly jitter: number;
  /** What has been drawn so far. */
  readonly kept: () => JsonObject;
}

/** A new draw from the system's source. */
export function freshDraw(nowSeconds: number): Draw {
  const drawn: string[] = [];
  const jitter = Math.random();
  return {
    now: nowSeconds,
    jitter,
    random(size) {
      const bytes = systemRandom(size);
      drawn.push(Buffer.from(bytes).toString("hex"));
      return bytes;
    },
    kept: () => ({ now: nowSeconds, jitter, drawn }),
  };
}

/** The draw that was kept, in the same order. */
export function keptDraw(kept: JsonObject): Draw {
  const { now, jitter, drawn } = kept as { now: number; jitter: number; drawn: readonly string[] };
  let next = 0;
  return {
    now,
    jitter,
    random: () => Buffer.from(drawn[next++] ?? "", "hex"),
    kept: () => kept,
  };
}
