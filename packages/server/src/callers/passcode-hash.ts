/** Passcodes as they are kept: scrypt (RFC 7914) in PHC form, `$scrypt$ln=15,r=8,p=1$salt$hash`. */
import { scrypt, timingSafeEqual } from "node:crypto";

/** 32 MiB and some 80 ms of one core for each guess. */
const COST = { ln: 15, r: 8, p: 1 } as const;
const SALT_BYTES = 16;
const HASH_BYTES = 32;
/** One cost only: a hash that a stranger could make expensive, or cheap, is not accepted. */
const FORM = /^\$scrypt\$ln=15,r=8,p=1\$([A-Za-z0-9+/]{22})\$([A-Za-z0-9+/]{43})$/;
export const MAX_PASSCODE_BYTES = 128;

export function isPasscodeHash(text: string): boolean {
  return FORM.test(text);
}

/**
 * Hashes a passcode for the configuration.
 *
 * @param salt 16 random bytes
 * @example
 * await hashPasscode("open sesame 2027", randomBytes(16)) // "$scrypt$ln=15,r=8,p=1$..."
 */
export async function hashPasscode(passcode: string, salt: Uint8Array): Promise<string> {
  if (salt.length !== SALT_BYTES) throw new RangeError(`a salt has ${SALT_BYTES} bytes`);
  const hash = await derive(passcode, salt);
  return `$scrypt$ln=${COST.ln},r=${COST.r},p=${COST.p}$${phc(salt)}$${phc(hash)}`;
}

/** True where the passcode is the one that was hashed. Constant in time for each hash. */
export async function isPasscode(passcode: string, hash: string): Promise<boolean> {
  const [, salt = "", expected = ""] = FORM.exec(hash) ?? [];
  const derived = await derive(passcode, Buffer.from(salt, "base64"));
  const wanted = Buffer.from(expected, "base64");
  return wanted.length === derived.length && timingSafeEqual(wanted, derived);
}

function derive(passcode: string, salt: Uint8Array): Promise<Buffer> {
  const options = { N: 2 ** COST.ln, r: COST.r, p: COST.p, maxmem: 64 * 1024 * 1024 };
  return new Promise((resolve, reject) => {
    scrypt(passcode.normalize("NFC"), salt, HASH_BYTES, options, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}

// PHC strings have standard base64 without padding.
function phc(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64").replaceAll("=", "");
}
