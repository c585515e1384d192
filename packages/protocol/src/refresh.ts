/**
 * How long before its expiry a token should be renewed, in seconds:
 * `min(ttl/2, clamp(ttl/10, 60, 300))`. Twilio's and Agora's SDKs warn between 10 s and 3 min before
 * the end; this is earlier than each of them, and never later than half of a short token's life.
 *
 * @param ttl the token's whole life in seconds
 */
export function refreshLead(ttl: number): number {
  return Math.min(ttl / 2, Math.min(300, Math.max(60, ttl / 10)));
}

/**
 * When a token should be renewed: up to a fifth of the lead earlier at random, so that clients which
 * started together do not renew together.
 *
 * @param issuedAt unix seconds
 * @param expiresAt unix seconds
 * @param random a number in [0, 1)
 * @returns whole unix seconds
 */
export function refreshAt(issuedAt: number, expiresAt: number, random: number): number {
  const lead = refreshLead(expiresAt - issuedAt);
  return Math.max(issuedAt, Math.floor(expiresAt - lead * (1 + random / 5)));
}
