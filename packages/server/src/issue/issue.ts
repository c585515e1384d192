/**
 * The pipeline. It reads as what it does: who (the caller, judged before), what (asked), may they
 * (allowed), sign, write down. Each step takes what only the step before it can make.
 */
import type { ProviderId } from "@handstamp/protocol";
import type { Caller } from "../callers/caller.ts";
import { ask } from "./ask.ts";
import { authorize } from "./authorize.ts";
import type { IssueDeps } from "./deps.ts";
import { type Recorded, record, recordRefusal } from "./record.ts";
import { sign } from "./sign.ts";
import type { IssueRequest, RequestInfo } from "./types.ts";

export interface Issuer {
  /**
   * Issues one token to a known caller.
   *
   * @throws HandstampError `forbidden`, `invalid_request` and its kin, or `store_unavailable`; the
   * refusal of a known caller is recorded too
   */
  issue(caller: Caller, request: IssueRequest, info: RequestInfo): Promise<Recorded>;
  /** The configured defaults of a provider in the caller's project; empty where it is not configured. */
  defaults(caller: Caller, provider: ProviderId): Readonly<Record<string, string>>;
}

export function createIssuer(deps: IssueDeps): Issuer {
  return {
    defaults: (caller, provider) =>
      deps.projects.get(caller.project)?.providers[provider]?.settings ?? {},
    async issue(caller, request, info) {
      try {
        const asked = await ask(deps, caller, request, info);
        const allowed = authorize(deps, caller, asked);
        const signed = sign(deps, allowed);
        return await record(deps, caller, signed, info);
      } catch (error) {
        throw await recordRefusal(deps, caller, request, info, error);
      }
    },
  };
}
