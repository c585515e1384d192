import { type Inspection, inspect, type KeyMaterial } from "@handstamp/core";
import { isObject, type ProviderId, s } from "@handstamp/protocol";
import type { Caller } from "../../callers/caller.ts";
import { type Ask, type Operation, ok } from "../../http/operation.ts";
import type { Store } from "../../store/store.ts";
import { INSPECTION, inspectionView } from "./inspection-view.ts";

export interface InspectDeps {
  /** The keys of a project, for the length of one call. */
  readonly keysOf: (project: string, provider: ProviderId) => readonly KeyMaterial[];
  readonly store: Pick<Store, "tokens" | "uid">;
  /** Unix milliseconds. */
  readonly now: () => number;
}

/** The largest body has room for it. */
const MAX_TEXT = 16_000;

/** `POST /v1/inspect`: everything that can be seen of a token, whoever made it. */
export function inspectToken(deps: InspectDeps): Operation {
  return {
    id: "inspectToken",
    method: "POST",
    path: "/v1/inspect",
    tag: "Tokens",
    access: "caller",
    summary: "What a token says, what is wrong with it, and how to mend it",
    body: s.object({
      token: s.text({ max: MAX_TEXT, doc: "Any provider's token, as it was found." }),
    }),
    answers: { 200: { doc: "What can be seen.", schema: INSPECTION } },
    handle: async (ask) => ok(inspectionView(await inspectFor(deps, ask))),
  };
}

/**
 * Looks at the token without any key first: nothing in that depends on our secrets. Only for those who
 * may know is it held against the project's keys, so that the route is no oracle for the signatures
 * of tokens that somebody found.
 */
async function inspectFor(deps: InspectDeps, { caller, body }: Ask): Promise<Inspection> {
  const token = body["token"] as string;
  const now = Math.floor(deps.now() / 1000);
  const seen = inspect(token, { now, keys: [] });
  if (seen.provider === null || !(await mayVerify(deps, caller, seen))) return seen;
  const keys = deps.keysOf(caller.project, seen.provider).filter((key) => concerns(seen, key));
  return keys.length === 0 ? seen : inspect(token, { now, keys });
}

async function mayVerify(deps: InspectDeps, caller: Caller, seen: Inspection): Promise<boolean> {
  return caller.scopes.has("introspect") || isOwn(deps, caller, seen);
}

/** By the identity that it claims, by the uid that stands for it, or by the record of its issue. */
async function isOwn({ store }: InspectDeps, caller: Caller, seen: Inspection): Promise<boolean> {
  const { project, identity } = caller;
  if (identity === null) return false;
  if (seen.identity === identity) return true;
  const uid = caller.uid ?? (await store.uid(project, identity));
  if (seen.provider === "agora" && uid !== undefined && seen.identity === String(uid)) return true;
  const issuance = seen.id === undefined ? undefined : await store.tokens.get(project, seen.id);
  return issuance?.identity === identity;
}

/** A key of another account says nothing about a token, unless the token names the key itself. */
function concerns({ account, parts }: Inspection, key: KeyMaterial): boolean {
  if (account === undefined || account === key.account) return true;
  return parts.some(({ value }) => isObject(value) && value["iss"] === key.id);
}
