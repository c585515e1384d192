/** `docs/reference/configuration.md`, out of the JSON Schema that editors use. */
import { DEFAULT_RATES } from "../../../packages/server/src/limits/limits.ts";
import { configurationSchema } from "./configuration-schema.ts";
import type { Schema } from "./schema.ts";
import { code, codes, made, table } from "./table.ts";

const SCHEMA = configurationSchema();
const TOP = SCHEMA["properties"] as Readonly<Record<string, Schema>>;
const KINDS = ["jwt", "session", "api_token", "passcode"] as const;

export function configurationPage(): string {
  return `# handstamp.yaml

${made("packages/server/handstamp.schema.json, which is made of what the service reads the file with")}

One file, read from \`HANDSTAMP_CONFIG\` or the working folder. Unknown names, wrong types and keys that
stand twice are errors with file, line and column. Let your editor complete it:

\`\`\`yaml
# yaml-language-server: $schema=./node_modules/handstamp/handstamp.schema.json
providers:
  agora:
    app_id: "\${env:AGORA_APP_ID}"
    app_certificate: "\${env:AGORA_APP_CERTIFICATE}"
callers:
  - api_token: {}
policy:
  - name: back ends ask for lessons
    when: 'caller.kind == "api_token"'
    allow:
      - product: agora.rtc
        channel: "lesson-*"
        role: publisher
\`\`\`

\`"\${env:NAME}"\` reads the environment, in \`providers\` and \`callers\` only; in a policy \`\${...}\` is CEL.

## Sections

${table(["section", "meaning"], Object.entries(TOP).map(sectionRow))}

## \`providers\`

The settings of each provider are in [environment.md](environment.md), with the variables that fill
what the file leaves out.

## \`callers\`

A list; each entry is exactly one of ${codes(KINDS)}. [The guide](../guides/callers.md) has an example of
each, for common identity providers.

${KINDS.map(callerSection).join("\n\n")}

## \`policy\`

A list of rules with ${codes(Object.keys(propertiesOf(itemOf(definition("policy")))))}. The
[guide](../guides/policy.md) has every product with its fields and flags.

## \`shared_identities\`

\`true\`: the same identity from two callers is the same person. Without it, callers whose identities
could meet are refused.

## \`projects\`

A map from a project's name to its own \`providers\`, \`callers\`, \`policy\` and \`shared_identities\`. The
short form, with these at the top of the file, is the project \`default\`. The credential chooses the
project, never the request.

## \`cors\`

${leadOf("cors")}

${fieldTable(TOP["cors"])}

## \`trusted_proxies\`

Addresses and CIDR ranges, such as \`10.0.0.0/8\`. Only their \`X-Forwarded-For\` is believed.

## \`limits\`

${leadOf("limits")}

${fieldTable(TOP["limits"], DEFAULT_RATES)}

## \`retention\`

${leadOf("retention")}

${fieldTable(TOP["retention"])}

## \`log\`

${leadOf("log")}

${fieldTable(TOP["log"])}
`;
}

function definition(name: string): Schema {
  return (SCHEMA["definitions"] as Readonly<Record<string, Schema>>)[name] ?? {};
}

function sectionRow([name, schema]: readonly [string, Schema]): string[] {
  const { description = "" } = "$ref" in schema ? definition(name) : schema;
  return [`[\`${name}\`](#${name})`, String(description)];
}

/** Where a section's own description is too short to be of use. */
const LEADS: Readonly<Record<string, string>> = {
  cors: "Exact origins, such as `https://app.example.com`, together with those of `CORS_ALLOW_ORIGIN`. A request without an Origin is a native client and needs none.",
  limits: "In the memory of one process. What is over a limit is 429 with `Retry-After`.",
};

function leadOf(name: string): string {
  return LEADS[name] ?? String(TOP[name]?.["description"]);
}

function callerSection(kind: (typeof KINDS)[number]): string {
  const schema = propertiesOf(itemOf(definition("callers")))[kind];
  return `### \`${kind}\`\n\n${String(schema?.["description"])}\n\n${fieldTable(schema)}`.trim();
}

function fieldTable(
  schema: Schema | undefined,
  defaults: Readonly<Record<string, number | null>> = {},
): string {
  const required = (schema?.["required"] ?? []) as readonly string[];
  const rows = Object.entries(propertiesOf(schema)).flatMap(([name, field]) => [
    rowOf(name, field, required.includes(name) ? "needed" : `${defaults[name] ?? ""}`),
    ...entryRows(name, field),
  ]);
  if (rows.length === 0) return "No fields: `{}`.";
  return table(["field", "type", "default", "meaning"], rows);
}

function rowOf(name: string, field: Schema, standard: string): string[] {
  return [code(name), typeOf(field), standard, docOf(field)];
}

/** The fields of a list's entries. */
function entryRows(name: string, { items }: Schema): string[][] {
  const required = ((items as Schema | undefined)?.["required"] ?? []) as readonly string[];
  return Object.entries(propertiesOf(items as Schema | undefined)).map(([inner, field]) =>
    rowOf(`${name}[].${inner}`, field, required.includes(inner) ? "needed" : ""),
  );
}

const propertiesOf = (schema: Schema | undefined) =>
  (schema?.["properties"] ?? {}) as Readonly<Record<string, Schema>>;
const itemOf = (schema: Schema) => schema["items"] as Schema;

function docOf({ description = "", anyOf }: Schema): string {
  if (description !== "") return String(description);
  return [...new Set(((anyOf ?? []) as Schema[]).map(docOf))].filter(Boolean).join(" ");
}

function typeOf({ type, anyOf, items, enum: values, minimum, maximum }: Schema): string {
  if (values) return codes(values as string[]);
  if (anyOf) return [...new Set((anyOf as Schema[]).map(typeOf))].join(" or ");
  if (type === "array") return `list of ${typeOf(items as Schema)}`;
  if (type === "integer" && minimum !== undefined) return `${minimum} to ${maximum}`;
  return NAMES[String(type)] ?? String(type);
}

const NAMES: Readonly<Record<string, string>> = {
  string: "text",
  boolean: "true or false",
  object: "mapping",
  integer: "whole number",
};
