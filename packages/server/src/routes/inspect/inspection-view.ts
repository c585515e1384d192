import type { Inspection } from "@handstamp/core";
import { rfc3339 } from "../../http/time.ts";

/** RFC 3339 knows the years 0 to 9999. */
const FIRST_SECOND = -62_167_219_200;
const LAST_SECOND = 253_402_300_799;

/** An inspection in JSON's snake_case. Undefined fields are left out by JSON. */
export function inspectionView(inspection: Inspection): Record<string, unknown> {
  const { provider, format, verified, identity, account, id, grants, parts } = inspection;
  return {
    provider,
    format,
    verified,
    key_id: inspection.keyId,
    id,
    identity,
    account,
    issued_at: timeOf(inspection.issuedAt),
    not_before: timeOf(inspection.notBefore),
    expires_at: timeOf(inspection.expiresAt),
    problems: inspection.problems.map(({ providerCode, ...problem }) => ({
      ...problem,
      provider_code: providerCode,
    })),
    grants,
    parts,
  };
}

/** A forged token can claim a time that no calendar has; its parts show the number. */
function timeOf(seconds: number | undefined): string | undefined {
  if (seconds === undefined || seconds < FIRST_SECOND || seconds > LAST_SECOND) return undefined;
  return rfc3339(Math.floor(seconds));
}

const text = (description?: string) => ({
  type: "string",
  ...(description === undefined ? {} : { description }),
});
const list = (properties: Readonly<Record<string, unknown>>, required: readonly string[]) => ({
  type: "array",
  items: { type: "object", properties, required },
});

const RANGE = { type: "array", items: { type: "integer" }, minItems: 2, maxItems: 2 };

const BYTES = list(
  {
    name: text(),
    offset: { type: "integer" },
    size: { type: "integer" },
    hex: text(),
    value: {},
    meaning: text("The value in words."),
  },
  ["name", "offset", "size", "hex", "value"],
);

const PROBLEMS = list(
  {
    code: text("Stable, in snake_case."),
    severity: { type: "string", enum: ["error", "warning", "info"] },
    provider_code: { type: "integer", description: "What the provider itself would report." },
    message: text("What is wrong."),
    mend: text("What to do about it."),
    pointer: text("Where, a JSON pointer into the parts' values."),
  },
  ["code", "severity", "message", "mend"],
);

/** The JSON Schema of an inspection: null means "not known", which shapes do not say. */
export const INSPECTION = {
  type: "object",
  required: ["provider", "format", "verified", "problems", "parts"],
  properties: {
    provider: { type: ["string", "null"], description: "Null where no provider recognises it." },
    format: text("What it is in words."),
    verified: {
      type: ["boolean", "null"],
      description:
        "Whether a key of the project signed it. Null where there is no such key, or where the token is not the caller's own and the scope introspect is missing.",
    },
    key_id: text("The key that signed it."),
    id: text(),
    identity: text(),
    account: text("Whose it says it is, proven or not."),
    issued_at: text("RFC 3339, UTC."),
    not_before: text("RFC 3339, UTC."),
    expires_at: text("RFC 3339, UTC."),
    grants: { type: "object", description: "What it says it grants, in a request's terms." },
    parts: list(
      {
        name: text(),
        range: { ...RANGE, description: "Where it stands in the text, [start, end)." },
        value: { description: "What it decodes to." },
        bytes: BYTES,
      },
      ["name", "range"],
    ),
    problems: { ...PROBLEMS, description: "All of them, the gravest first." },
  },
} as const;
