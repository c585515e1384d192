/**
 * What a provider is, on one page. `providers.ts` is the table of them; the command line, OpenAPI,
 * the policy's vocabulary and the console's forms are derived from it.
 */
import type { Json, JsonObject, ProductName, ProviderId, s } from "@handstamp/protocol";
import type { Inspection } from "./inspection.ts";
import type { Random } from "./lib/random.ts";

export interface Provider {
  readonly id: ProviderId;
  readonly title: string;
  readonly facts: Facts;
  readonly products: readonly Product[];
  /** Options of a mint beside identity, ttl and grants, for example Twilio's `region`. */
  readonly options: s.ObjectShape;
  /**
   * Checks an untrusted request against the shapes above and the provider's own limits.
   * @throws HandstampError `invalid_request`, `identity_invalid`, `ttl_invalid`
   */
  parse(request: unknown): MintRequest;
  /** @throws HandstampError `key_invalid`, or what `parse` throws for a request it never saw */
  mint(request: MintRequest, key: KeyMaterial, context?: Context): Minted;
  /** @throws HandstampError `token_...` with the provider's own code; `key_invalid` */
  verify(token: string, keys: readonly KeyMaterial[], context?: Context): Verified;
  /** True when the text looks like this provider's, however broken. */
  recognises(text: string): boolean;
  /** Never throws. */
  inspect(text: string, options?: InspectOptions): Inspection;
}

/** What a provider enforces on every token. Times in seconds. */
export interface Facts {
  readonly defaultTtl: number;
  readonly maxTtl: number;
  /** What deleting the key does at the provider, or null where nothing revokes a token. */
  readonly revocation: string | null;
  /** The account's name in this provider's terms: "account SID", "app ID". */
  readonly account: string;
  readonly keyId: string;
  readonly keySecret: string;
  readonly documentation: string;
}

/** One thing that a token can grant: Twilio's grants, Agora's services. */
export interface Product {
  readonly name: ProductName;
  /** The key in a request's `grants`: the name's part after the dot. */
  readonly key: string;
  readonly title: string;
  readonly summary: string;
  /** The JSON of this grant in a request. */
  readonly shape: s.ObjectShape;
  /** Where it is less than the provider's own maximum, in seconds. */
  readonly maxTtl?: number;
  /** The fields that a policy decides about, by their name in a rule. */
  readonly allow: Readonly<Record<string, AllowField>>;
}

/** How a policy rule narrows one field of a grant. */
export interface AllowField {
  /**
   * `pattern`: a string held against a glob. `equal`: a value that a rule names exactly.
   * `flag`: true only where a rule says so. `identity`: must be the caller's own.
   */
  readonly kind: "pattern" | "equal" | "flag" | "identity";
  /** Where the field stands in the grant's JSON, when that is not its own name. */
  readonly path?: readonly string[];
  /** The setting whose value fills an omitted field, such as `chat_service_sid`. */
  readonly setting?: string;
  /** The flag that a rule must raise for leaving this field open, such as `any_room`. */
  readonly open?: string;
  /** The value that means "any" to the provider, such as Agora's channel `*`. */
  readonly wildcard?: Json;
  /** What the provider takes where the field is left out, and the least it can be: always allowed. */
  readonly least?: Json;
  /** A flag that a grant with nothing named in it has where a rule raises it, such as `incoming`. */
  readonly implied?: true;
  readonly doc: string;
}

/** A request that `parse` has seen: canonical, in the provider's snake_case. */
export interface MintRequest {
  readonly identity: string;
  /** Whole seconds. */
  readonly ttl: number;
  readonly grants: Readonly<Record<string, JsonObject>>;
  readonly options: JsonObject;
}

/** A signing key as a provider's functions take it. The secret is plain text here: keep it short-lived. */
export interface KeyMaterial {
  /** Twilio's account SID, Agora's app ID. */
  readonly account: string;
  /** Twilio's API key SID; for Agora, whose certificates have no name, any. */
  readonly id: string;
  readonly secret: string;
}

/** What a pure function takes from the world, for exact vectors. */
export interface Context {
  /** Unix seconds. */
  readonly now?: number;
  readonly random?: Random;
}

export interface Minted {
  readonly token: string;
  /** Twilio's `jti`; for Agora base64url(SHA-256(the signed message)). */
  readonly id: string;
  /** Unix seconds. */
  readonly issuedAt: number;
  readonly expiresAt: number;
  /** What the provider only advises against, in words. */
  readonly warnings: readonly string[];
}

export interface Verified {
  readonly id: string;
  readonly identity: string;
  /** Unix seconds; undefined where the format has none. */
  readonly issuedAt: number | undefined;
  readonly expiresAt: number;
  readonly account: string;
  /** The id of the key whose signature it bears. */
  readonly keyId: string;
  readonly grants: Readonly<Record<string, JsonObject>>;
}

export interface InspectOptions {
  /** Unix seconds. */
  readonly now?: number;
  /** Keys to hold the signature against. Without any, `verified` is null. */
  readonly keys?: readonly KeyMaterial[];
}
