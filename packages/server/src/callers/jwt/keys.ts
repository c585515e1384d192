/** The keys that a JWT issuer is bound to, each held to the algorithms that it is for. */
import { createHash, createPublicKey, createSecretKey, type KeyObject } from "node:crypto";
import { isObject } from "@handstamp/protocol";
import type { Secret } from "../../secret.ts";
import { ALGORITHMS, type AlgorithmName, algorithmsOf } from "./algorithms.ts";

export interface VerificationKey {
  /** The same key has the same name in every fetch. */
  readonly name: string;
  readonly kid: string | undefined;
  readonly algorithms: readonly AlgorithmName[];
  readonly key: KeyObject;
}

/** Where an issuer's keys are looked up. */
export interface KeySource {
  /**
   * The keys that may have signed under this algorithm and key id, a handful at most.
   * @throws HandstampError `identity_provider_unavailable`
   */
  find(
    kid: string | undefined,
    alg: AlgorithmName,
  ): readonly VerificationKey[] | Promise<readonly VerificationKey[]>;
  /** True while the key is one of the issuer's: a remembered JWT falls with its key. */
  holds(key: VerificationKey): boolean;
  /** What is wrong now, for health. */
  problem(): string | undefined;
}

/** The one key of a `secret` or a `public_key` caller; a `kid` in the token is no matter. */
export function fixedKey(key: KeyObject, algorithms: readonly AlgorithmName[]): KeySource {
  const only: VerificationKey = { name: "configured", kid: undefined, algorithms, key };
  return {
    find: (_kid, alg) => (only.algorithms.includes(alg) ? [only] : []),
    holds: (held) => held === only,
    problem: () => undefined,
  };
}

/** An HMAC key out of a shared secret's UTF-8. */
export function secretKey(secret: Secret): KeyObject {
  return createSecretKey(secret.reveal(), "utf8");
}

/** The most keys of a set that are looked at. */
export const MAX_KEYS = 64;
/** Members that make a JWK private or symmetric (RFC 7518, section 6). Such a key is known to others. */
const NOT_PUBLIC = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] as const;
/** What a public key consists of. Everything else in a JWK (`x5c`, `x5u`) is left aside. */
const PUBLIC_MEMBERS = ["kty", "n", "e", "crv", "x", "y"] as const;

export interface ParsedKeys {
  readonly keys: readonly VerificationKey[];
  /** Why others were left out, for the log. */
  readonly leftOut: readonly string[];
}

/**
 * The usable keys of a JSON Web Key Set (RFC 7517): public, for signatures, strong enough, and of an
 * algorithm that the issuer is configured for.
 *
 * @throws Error where it is no set, holds too many keys, or none that can be used
 */
export function parseKeySet(body: unknown, algorithms: readonly AlgorithmName[]): ParsedKeys {
  const listed = isObject(body) ? body["keys"] : undefined;
  if (!Array.isArray(listed)) throw new Error("the answer is no JSON Web Key Set");
  if (listed.length > MAX_KEYS) throw new Error(`the key set holds more than ${MAX_KEYS} keys`);
  const keys: VerificationKey[] = [];
  const leftOut: string[] = [];
  for (const [i, jwk] of listed.entries()) {
    const read = readJwk(jwk, algorithms);
    if (typeof read === "string") leftOut.push(`key ${i}: ${read}`);
    else keys.push(read);
  }
  if (keys.length === 0)
    throw new Error(
      `the key set holds no usable key (${leftOut.slice(0, 4).join("; ") || "it is empty"})`,
    );
  return { keys, leftOut };
}

function readJwk(jwk: unknown, wanted: readonly AlgorithmName[]): VerificationKey | string {
  if (!isObject(jwk)) return "no object";
  if (NOT_PUBLIC.some((name) => Object.hasOwn(jwk, name)))
    return "holds private or symmetric parts";
  if (jwk["use"] !== undefined && jwk["use"] !== "sig") return "not for signatures";
  const operations = jwk["key_ops"];
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes("verify")))
    return "not for verifying";
  const key = importKey(jwk);
  if (!key) return "not a key that can be read";
  const { alg, kid } = jwk;
  const algorithms = algorithmsOf(key).filter(
    (name) => wanted.includes(name) && (alg === undefined || alg === name),
  );
  if (algorithms.length === 0) return "too weak, or of no algorithm that is configured";
  return { name: nameOf(jwk), kid: typeof kid === "string" ? kid : undefined, algorithms, key };
}

function importKey(jwk: Record<string, unknown>): KeyObject | undefined {
  try {
    return createPublicKey({ key: publicPart(jwk), format: "jwk" });
  } catch {
    return undefined;
  }
}

function publicPart(jwk: Record<string, unknown>): Record<string, unknown> {
  const present = PUBLIC_MEMBERS.filter((name) => Object.hasOwn(jwk, name));
  return Object.fromEntries(present.map((name) => [name, jwk[name]]));
}

function nameOf(jwk: Record<string, unknown>): string {
  const identity = [publicPart(jwk), jwk["kid"] ?? null, jwk["alg"] ?? null];
  return createHash("sha256").update(JSON.stringify(identity)).digest("base64url");
}

/** The keys that an id and an algorithm select. Without an id only a single key is unambiguous. */
export function selectKeys(
  keys: readonly VerificationKey[],
  kid: string | undefined,
  alg: AlgorithmName,
): readonly VerificationKey[] {
  const fit = keys.filter((key) => key.algorithms.includes(alg) && ALGORITHMS[alg].takes(key.key));
  if (kid === undefined) return fit.length === 1 ? fit : [];
  return fit.filter((key) => key.kid === kid).slice(0, 2);
}
