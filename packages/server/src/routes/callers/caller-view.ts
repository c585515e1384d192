import type { JsonObject } from "@handstamp/protocol";
import { rfc3339 } from "../../http/time.ts";
import type { ApiTokenRow } from "../../store/rows.ts";

/** An API token as the API shows it: never its digest, and the token itself nobody has. */
export function callerView(row: ApiTokenRow): JsonObject {
  const { id, name, scopes, products, onBehalf, createdAt, expiresAt, lastUsedAt } = row;
  return {
    id,
    name,
    scopes,
    ...(products === null ? {} : { products }),
    ...(onBehalf === null ? {} : { on_behalf: onBehalf }),
    created_at: rfc3339(createdAt),
    ...(expiresAt === null ? {} : { expires_at: rfc3339(expiresAt) }),
    ...(lastUsedAt === null ? {} : { last_used_at: rfc3339(lastUsedAt) }),
  };
}
