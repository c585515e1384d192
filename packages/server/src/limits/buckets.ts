/**
 * Token buckets in a bounded amount of memory. Each bucket is one number, the moment at which it will
 * be full again (the generic cell rate algorithm, ITU-T I.371), so that a full one need not be kept.
 */

export interface Buckets {
  /** Takes one from a bucket. @returns 0, or the seconds until there is one to take */
  take(key: string): number;
  /** How many are not full, and some that have become full since. */
  size(): number;
  /** Another rate from now on; what has been taken stays taken. */
  change(perMinute: number): void;
}

const MINUTE = 60;

/**
 * Buckets that hold `perMinute` and are refilled at that rate.
 *
 * @param elapsed seconds of a clock that never jumps
 * @param most buckets at once; beyond, those that were first touched longest ago are forgotten, which
 *   forgives their owners and harms nobody else
 */
export function createBuckets(perMinute: number, elapsed: () => number, most: number): Buckets {
  const fullAt = new Map<string, number>();
  let interval = MINUTE / perMinute;
  return {
    take(key) {
      const now = elapsed();
      const full = Math.max(now, fullAt.get(key) ?? now) + interval;
      const wait = full - now - MINUTE;
      // Rounding must not cost the last one of a full bucket.
      if (wait > interval / 1000) return wait;
      if (fullAt.size >= most && !fullAt.has(key)) makeRoom(fullAt, now, most);
      fullAt.set(key, full);
      return 0;
    },
    size: () => fullAt.size,
    change: (rate) => {
      interval = MINUTE / rate;
    },
  };
}

/** Forgets the full ones; where that is not enough, the oldest tenth. Its cost is spread over many. */
function makeRoom(fullAt: Map<string, number>, now: number, most: number): void {
  for (const [key, full] of fullAt) if (full <= now) fullAt.delete(key);
  const keep = Math.floor(most * 0.9);
  for (const key of fullAt.keys()) {
    if (fullAt.size <= keep) return;
    fullAt.delete(key);
  }
}
