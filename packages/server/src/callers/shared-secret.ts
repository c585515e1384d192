/** Which shared secrets are no secrets. */

/** RFC 7518, section 3.2: at least as long as the hash. In bytes. */
const LEAST: Readonly<Record<string, number>> = { HS256: 32, HS384: 48, HS512: 64 };
/** Fewer distinct characters than this is a pattern, not a random text. */
const LEAST_DISTINCT = 8;
/** What documentation and starter kits ship: jwt.io's own, Supabase's local one, and their kin. */
const WELL_KNOWN =
  /change.?me|change.?it|placeholder|your[-_ ]|example|at-least-(?:256-bits|32-characters)-long|^(?:super)?-?secret/i;

/** What is wrong with an HMAC secret, as the end of a sentence that never quotes it; or undefined. */
export function secretProblem(secret: string, algorithms: readonly string[]): string | undefined {
  const least = Math.max(...algorithms.map((name) => LEAST[name] ?? 32));
  if (Buffer.byteLength(secret) < least)
    return `must have at least ${least} bytes for ${algorithms.join(", ")}`;
  if (secret.includes("-----BEGIN"))
    return "is a key in PEM, which is not secret from everyone: use public_key";
  if (new Set(secret).size < LEAST_DISTINCT || WELL_KNOWN.test(secret))
    return "is a placeholder or a well-known secret: make one with `openssl rand -base64 48`";
  return undefined;
}
