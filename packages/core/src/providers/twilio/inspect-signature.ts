/** Whether a signature fits a key, and when it does not, why. */
import type { JsonObject } from "@handstamp/protocol";
import { decodeBase64url } from "#platform";
import type { Finding } from "../../inspection.ts";
import { hasSignature } from "../../lib/jwt.ts";
import type { TextPart } from "../../lib/jwt-text.ts";
import type { KeyMaterial } from "../../provider.ts";
import { looksLikeAuthToken, secretProblem } from "./credentials.ts";
import { problem } from "./problems.ts";

export interface SignatureView {
  readonly verified: boolean | null;
  readonly keyId?: string;
  readonly problems: readonly Finding[];
}

interface Signed {
  readonly signed: string;
  readonly signature: Uint8Array;
}

const UNKNOWN: SignatureView = { verified: null, problems: [] };

/** @param keys those to hold the signature against; one without an id fits any token */
export function signatureView(
  parts: readonly TextPart[],
  header: JsonObject,
  payload: JsonObject,
  keys: readonly KeyMaterial[],
): SignatureView {
  const usable = keys.filter(({ secret }) => typeof secret === "string" && secret !== "");
  if (usable.length === 0) return UNKNOWN;
  const own = usable.filter(({ id }) => id === payload["iss"] || id === "" || id === undefined);
  const token = signedOf(parts);
  if (!token || header["alg"] !== "HS256") return { verified: false, problems: [] };
  const key = own.find(({ secret }) => hasSignature(token, secret));
  if (key) return verifiedBy(key, payload);
  return own[0] ? refusedBy(token, own[0]) : withoutItsKey(token, usable);
}

function signedOf(parts: readonly TextPart[]): Signed | undefined {
  const [header, payload, signature] = parts;
  if (parts.length !== 3 || !header || !payload || !signature) return undefined;
  const bytes = decodeBase64url(signature.text);
  return bytes && { signed: `${header.text}.${payload.text}`, signature: bytes };
}

function verifiedBy(key: KeyMaterial, payload: JsonObject): SignatureView {
  const problems: Finding[] = [];
  if (key.account && payload["sub"] !== undefined && payload["sub"] !== key.account)
    problems.push(
      problem(
        "account_mismatch",
        "sub is not the account that the key belongs to.",
        "/payload/sub",
      ),
    );
  if (payload["sub"] !== undefined && looksLikeAuthToken(key.secret))
    problems.push(
      problem(
        "secret_is_auth_token",
        "It was signed with what looks like an account's auth token.",
      ),
    );
  return { verified: true, ...(key.id ? { keyId: key.id } : {}), problems };
}

function refusedBy(token: Signed, { secret }: KeyMaterial): SignatureView {
  return { verified: false, problems: [whyRefused(token, secret)] };
}

/** What people's secrets gain on their way through files, shells and forms. */
const ACCIDENTS: readonly ((secret: string) => string)[] = [
  (s) => `${s}\n`,
  (s) => `${s}\r\n`,
  (s) => `${s}\r`,
  (s) => `${s} `,
  (s) => ` ${s}`,
  (s) => `${s}\t`,
];

function whyRefused(token: Signed, secret: string): Finding {
  const trimmed = secret.trim();
  if (trimmed !== secret && trimmed !== "" && hasSignature(token, trimmed))
    return problem(
      "secret_whitespace",
      "The secret has white space around it; without that the signature matches.",
    );
  if (ACCIDENTS.some((spoil) => hasSignature(token, spoil(secret))))
    return problem(
      "signed_with_whitespace",
      "It was signed with this secret and stray white space beside it.",
    );
  if (['"', "'"].some((quote) => hasSignature(token, `${quote}${secret}${quote}`)))
    return problem(
      "signed_with_quotes",
      "It was signed with this secret and the quotes around it.",
    );
  if (looksLikeAuthToken(secret))
    return problem(
      "secret_is_auth_token",
      "The signature does not match, and the secret looks like an account's auth token.",
    );
  const fault = secretProblem(secret);
  if (fault)
    return problem("secret_unusable", `The signature does not match, and the secret ${fault}.`);
  return problem("wrong_secret", "The signature does not match this secret.");
}

/** None of the keys is the one that the token names: perhaps the name is wrong. */
function withoutItsKey(token: Signed, keys: readonly KeyMaterial[]): SignatureView {
  const other = keys.find(({ secret }) => hasSignature(token, secret));
  if (!other)
    return {
      verified: null,
      problems: [problem("key_unknown", "The key that iss names is not among the given ones.")],
    };
  const message = "It was signed with another key's secret than iss names.";
  return {
    verified: false,
    problems: [problem("signed_with_other_key", message, "/payload/iss")],
  };
}
