import type { Product, Provider } from "@handstamp/core";
import { HandstampError, type JsonObject } from "@handstamp/protocol";
import type { Caller } from "../callers/caller.ts";
import type { Grants, IssueDeps } from "./deps.ts";

/** Grants whose members are the identity itself, and the integer that stands for it. */
export interface Bound {
  readonly grants: Grants;
  readonly uid?: number;
}

/** The provider's value for "anyone": policy decides about it, with a flag of its own. */
const ANY_UID = 0;

/**
 * Fills the fields that say who a grant is for, and refuses another's. A text field is the identity
 * itself; a number is the uid that the service has given this identity, stable and unique in the
 * project.
 *
 * @throws HandstampError `forbidden` for another's uid or user id
 */
export async function bindIdentity(
  deps: IssueDeps,
  caller: Caller,
  provider: Provider,
  identity: string,
  grants: Grants,
): Promise<Bound> {
  if (!hasMembers(provider)) return { grants };
  const uids: number[] = [];
  const bound: Record<string, JsonObject> = {};
  for (const [key, grant] of Object.entries(grants)) {
    const product = provider.products.find((candidate) => candidate.key === key) as Product;
    const field = memberField(product, grant);
    if (!field) bound[key] = grant;
    else if (isNumber(product, field)) {
      const uid = await uidFor(deps, caller, identity, grant[field], `/grants/${key}/${field}`);
      bound[key] = { ...grant, [field]: uid };
      uids.push(uid);
    } else bound[key] = { ...grant, [field]: checkMember(caller, identity, grant[field]) };
  }
  const uid = uids.find((each) => each !== ANY_UID) ?? uids[0];
  return { grants: bound, ...(uid === undefined ? {} : { uid }) };
}

const withMembers = new WeakMap<Provider, boolean>();

/** Whether any product names its member in the grant; Twilio's never do. */
function hasMembers(provider: Provider): boolean {
  let has = withMembers.get(provider);
  if (has === undefined) {
    has = provider.products.some(({ allow }) =>
      Object.values(allow).some(({ kind }) => kind === "identity"),
    );
    withMembers.set(provider, has);
  }
  return has;
}

/** The field that names the member: the one that is given, else the first of the product's table. */
function memberField(product: Product, grant: JsonObject): string | undefined {
  const names = Object.keys(product.allow).filter(
    (name) => product.allow[name]?.kind === "identity",
  );
  if (grant["admin"] === true) return undefined;
  return names.find((name) => grant[name] !== undefined) ?? names[0];
}

function isNumber(product: Product, field: string): boolean {
  const shape = product.shape.fields[field];
  return (shape?.kind === "optional" ? shape.of.kind : shape?.kind) === "integer";
}

/** The uid of a grant: the one that is named where this caller may name it, else the identity's own. */
async function uidFor(
  deps: IssueDeps,
  caller: Caller,
  identity: string,
  named: unknown,
  pointer: string,
): Promise<number> {
  if (typeof named === "number" && mayNameUid(caller, identity, named)) return named;
  const own =
    identity === caller.identity && caller.uid !== undefined
      ? caller.uid
      : await deps.uidOf(caller.project, identity);
  if (named === undefined || named === own) return own;
  throw new HandstampError("forbidden", "The uid is not the caller's own.", {
    fields: [{ pointer, message: "must be the caller's own: leave it out" }],
    detail: caller.scopes.has("mint:others")
      ? "the API token may not name this uid"
      : "another uid was named without the scope mint:others",
  });
}

/**
 * Whether a uid may be named whosever it is. A back end that is limited to some identities is not let
 * round that limit by the number that stands for another: it may name the uid that is the identity.
 */
function mayNameUid({ scopes, onBehalf }: Caller, identity: string, named: number): boolean {
  if (named === ANY_UID) return true;
  return scopes.has("mint:others") && (onBehalf === undefined || String(named) === identity);
}

function checkMember(caller: Caller, identity: string, named: unknown): string {
  if (named === undefined || named === identity) return identity;
  throw new HandstampError("forbidden", "The user id is not the token's identity.", {
    fields: [
      { pointer: "/grants", message: "must name the token's identity: leave the user id out" },
    ],
    detail: caller.scopes.has("mint:others")
      ? "a grant names another user than the request's identity"
      : "a grant names another user than the caller",
  });
}
