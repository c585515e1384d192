import type { Product } from "@handstamp/core";
import type { JsonObject } from "@handstamp/protocol";

/**
 * A grant with the configured defaults where it leaves a field out. The operator's own command has no
 * policy to fill it; fields inside of a field, such as outgoing calls' application, are left alone,
 * because to fill them would grant what was not asked for.
 */
export function withDefaults(
  product: Product,
  grant: JsonObject,
  settings: Readonly<Record<string, string>>,
): JsonObject {
  const defaults = Object.entries(product.allow).flatMap(([name, { setting, path }]) => {
    const value = setting === undefined || path ? undefined : settings[setting];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(defaults), ...grant };
}
