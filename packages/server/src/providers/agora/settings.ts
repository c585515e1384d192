import { createHash } from "node:crypto";
import type { Setting, Values } from "../provider.ts";

const hex32 = (thing: string) => ({
  pattern: /^[0-9a-fA-F]{32}$/,
  hint: `${thing}: 32 hex digits`,
});

export const settings: readonly Setting[] = [
  { name: "app_id", env: ["AGORA_APP_ID", "APP_ID"], ...hex32("an app ID"), use: "account" },
  {
    name: "app_certificate",
    env: ["AGORA_APP_CERTIFICATE", "APP_CERTIFICATE"],
    ...hex32("an app certificate"),
    use: "key_secret",
    secret: true,
  },
  {
    name: "app_certificate_secondary",
    env: ["AGORA_APP_CERTIFICATE_SECONDARY"],
    ...hex32("an app certificate"),
    use: "operation",
    secret: true,
  },
  {
    name: "customer_id",
    env: ["AGORA_CUSTOMER_ID"],
    ...hex32("a customer ID"),
    use: "operation",
  },
  {
    name: "customer_secret",
    env: ["AGORA_CUSTOMER_SECRET"],
    ...hex32("a customer secret"),
    use: "operation",
    secret: true,
  },
];

/**
 * Agora's certificates have no name, so a certificate is known by a fingerprint: the first 48 bits of
 * SHA-256 over the app ID and the certificate's 128 random bits, which gives nothing of it away.
 */
export function keyId(values: Values): string {
  const text = `${values["app_id"]}:${values["app_certificate"]}`.toLowerCase();
  return `cert_${createHash("sha256").update(text).digest("hex").slice(0, 12)}`;
}

/** A project of Agora's shape for development: Agora does not know it. */
export function develop(hex: (bytes: number) => string): Values {
  return { app_id: hex(16), app_certificate: hex(16) };
}
