/** A compiled policy in plain JSON, for `policy check` and the console. */
import type { Json, JsonObject } from "@handstamp/protocol";
import { sourceOf } from "./allowance.ts";
import type { Policy } from "./policy.ts";
import type { Entry, FieldRule } from "./rule.ts";

export interface RuleDescription {
  readonly name: string;
  readonly when?: string;
  readonly allow: readonly JsonObject[];
  /** Seconds. */
  readonly ttl?: number;
  readonly max_ttl?: number;
}

/** The rules in their order, as they were understood: to compile the result gives the same policy. */
export function describe(policy: Policy): readonly RuleDescription[] {
  return policy.rules.map(({ name, when, entries, ttl, maxTtl }) => ({
    name,
    ...(when ? { when: when.source } : {}),
    allow: entries.map(describeEntry),
    ...(ttl === undefined ? {} : { ttl }),
    ...(maxTtl === undefined ? {} : { max_ttl: maxTtl }),
  }));
}

function describeEntry({ product, fields }: Entry): JsonObject {
  return { product: product.name, ...Object.fromEntries(fields.flatMap(describeField)) };
}

function describeField({ field, allowance, open }: FieldRule): [string, Json][] {
  const source = sourceOf(allowance);
  const named: [string, Json][] = source === undefined ? [] : [[field.name, source]];
  const { open: flag } = field.allow;
  return open && flag !== undefined ? [...named, [flag, true]] : named;
}
