/**
 * The published JSON Schema of `handstamp.yaml`, made of what the service itself reads the file with,
 * so that an editor completes what the service accepts. `packages/server/handstamp.schema.json`.
 */
import { PROVIDERS } from "@handstamp/core";
import { type Shape, toJsonSchema } from "@handstamp/protocol";
import { RETENTION } from "../../../packages/server/src/app/retention.ts";
import { CALLERS_SHAPE } from "../../../packages/server/src/callers/index.ts";
import type { SHAPES } from "../../../packages/server/src/callers/shapes.ts";
import { SECTIONS } from "../../../packages/server/src/config/load.ts";
import { LIMITS } from "../../../packages/server/src/limits/limits.ts";
import { TRUSTED_PROXIES } from "../../../packages/server/src/limits/proxies.ts";
import type { ServerProvider, Setting } from "../../../packages/server/src/providers/provider.ts";
import { SERVER_PROVIDERS } from "../../../packages/server/src/providers/table.ts";
import { LOG } from "../../../packages/server/src/watch/log.ts";
import { policySchema } from "./policy-schema.ts";
import { listOf, objectOf, type Schema, withEnvironment } from "./schema.ts";

export const PRODUCTS = Object.values(PROVIDERS).flatMap(({ products }) => products);

/** The sections that one project has, each of which the short form writes at the top of the file. */
const PROJECT = {
  providers: withEnvironment(providersSchema()),
  callers: withEnvironment(callersSchema()),
  policy: policySchema(PRODUCTS),
  shared_identities: {
    type: "boolean",
    description: "The same identity from two callers is the same person.",
  },
} as const satisfies Readonly<Record<string, Schema>>;

const refs = Object.fromEntries(
  Object.keys(PROJECT).map((name) => [name, { $ref: `#/definitions/${name}` }]),
);

/** One entry for each section that the service knows; another one does not compile. */
const TOP = {
  providers: refs["providers"] as Schema,
  callers: refs["callers"] as Schema,
  policy: refs["policy"] as Schema,
  shared_identities: refs["shared_identities"] as Schema,
  projects: {
    type: "object",
    description: "Several projects in one service; the short form is the project default.",
    additionalProperties: objectOf(refs),
  },
  cors: described("Pages that may ask: exact origins.", SECTIONS.fields.cors),
  trusted_proxies: described("Proxies whose X-Forwarded-For is believed.", TRUSTED_PROXIES),
  limits: described("How often anyone may ask.", LIMITS),
  retention: described("How long the record is kept.", RETENTION),
  log: described("The service's own log.", LOG),
} satisfies Readonly<Record<keyof typeof SECTIONS.fields, Schema>>;

export function configurationSchema(): Schema {
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "handstamp.yaml",
    description: "The configuration of a Handstamp service.",
    ...objectOf(TOP),
    // Draft 7 ignores what stands beside a $ref, so the sections' words stand in the definitions.
    definitions: PROJECT,
  };
}

function described(description: string, shape: Shape): Schema {
  return { description, ...toJsonSchema(shape) };
}

function providersSchema(): Schema {
  const each = SERVER_PROVIDERS.map((provider) => [provider.id, providerSchema(provider)] as const);
  return objectOf(Object.fromEntries(each), {
    description:
      "The accounts whose tokens are signed. What is left out comes from the environment.",
  });
}

function providerSchema({ id, settings }: ServerProvider): Schema {
  const fields = settings.map((setting) => [setting.name, settingSchema(setting)] as const);
  return objectOf(Object.fromEntries(fields), { description: PROVIDERS[id].title });
}

function settingSchema({ pattern, hint, env }: Setting): Schema {
  return { type: "string", pattern: pattern.source, description: `${hint} (${env[0]})` };
}

/** What the shapes cannot say: exactly one kind a caller, exactly one origin of keys a JWT. */
function callersSchema(): Schema {
  const { items, ...list } = toJsonSchema(CALLERS_SHAPE) as { items: Schema };
  const { properties, ...each } = items as Schema & {
    properties: Readonly<Record<string, Schema>>;
  };
  const origins = ["discovery", "jwks", "public_key", "secret"] as const;
  const oneOrigin = origins.map((name: keyof typeof SHAPES.jwt.fields) => ({ required: [name] }));
  const jwt = { ...properties["jwt"], oneOf: oneOrigin };
  const caller = {
    ...each,
    properties: { ...properties, jwt },
    minProperties: 1,
    maxProperties: 1,
  };
  return listOf(caller, { ...list, minItems: 1 });
}
