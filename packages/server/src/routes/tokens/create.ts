import type { JsonObject, ProviderId, TokenResponse } from "@handstamp/protocol";
import type { Ask, Operation } from "../../http/operation.ts";
import { rfc3339 } from "../../http/time.ts";
import type { Issuer } from "../../issue/issue.ts";
import type { Recorded } from "../../issue/record.ts";
import { idempotencyOf } from "../idempotency.ts";
import { TOKEN_REQUEST, TOKEN_RESPONSE } from "./shapes.ts";

/** `POST /v1/tokens`: everything that is asked for, or a refusal of all of it. */
export function createToken(issuer: Issuer): Operation {
  return {
    id: "createToken",
    method: "POST",
    path: "/v1/tokens",
    tag: "Tokens",
    access: "mint",
    summary: "Issue a token",
    body: TOKEN_REQUEST,
    answers: { 201: { doc: "The token; it is in the record.", shape: TOKEN_RESPONSE } },
    handle: async (ask) => ({ status: 201, body: responseOf(await issue(issuer, ask)) }),
  };
}

function issue(issuer: Issuer, ask: Ask): Promise<Recorded> {
  const {
    provider,
    identity,
    ttl,
    grants = {},
  } = ask.body as {
    provider: ProviderId;
    identity?: string;
    ttl?: number;
    grants?: Readonly<Record<string, JsonObject>>;
  };
  const idempotency = idempotencyOf(ask);
  return issuer.issue(
    ask.caller,
    { provider, identity, ttl, grants, want: "all", idempotency },
    ask,
  );
}

function responseOf(recorded: Recorded): TokenResponse {
  const { id, provider, identity, uid, token, grants, warnings } = recorded;
  return {
    id,
    provider,
    identity,
    ...(uid === undefined ? {} : { uid }),
    token,
    issued_at: rfc3339(recorded.issuedAt),
    expires_at: rfc3339(recorded.expiresAt),
    refresh_at: rfc3339(recorded.refreshAt),
    grants,
    ...(warnings.length > 0 ? { warnings } : {}),
  };
}
