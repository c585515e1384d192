/** What the whole service runs on: read once, checked, frozen, passed inward. */
import type { KeyMaterial } from "@handstamp/core";
import type { JsonObject, ProviderId } from "@handstamp/protocol";
import type { Secret } from "../secret.ts";

export type Mode = "development" | "production";

export interface Config {
  readonly mode: Mode;
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly dataDir: string;
  readonly store: StoreConfig;
  readonly projects: readonly ProjectConfig[];
  /** Exact origins; `*` alone means any, without credentials. */
  readonly corsOrigins: readonly string[];
  /** Where the configuration came from, for messages: a path, or null for the environment alone. */
  readonly file: string | null;
  /** SHA-256 of the file's text in lower-case hex, for the record; null without a file. */
  readonly digest: string | null;
  /** What an operator should know, said once at the start. */
  readonly notices: readonly string[];
  /** Gives an error with JSON pointers the file, line and column that they point to. */
  readonly place: (error: unknown) => unknown;
  /** Sections of the file that later steps read: policy, callers, limits and the rest. */
  readonly sections: JsonObject;
}

export type StoreConfig =
  | { readonly kind: "sqlite"; readonly path: string }
  | { readonly kind: "postgres"; readonly url: Secret };

export interface ProjectConfig {
  readonly name: string;
  readonly providers: Readonly<Partial<Record<ProviderId, ProviderConfig>>>;
}

/** One provider of one project: its signing key, and the defaults that fill omitted grant fields. */
export interface ProviderConfig {
  readonly key: SigningKey;
  readonly settings: Readonly<Record<string, string>>;
  /** Credentials for calls to the provider, by setting name. */
  readonly operation: Readonly<Record<string, Secret>>;
}

/** A signing key whose secret does not print. */
export interface SigningKey {
  readonly account: string;
  readonly id: string;
  readonly secret: Secret;
}

/** The plain form that core's functions take, for the length of one call. */
export function revealKey(key: SigningKey): KeyMaterial {
  return { account: key.account, id: key.id, secret: key.secret.reveal() };
}
