import { equalBytes, hmacSha256, sha256Base64url } from "#platform";

/**
 * The signature of a 007 message: the time and the salt each derive a key from the one before, then
 * the last key signs. The certificate goes in as its ASCII digits; it is not decoded from hex.
 */
export function signatureOf(
  info: Uint8Array,
  issuedAt: number,
  salt: number,
  certificate: string,
): Uint8Array {
  const dated = hmacSha256(littleEndian(issuedAt), certificate);
  return hmacSha256(hmacSha256(littleEndian(salt), dated), info);
}

function littleEndian(value: number): Uint8Array {
  return Uint8Array.of(value, value >>> 8, value >>> 16, value >>> 24);
}

/** What a signature is held against. */
export interface Signed {
  readonly info: Uint8Array;
  readonly issuedAt: number;
  readonly salt: number;
  readonly signature: Uint8Array;
}

/** Constant in time for one certificate. */
export function isSignedBy(signed: Signed, certificate: string): boolean {
  const expected = signatureOf(signed.info, signed.issuedAt, signed.salt, certificate);
  return equalBytes(expected, signed.signature);
}

/** Agora's tokens have no id of their own, and their text can be compressed anew without a key. */
export function idOf(signed: Uint8Array): string {
  return sha256Base64url(signed);
}
