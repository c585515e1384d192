import { PROVIDERS } from "@handstamp/core";
import { SCOPES, s } from "@handstamp/protocol";
import { RFC_3339 } from "../../http/time.ts";

export const TIME_HINT = "a time in RFC 3339 such as 2027-01-01T00:00:00Z";

const PRODUCT_NAMES = Object.values(PROVIDERS).flatMap(({ products }) =>
  products.map(({ name }) => name),
);

/** No control or format characters, no halves of surrogate pairs: a name is for lists and log lines. */
const NAME = s.text({
  min: 1,
  max: 100,
  pattern: /^[^\p{C}\p{Zl}\p{Zp}]+$/u,
  hint: "a name without control characters",
  doc: "What it is for; shown in lists and to policy as caller.claims.name.",
});
const SCOPE_LIST = s.list(s.choice(SCOPES), { max: SCOPES.length, doc: "What it may do." });

/** The body of `POST /v1/callers`. */
export const NEW_CALLER = s.object(
  {
    name: NAME,
    scopes: SCOPE_LIST,
    products: s.optional(
      s.list(s.choice(PRODUCT_NAMES), {
        max: PRODUCT_NAMES.length,
        doc: "Limits it to these products.",
      }),
    ),
    on_behalf: s.optional(
      s.list(s.text({ min: 1, max: 256 }), {
        max: 100,
        doc: "Limits mint:others to these identities; * stands for any text.",
      }),
    ),
    expires_at: s.optional(
      s.text({ pattern: RFC_3339, hint: TIME_HINT, doc: "When it ends, RFC 3339." }),
    ),
  },
  { example: { name: "backend", scopes: ["mint", "mint:others"] } },
);

const FIELDS = {
  id: s.text(),
  name: s.text(),
  scopes: SCOPE_LIST,
  products: s.optional(s.list(s.text())),
  on_behalf: s.optional(s.list(s.text())),
  created_at: s.text({ doc: "RFC 3339, UTC." }),
  expires_at: s.optional(s.text({ doc: "RFC 3339, UTC." })),
  last_used_at: s.optional(s.text({ doc: "RFC 3339, UTC; to the minute. Absent until it mints." })),
} as const;

/** An API token as it is listed: everything but the token. */
export const CALLER = s.object(FIELDS);
/** An API token in the one answer that holds it. */
export const CREATED_CALLER = s.object({
  ...FIELDS,
  token: s.text({ doc: "hs_...: kept nowhere and shown this once." }),
});
export const CALLER_LIST = s.object({ callers: s.list(CALLER) });
