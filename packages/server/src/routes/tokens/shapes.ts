import { PROVIDERS } from "@handstamp/core";
import { s } from "@handstamp/protocol";

export const PROVIDER_IDS = Object.keys(PROVIDERS) as (keyof typeof PROVIDERS)[];
const time = (doc: string) => s.text({ doc: `${doc} RFC 3339, UTC.` });

/** The body of `POST /v1/tokens`. Each grant is checked later against its product's own shape. */
export const TOKEN_REQUEST = s.object(
  {
    provider: s.choice(PROVIDER_IDS, { doc: "Whose token." }),
    identity: s.optional(
      s.text({ min: 1, max: 256, doc: "Whom it is for; the caller's own when it is left out." }),
    ),
    ttl: s.optional(
      s.integer({ unit: "seconds", doc: "Seconds; the policy's default when it is left out." }),
    ),
    grants: s.optional(
      s.record(s.json(), {
        max: 16,
        doc: "One key a product; nothing asks for what the policy names literally.",
        example: { video: { room: "lesson-12" }, chat: {} },
      }),
    ),
  },
  { example: { provider: "twilio", grants: { video: { room: "lesson-12" }, chat: {} } } },
);

/** The answer to `POST /v1/tokens`. */
export const TOKEN_RESPONSE = s.object({
  id: s.text({ doc: "The token's id: Twilio's jti, or the digest that stands for it." }),
  provider: s.choice(PROVIDER_IDS),
  identity: s.text(),
  uid: s.optional(s.integer({ doc: "Agora's integer uid, where the token has one." })),
  token: s.text(),
  issued_at: time("When it was signed."),
  expires_at: time("When it ends."),
  refresh_at: time("When to renew it."),
  grants: s.record(s.json(), { doc: "What it grants, with every default filled in." }),
  warnings: s.optional(s.list(s.text(), { doc: "What the provider only advises against." })),
});

const operators = (doc: string) => s.optional(s.text({ doc: `${doc} With the scope read.` }));

/** The record of one issued token. The token itself is kept nowhere. */
export const ISSUANCE = s.object({
  id: s.text({ doc: "The token's id." }),
  provider: s.choice(PROVIDER_IDS),
  products: s.list(s.text(), { doc: "Full names: twilio.video." }),
  identity: s.text(),
  uid: s.optional(s.integer({ doc: "Agora's integer uid, where the token has one." })),
  grants: s.record(s.json(), { doc: "What it grants." }),
  issued_at: time("When it was signed."),
  expires_at: time("When it ends."),
  revoked_at: s.optional(time("When it was revoked.")),
  key_id: operators("The signing key."),
  caller: s.optional(
    s.object({ kind: s.text(), id: s.text() }, { doc: "Who asked. With the scope read." }),
  ),
  rule: operators("The rule that allowed it."),
  request_id: operators("The request that it answered."),
  digest: operators("base64url(SHA-256(the token)): finds it without keeping it."),
});
