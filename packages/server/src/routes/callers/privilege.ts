/**
 * Nobody gives what they do not have. An API token that makes another one hands on at most its own
 * scopes, products, identities and time: otherwise `operate` would be every scope there is, and a
 * token that ends tomorrow would last for ever.
 */
import { HandstampError, type Scope } from "@handstamp/protocol";
import type { Caller } from "../../callers/caller.ts";
import type { NewApiToken } from "../../callers/index.ts";
import { matchesGlob, parseGlob } from "../../policy/index.ts";

/** What the request asks for. Times in unix seconds. */
export type Wanted = Pick<NewApiToken, "scopes" | "products" | "onBehalf" | "expiresAt">;

/**
 * The limits of a new API token: what is wanted, and the maker's own limits where it says nothing.
 *
 * @throws HandstampError `forbidden` naming the field that would give too much
 */
export function withinOwn(caller: Caller, wanted: Wanted): Wanted {
  checkScopes(caller, wanted.scopes);
  const products = wanted.products ?? caller.products;
  const onBehalf = wanted.onBehalf ?? caller.onBehalf;
  checkAll(products, "/products", (product) => caller.products?.includes(product) ?? true);
  checkAll(onBehalf, "/on_behalf", (pattern) => covers(caller.onBehalf, pattern));
  const expiresAt = endOf(caller, wanted.expiresAt);
  return {
    scopes: wanted.scopes,
    ...(products === undefined ? {} : { products }),
    ...(onBehalf === undefined ? {} : { onBehalf }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
}

/** @throws HandstampError `forbidden` where a caller deletes one that may do more than its project */
export function checkMayDelete(caller: Caller, scopes: readonly Scope[]): void {
  if (scopes.includes("operate:*") && !caller.scopes.has("operate:*"))
    throw new HandstampError(
      "forbidden",
      "This caller operates all projects: operate:* deletes it.",
    );
}

function checkScopes({ scopes: own }: Caller, scopes: readonly Scope[]): void {
  const has = (scope: Scope) => own.has(scope) || (scope === "operate" && own.has("operate:*"));
  checkAll(scopes, "/scopes", has);
}

function checkAll<T extends string>(
  wanted: readonly T[] | undefined,
  pointer: string,
  isOwn: (value: T) => boolean,
): void {
  for (const [i, value] of (wanted ?? []).entries())
    if (!isOwn(value)) throw tooMuch(`${pointer}/${i}`, `${value} is not yours to give`);
}

/**
 * Whether one of the maker's patterns matches all that a pattern does. A star in it is held against
 * theirs like any other character, which only a star of theirs matches, and that matches anything.
 */
function covers(own: readonly string[] | undefined, pattern: string): boolean {
  return own === undefined || own.some((glob) => matchesGlob(parseGlob(glob), pattern));
}

/** A person's sign-in ends within the hour and may make what lasts; an API token may not outlive itself. */
function endOf({ kind, expiresAt: own }: Caller, wanted: number | undefined): number | undefined {
  if (kind !== "api_token" || own === undefined) return wanted;
  if (wanted !== undefined && wanted > own)
    throw tooMuch("/expires_at", "is later than your own end");
  return wanted ?? own;
}

function tooMuch(pointer: string, message: string): HandstampError {
  return new HandstampError("forbidden", `${pointer} ${message}.`, {
    fields: [{ pointer, message }],
  });
}
