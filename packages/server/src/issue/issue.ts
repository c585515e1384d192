/**
 * The pipeline. It reads as what it does: what is asked and for whom, may they, sign, write down. Each
 * step takes what only the step before it can make.
 */
import type { ProviderId } from "@handstamp/protocol";
import type { Caller } from "../callers/caller.ts";
import { type Asked, ask } from "./ask.ts";
import { type Allowed, authorize } from "./authorize.ts";
import type { IssueDeps } from "./deps.ts";
import { keep, replay } from "./idempotent.ts";
import { KeyTaken, type Recorded, record, recordRefusal } from "./record.ts";
import { sign } from "./sign.ts";
import type { Idempotency, IssueRequest, RequestInfo } from "./types.ts";

export interface Issuer {
  /**
   * Issues one token to a known caller.
   *
   * @throws HandstampError `forbidden`, `invalid_request` and its kin, or `store_unavailable`; the
   * refusal of a known caller is recorded too
   */
  issue(caller: Caller, request: IssueRequest, info: RequestInfo): Promise<Recorded>;
  /**
   * Issues several tokens for one answer, or none: the first is signed when all are allowed.
   *
   * @param requests without idempotency keys
   * @throws what `issue` throws, for the first that is refused
   */
  issueAll<const R extends readonly IssueRequest[]>(
    caller: Caller,
    requests: R,
    info: RequestInfo,
  ): Promise<{ readonly [I in keyof R]: Recorded }>;
  /** The configured defaults of a provider in the caller's project; empty where it is not configured. */
  defaults(caller: Caller, provider: ProviderId): Readonly<Record<string, string>>;
}

export function createIssuer(deps: IssueDeps): Issuer {
  return {
    defaults: (caller, provider) =>
      deps.projects.get(caller.project)?.providers[provider]?.settings ?? {},
    issue: (caller, request, info) =>
      orRecorded(deps, caller, request, info, async () => {
        const asked = await ask(deps, caller, request, info);
        return request.idempotency
          ? issueOnce(deps, asked, request.idempotency, info)
          : finish(deps, await allow(deps, asked), info);
      }),
    issueAll: (caller, requests, info) => issueAll(deps, caller, requests, info),
  };
}

async function issueAll<const R extends readonly IssueRequest[]>(
  deps: IssueDeps,
  caller: Caller,
  requests: R,
  info: RequestInfo,
) {
  const allowed: { readonly request: IssueRequest; readonly one: Allowed }[] = [];
  for (const request of requests) {
    const one = await orRecorded(deps, caller, request, info, async () =>
      allow(deps, await ask(deps, caller, request, info)),
    );
    allowed.push({ request, one });
  }
  const recorded = allowed.map(({ request, one }) =>
    orRecorded(deps, caller, request, info, () => finish(deps, one, info)),
  );
  return (await Promise.all(recorded)) as { readonly [I in keyof R]: Recorded };
}

/** Runs steps of the pipeline; what they refuse is recorded before it is answered. */
async function orRecorded<T>(
  deps: IssueDeps,
  caller: Caller,
  request: IssueRequest,
  info: RequestInfo,
  steps: () => Promise<T>,
): Promise<T> {
  try {
    return await steps();
  } catch (error) {
    throw await recordRefusal(deps, caller, request, info, error);
  }
}

function allow(deps: IssueDeps, asked: Asked): Promise<Allowed> {
  return deps.watch.step("authorize", () => authorize(deps, asked));
}

/** From what is allowed to what may be answered. */
async function finish(
  deps: IssueDeps,
  allowed: Allowed,
  info: RequestInfo,
  idempotency?: Idempotency,
): Promise<Recorded> {
  const signed = deps.watch.step("sign", () => sign(deps, allowed, deps.draw()));
  const effects = idempotency ? [keep(deps, signed, idempotency)] : [];
  return deps.watch.step("record", () => record(deps, signed, info, { effects }));
}

/** The same, under an idempotency key: the token of the first time, however often it is asked for. */
async function issueOnce(
  deps: IssueDeps,
  asked: Asked,
  idempotency: Idempotency,
  info: RequestInfo,
): Promise<Recorded> {
  const before = await replay(deps, asked, info, idempotency);
  if (before) return before;
  try {
    return await finish(deps, await allow(deps, asked), info, idempotency);
  } catch (error) {
    if (!(error instanceof KeyTaken)) throw error;
    // Two requests with one key at once: the other one won, so its token is the answer.
    return issueOnce(deps, asked, idempotency, info);
  }
}
