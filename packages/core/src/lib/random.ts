import { toHex } from "./bytes.ts";

/** Gives so many bytes from a cryptographic source. */
export type Random = (size: number) => Uint8Array;

const POOL_SIZE = 4096;
let pool = new Uint8Array(0);
let used = 0;

/**
 * Bytes from the platform's cryptographic source, fetched 4 KiB at a time: a call for each token
 * costs more than its signature. Bytes are handed out once and wiped from the pool.
 */
export const systemRandom: Random = (size) => {
  if (size > POOL_SIZE) return crypto.getRandomValues(new Uint8Array(size));
  if (used + size > pool.length) {
    pool = crypto.getRandomValues(new Uint8Array(POOL_SIZE));
    used = 0;
  }
  const bytes = pool.slice(used, used + size);
  pool.fill(0, used, used + size);
  used += size;
  return bytes;
};

/** `size` random bytes in lower-case hex. */
export function randomHex(random: Random, size: number): string {
  return toHex(random(size));
}

/** The present in whole unix seconds. */
export function systemNow(): number {
  return Math.floor(Date.now() / 1000);
}
