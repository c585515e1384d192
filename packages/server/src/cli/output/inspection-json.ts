import type { Inspection } from "@handstamp/core";
import { rfc3339 } from "./time.ts";

/** An inspection in JSON's snake_case, its times in RFC 3339. Undefined fields are left out by JSON. */
export function inspectionJson(inspection: Inspection): Record<string, unknown> {
  const { provider, format, verified, identity, account, id, grants, parts } = inspection;
  return {
    provider,
    format,
    verified,
    key_id: inspection.keyId,
    id,
    identity,
    account,
    issued_at: rfc3339(inspection.issuedAt),
    not_before: rfc3339(inspection.notBefore),
    expires_at: rfc3339(inspection.expiresAt),
    problems: inspection.problems.map(({ providerCode, ...problem }) => ({
      ...problem,
      provider_code: providerCode,
    })),
    grants,
    parts,
  };
}
