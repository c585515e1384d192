/**
 * The signature algorithms of callers' JWTs (RFC 7518, section 3; RFC 8037; RFC 9864). `none` is not
 * in the table, and HMAC never shares a look-up with the rest: each takes only a key of its own kind.
 */
import { constants, createHmac, type KeyObject, timingSafeEqual, verify } from "node:crypto";

type Family = "hmac" | "public";

export interface Algorithm {
  readonly family: Family;
  /** True for a key of the type, curve and size that this algorithm takes. */
  readonly takes: (key: KeyObject) => boolean;
  readonly verify: (key: KeyObject, signed: Buffer, signature: Buffer) => boolean;
}

const MIN_RSA_BITS = 2048;
/** Verification grows with the square of the modulus: a huge one is a way to burn this machine. */
const MAX_RSA_BITS = 8192;
/** An exponent of 1 makes every signature valid; small ones have a history. */
const MIN_RSA_EXPONENT = 65537n;
const MAX_RSA_EXPONENT = 2n ** 32n;

/** @param bytes of the hash: also the least length of the secret (RFC 7518, section 3.2) */
function hmac(hash: string, bytes: number): Algorithm {
  return {
    family: "hmac",
    takes: (key) => key.type === "secret" && (key.symmetricKeySize ?? 0) >= bytes,
    verify(key, signed, signature) {
      const expected = createHmac(hash, key).update(signed).digest();
      return signature.length === expected.length && timingSafeEqual(signature, expected);
    },
  };
}

function rsa(hash: string): Algorithm {
  return {
    family: "public",
    takes: isRsa,
    verify: (key, signed, signature) => verify(hash, signed, key, signature),
  };
}

function rsaPss(hash: string, saltLength: number): Algorithm {
  const padding = constants.RSA_PKCS1_PSS_PADDING;
  return {
    family: "public",
    takes: isRsa,
    verify: (key, signed, signature) =>
      verify(hash, signed, { key, padding, saltLength }, signature),
  };
}

function ecdsa(hash: string, namedCurve: string, length: number): Algorithm {
  return {
    family: "public",
    takes: (key) =>
      key.asymmetricKeyType === "ec" && key.asymmetricKeyDetails?.namedCurve === namedCurve,
    verify: (key, signed, signature) =>
      signature.length === length &&
      verify(hash, signed, { key, dsaEncoding: "ieee-p1363" }, signature),
  };
}

const ed25519: Algorithm = {
  family: "public",
  takes: (key) => key.asymmetricKeyType === "ed25519",
  verify: (key, signed, signature) => verify(null, signed, key, signature),
};

function isRsa(key: KeyObject): boolean {
  const { modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {};
  return (
    key.asymmetricKeyType === "rsa" &&
    modulusLength >= MIN_RSA_BITS &&
    modulusLength <= MAX_RSA_BITS &&
    publicExponent >= MIN_RSA_EXPONENT &&
    publicExponent < MAX_RSA_EXPONENT
  );
}

export const ALGORITHMS = {
  RS256: rsa("sha256"),
  RS384: rsa("sha384"),
  RS512: rsa("sha512"),
  PS256: rsaPss("sha256", 32),
  PS384: rsaPss("sha384", 48),
  PS512: rsaPss("sha512", 64),
  ES256: ecdsa("sha256", "prime256v1", 64),
  ES384: ecdsa("sha384", "secp384r1", 96),
  ES512: ecdsa("sha512", "secp521r1", 132),
  EdDSA: ed25519,
  Ed25519: ed25519,
  HS256: hmac("sha256", 32),
  HS384: hmac("sha384", 48),
  HS512: hmac("sha512", 64),
} as const satisfies Record<string, Algorithm>;

export type AlgorithmName = keyof typeof ALGORITHMS;

export const ALGORITHM_NAMES = Object.keys(ALGORITHMS) as AlgorithmName[];

/** The algorithms that a key can be used with, in the table's order: the first is the usual one. */
export function algorithmsOf(key: KeyObject): readonly AlgorithmName[] {
  return ALGORITHM_NAMES.filter((name) => ALGORITHMS[name].takes(key));
}
