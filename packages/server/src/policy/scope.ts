/**
 * What an expression can see: `caller`, `request` and `now`, as CEL takes them.
 *
 * Claims come from outside, so they are copied into Maps (a claim named `constructor` or `__proto__`
 * is a key like any other), whole numbers become CEL's int, and what is too large becomes a value
 * that no operation accepts: an expression that touches it fails, and what fails does not match.
 */
import type { Json, JsonObject } from "@handstamp/protocol";
import type { Caller } from "../callers/caller.ts";

/** The part of a caller that a policy reads. */
export type PolicyCaller = Pick<
  Caller,
  "kind" | "id" | "identity" | "scopes" | "claims" | "products"
>;

/** Bounds on what an expression can be made to work on. */
export const CLAIM_LIMITS = { text: 2048, entries: 512, values: 4096, depth: 16 } as const;

/**
 * Stands for a claim beyond {@link CLAIM_LIMITS}: CEL refuses a symbol wherever it is touched. Each is
 * a new one, so that two are never equal.
 */
const tooLarge = () => Symbol("too large");

export class CallerView {
  readonly kind: string;
  readonly id: string;
  /** Undefined for a caller who is nobody: to read it is an error, and `has()` says no. */
  readonly identity: string | undefined;
  readonly scopes: readonly string[];
  readonly #given: JsonObject;
  #claims: unknown;

  constructor(caller: PolicyCaller) {
    this.kind = caller.kind;
    this.id = caller.id;
    this.identity = caller.identity ?? undefined;
    this.scopes = [...caller.scopes];
    this.#given = caller.claims;
  }

  /** Copied when first read: most rules of most policies read a claim or two, some none. */
  get claims(): unknown {
    this.#claims ??= viewOf(this.#given);
    return this.#claims;
  }
}

export class RequestView {
  readonly provider: string;
  readonly product: string;
  readonly ttl: bigint;
  readonly ip: string;
  readonly #given: JsonObject;
  #grant: unknown;

  constructor(
    request: { provider: string; ttl: number; ip: string },
    product: string,
    grant: JsonObject,
  ) {
    this.provider = request.provider;
    this.product = product;
    this.ttl = BigInt(request.ttl);
    this.ip = request.ip;
    this.#given = grant;
  }

  get grant(): unknown {
    this.#grant ??= viewOf(this.#given);
    return this.#grant;
  }
}

/** The variables of one evaluation, by the names that {@link compileExpression} declares. */
export interface Variables {
  readonly caller: CallerView;
  readonly request: RequestView;
  readonly now: Date;
}

/**
 * A JSON value as CEL takes it. One with too many values is refused as a whole: if only its end were
 * missing, `!("banned" in caller.claims.flags)` would be true for those who fill the space before it.
 */
export function viewOf(value: Json): unknown {
  const left = { values: CLAIM_LIMITS.values };
  const view = copy(value, CLAIM_LIMITS.depth, left);
  return left.values < 0 ? tooLarge() : view;
}

function copy(value: Json, depth: number, left: { values: number }): unknown {
  if (left.values-- <= 0) return tooLarge();
  if (typeof value === "string") return value.length > CLAIM_LIMITS.text ? tooLarge() : value;
  if (typeof value === "number") return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (typeof value !== "object" || value === null) return value;
  const isList = Array.isArray(value);
  const keys = Object.keys(value);
  if (depth === 0 || keys.length > CLAIM_LIMITS.entries) return tooLarge();
  if (isList) return value.map((entry) => copy(entry as Json, depth - 1, left));
  const map = new Map<string, unknown>();
  for (const [key, entry] of Object.entries(value as JsonObject))
    map.set(key, copy(entry, depth - 1, left));
  return map;
}
