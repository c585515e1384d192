/** What a provider needs on the server: its settings and its drop-in routes. `table.ts` lists them. */
import type { KeyMaterial } from "@handstamp/core";
import type { ProviderId } from "@handstamp/protocol";
import type { Operation } from "../http/operation.ts";
import type { Issuer } from "../issue/issue.ts";

export interface ServerProvider {
  readonly id: ProviderId;
  readonly settings: readonly Setting[];
  /** The name under which a key is kept and recorded: the SID, or a fingerprint where keys have none. */
  keyId(values: Values): string;
  /** Values of the provider's own shape, made from random bytes, for development without an account. */
  develop(hex: (bytes: number) => string): Values;
  /** Routes that the provider's sample servers have, so that their clients work unchanged. */
  dropIn(issuer: Issuer): readonly Operation[];
}

/** Settings by their name in `handstamp.yaml`. */
export type Values = Readonly<Record<string, string>>;

/** One setting: how the file and the environment call it, and what it looks like. */
export interface Setting {
  /** In `handstamp.yaml`, under `providers.<id>`. */
  readonly name: string;
  /** In the environment, the preferred name first. */
  readonly env: readonly [string, ...string[]];
  readonly pattern: RegExp;
  /** The pattern in words: "must be <hint>". */
  readonly hint: string;
  /**
   * `account`, `key_id` and `key_secret` make the signing key and come together; a `default` fills
   * an omitted field of a grant; an `operation` is for calls to the provider.
   */
  readonly use: "account" | "key_id" | "key_secret" | "default" | "operation";
  readonly secret?: true;
}

/** The key material that a provider's settings describe. */
export function keyOf(provider: ServerProvider, values: Values): KeyMaterial {
  const valueOf = (use: Setting["use"]) =>
    values[provider.settings.find((setting) => setting.use === use)?.name ?? ""] ?? "";
  return {
    account: valueOf("account"),
    id: provider.keyId(values),
    secret: valueOf("key_secret"),
  };
}
