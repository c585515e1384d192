import type { JsonObject } from "@handstamp/protocol";
import { rfc3339 } from "../../http/time.ts";
import type { Issuance } from "../../store/rows.ts";

/**
 * An issuance record as the API shows it.
 *
 * @param whole with what concerns the operator: who asked, which rule allowed it, which key signed
 */
export function issuanceView(issuance: Issuance, whole: boolean): JsonObject {
  const { id, provider, products, identity, uid, grants, revokedAt } = issuance;
  return {
    id,
    provider,
    products,
    identity,
    ...(uid === null ? {} : { uid }),
    grants,
    issued_at: rfc3339(issuance.issuedAt),
    expires_at: rfc3339(issuance.expiresAt),
    ...(revokedAt === null ? {} : { revoked_at: rfc3339(revokedAt) }),
    ...(whole ? forOperators(issuance) : {}),
  };
}

function forOperators({ key, caller, rule, request, digest }: Issuance): JsonObject {
  return { key_id: key, caller: { ...caller }, rule, request_id: request, digest };
}
