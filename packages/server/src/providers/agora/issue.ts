import type { JsonObject } from "@handstamp/protocol";
import type { Ask } from "../../http/operation.ts";
import type { Issuer } from "../../issue/issue.ts";
import type { Recorded } from "../../issue/record.ts";

/**
 * One token through the pipeline. A caller with an identity of its own is never renamed by a path: the
 * pipeline compares the member with it. A caller that may name others is known by the member.
 */
export function issue(
  issuer: Issuer,
  ask: Ask,
  member: string,
  ttl: number,
  grants: Readonly<Record<string, JsonObject>>,
): Promise<Recorded> {
  const identity = ask.caller.identity ?? member;
  return issuer.issue(ask.caller, { provider: "agora", identity, ttl, grants, want: "all" }, ask);
}
