/** The callers of the configuration, after parsing: what the sources are made from. */
import type { KeyObject } from "node:crypto";
import type { JsonObject } from "@handstamp/protocol";
import type { Secret } from "../secret.ts";
import type { ClaimMapping } from "./claims.ts";
import type { AlgorithmName } from "./jwt/algorithms.ts";

interface Settings {
  /** The JSON pointer of this caller in the configuration, for errors. */
  readonly at: string;
}

/** Where a JWT issuer's key comes from. */
export type KeyOrigin =
  | { readonly from: "secret"; readonly secret: Secret }
  | { readonly from: "public_key"; readonly key: KeyObject }
  | { readonly from: "jwks"; readonly url: URL }
  | { readonly from: "discovery"; readonly url: URL };

export interface JwtSettings extends Settings {
  readonly kind: "jwt";
  readonly issuer: string;
  /** One of these must be in `aud`. */
  readonly audience: readonly string[];
  readonly algorithms: readonly AlgorithmName[];
  readonly keys: KeyOrigin;
  readonly mapping: ClaimMapping;
  readonly typ?: string;
  /** Seconds. */
  readonly leeway: number;
  readonly allowPrivate: boolean;
}

export interface SessionSettings extends Settings {
  readonly kind: "session";
  readonly url: URL;
  /** Lower-case header names. */
  readonly forward: readonly string[];
  /** The cookies that are forwarded; absent means all of them. */
  readonly cookies?: readonly string[];
  readonly mapping: ClaimMapping;
  /** Seconds. */
  readonly timeout: number;
  /** Seconds for which an answer is used again. */
  readonly cache: number;
  /** JWTs of unknown issuers are the app's own, and go to its endpoint. */
  readonly jwt: boolean;
  readonly allowPrivate: boolean;
}

export interface ApiTokenSettings extends Settings {
  readonly kind: "api_token";
}

export interface PasscodeSettings extends Settings {
  readonly kind: "passcode";
  readonly codes: readonly StoredPasscode[];
}

/** A passcode as the configuration keeps it. */
export interface StoredPasscode {
  readonly name: string;
  /** scrypt, in PHC form. */
  readonly hash: string;
  /** Unix seconds. */
  readonly expiresAt: number;
  /** What policy reads about its guests. */
  readonly claims: JsonObject;
}

export type CallerSettings = JwtSettings | SessionSettings | ApiTokenSettings | PasscodeSettings;

/** The callers of one project. */
export interface ProjectCallers {
  readonly project: string;
  readonly callers: readonly CallerSettings[];
}
