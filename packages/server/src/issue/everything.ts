import type { Product, Provider } from "@handstamp/core";
import type { JsonObject, ProviderId } from "@handstamp/protocol";
import type { Asked } from "./ask.ts";
import type { Decide } from "./deps.ts";

/**
 * Development mode's policy: everything is allowed, and omitted fields are filled from the
 * configuration. It decides for whoever the loopback guard lets in, and for nobody else.
 */
export function allowEverything(providers: Readonly<Record<ProviderId, Provider>>): Decide {
  return (_caller, asked) => {
    const provider = providers[asked.provider];
    const filled = Object.fromEntries(
      Object.entries(asked.grants).map(([key, grant]) => [
        key,
        withDefaults(productOf(provider, key), grant, asked.settings.settings),
      ]),
    );
    return {
      allowed: true,
      grants: filled,
      ttl: asked.ttl ?? provider.facts.defaultTtl,
      rules: ["development: everything is allowed"],
    };
  };
}

function productOf(provider: Provider, key: string): Product {
  return provider.products.find((product) => product.key === key) as Product;
}

/** The grant with the configured defaults where it leaves a field out. */
export function withDefaults(
  product: Product,
  grant: JsonObject,
  settings: Readonly<Record<string, string>>,
): JsonObject {
  let filled = grant;
  for (const [name, field] of Object.entries(product.allow)) {
    const value = field.setting === undefined ? undefined : settings[field.setting];
    const path = field.path ?? [name];
    if (value !== undefined && path.length === 1 && grant[name] === undefined)
      filled = { ...filled, [name]: value };
  }
  return filled;
}
