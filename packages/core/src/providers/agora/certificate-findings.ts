/** Why a signature does not match, when the key shows it: each is a mistake that people make. */
import type { Finding } from "../../inspection.ts";
import type { KeyMaterial } from "../../provider.ts";
import { AGORA, finding } from "./finding.ts";

export interface Held {
  /** The key that signed, if one did. */
  readonly key?: KeyMaterial;
  readonly findings: readonly Finding[];
}

/** What a slip makes of a key, and what to say when the slip explains the signature. */
const SLIPS: readonly {
  code: string;
  certificate: (key: KeyMaterial) => string;
  message: string;
  mend: string;
}[] = [
  {
    code: "certificate_whitespace",
    certificate: ({ secret }) => secret.trim(),
    message: "The certificate has white space around it; without it the signature matches.",
    mend: "Trim the certificate where it is read, often a line end in a file or a variable.",
  },
  {
    code: "certificate_swapped",
    certificate: ({ account }) => account,
    message:
      "The app ID and the certificate are swapped; the other way round the signature matches.",
    mend: "Pass the app ID as app ID and the certificate as certificate.",
  },
  {
    code: "certificate_case",
    certificate: ({ secret }) => secret.toLowerCase(),
    message:
      "The certificate is in another case than the one that signed; its digits sign as text.",
    mend: "Copy the certificate as Agora's console shows it.",
  },
];

/** Holds a token against the keys: the first that signed it, or why none did. */
export function holdAgainst(
  appId: string,
  keys: readonly KeyMaterial[],
  isSigner: (certificate: string) => boolean,
): Held {
  const ours = keys.filter(({ account }) => account === appId);
  const key = ours.find(({ secret }) => isSigner(secret));
  if (key) return { key, findings: [] };
  for (const candidate of keys)
    for (const { code, certificate, message, mend } of SLIPS) {
      const other = certificate(candidate);
      if (other !== candidate.secret && isSigner(other))
        return { findings: [finding("error", code, message, mend, invalid)] };
    }
  return { findings: [ours.length === 0 ? wrongApp(keys, appId) : wrongCertificate(ours, appId)] };
}

const invalid = { providerCode: AGORA.invalid, pointer: "/message/signature" };

function wrongApp(keys: readonly KeyMaterial[], appId: string): Finding {
  const swapped = keys.some(({ secret }) => secret === appId);
  return finding(
    "error",
    swapped ? "certificate_is_app_id" : "app_id_mismatch",
    swapped
      ? "What was given as certificate is the app ID of the token."
      : "The token is for another app than the keys.",
    "Use the app ID and the certificate of one project.",
    { providerCode: AGORA.appId, pointer: "/message/app_id" },
  );
}

function wrongCertificate(ours: readonly KeyMaterial[], appId: string): Finding {
  if (ours.some(({ secret }) => secret === appId))
    return finding(
      "error",
      "certificate_is_app_id",
      "The certificate is the app ID again.",
      "Copy the primary certificate from Agora's console.",
      invalid,
    );
  return finding(
    "error",
    "signature_invalid",
    "The signature does not match: the token was changed, or another certificate signed it.",
    "Compare the app certificate with the one in Agora's console, and look whether it was rotated.",
    invalid,
  );
}
