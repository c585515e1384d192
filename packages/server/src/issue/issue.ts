/**
 * The pipeline. It reads as what it does: what is asked and for whom, may they, sign, write down. Each
 * step takes what only the step before it can make.
 */
import type { ProviderId } from "@handstamp/protocol";
import type { Caller } from "../callers/caller.ts";
import { type Asked, ask } from "./ask.ts";
import { authorize } from "./authorize.ts";
import type { IssueDeps } from "./deps.ts";
import { keep, replay } from "./idempotent.ts";
import { KeyTaken, type Recorded, record, recordRefusal } from "./record.ts";
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
        return await (request.idempotency
          ? issueOnce(deps, caller, asked, request, info)
          : issueNow(deps, caller, asked, info));
      } catch (error) {
        throw await recordRefusal(deps, caller, request, info, error);
      }
    },
  };
}

async function issueNow(
  deps: IssueDeps,
  caller: Caller,
  asked: Asked,
  info: RequestInfo,
): Promise<Recorded> {
  const { step } = deps.watch;
  const allowed = await step("authorize", () => authorize(deps, caller, asked));
  const signed = step("sign", () => sign(deps, allowed, deps.draw()));
  return step("record", () => record(deps, caller, signed, info));
}

/** The same, under an idempotency key: the token of the first time, however often it is asked for. */
async function issueOnce(
  deps: IssueDeps,
  caller: Caller,
  asked: Asked,
  { idempotency }: IssueRequest,
  info: RequestInfo,
): Promise<Recorded> {
  if (!idempotency) return issueNow(deps, caller, asked, info);
  const before = await replay(deps, caller, asked, info, idempotency);
  if (before) return before;
  const { step } = deps.watch;
  const allowed = await step("authorize", () => authorize(deps, caller, asked));
  const signed = step("sign", () => sign(deps, allowed, deps.draw()));
  const effects = [keep(deps, caller, signed, idempotency)];
  try {
    return await step("record", () => record(deps, caller, signed, info, { effects }));
  } catch (error) {
    if (!(error instanceof KeyTaken)) throw error;
    // Two requests with one key at once: the other one won, so its token is the answer.
    return issueOnce(deps, caller, asked, { idempotency } as IssueRequest, info);
  }
}
