import type { JsonObject } from "@handstamp/protocol";
import type { Ask } from "../../http/operation.ts";
import type { Issuer } from "../../issue/issue.ts";
import type { Recorded } from "../../issue/record.ts";
import type { IssueRequest } from "../../issue/types.ts";

/**
 * What is asked of the pipeline. A caller with an identity of its own is never renamed by a path: the
 * pipeline compares the member with it. A caller that may name others is known by the member.
 */
export function requestFor(
  ask: Ask,
  member: string,
  ttl: number,
  grants: Readonly<Record<string, JsonObject>>,
): IssueRequest {
  return {
    provider: "agora",
    identity: ask.caller.identity ?? member,
    ttl,
    grants,
    want: "all",
  };
}

/** One token through the pipeline. */
export function issue(
  issuer: Issuer,
  ask: Ask,
  ...asked: [member: string, ttl: number, grants: Readonly<Record<string, JsonObject>>]
): Promise<Recorded> {
  return issuer.issue(ask.caller, requestFor(ask, ...asked), ask);
}
