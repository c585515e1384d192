import { createHash } from "node:crypto";
import { isHandstampError } from "@handstamp/protocol";
import type { Caller } from "../callers/caller.ts";
import type { IssueDeps } from "./deps.ts";
import type { Who } from "./journal.ts";
import { type Signed, textOf } from "./sign.ts";
import type { IssueRequest, RequestInfo, TokenFacts } from "./types.ts";

declare const recorded: unique symbol;

/** A token that is durably in the record: the one thing that an answer may be written from. */
export interface Recorded extends TokenFacts {
  readonly token: string;
  readonly [recorded]: true;
}

/**
 * Writes the issue down, then hands the token out. This is the point of no return: when the record
 * cannot be written, the token is dropped.
 *
 * @throws HandstampError `store_unavailable`
 */
export async function record(
  deps: IssueDeps,
  caller: Caller,
  signed: Signed,
  info: RequestInfo,
): Promise<Recorded> {
  const token = textOf(signed);
  const digest = createHash("sha256").update(token).digest("hex");
  await deps.journal.issued({
    who: whoIs(caller, info),
    facts: signed.facts,
    keyId: signed.key.id,
    digest,
  });
  return { ...signed.facts, token } as Recorded;
}

/**
 * Writes a known caller's refusal down and gives the error to answer with: the refusal itself, or
 * `store_unavailable` where even that could not be recorded.
 */
export async function recordRefusal(
  deps: IssueDeps,
  caller: Caller,
  request: IssueRequest,
  info: RequestInfo,
  error: unknown,
): Promise<unknown> {
  if (!isHandstampError(error) || error.code === "store_unavailable") return error;
  try {
    await deps.journal.refused({
      who: whoIs(caller, info),
      provider: request.provider,
      identity: request.identity ?? caller.identity,
      products: Object.keys(request.grants).map((key) => `${request.provider}.${key}`),
      code: error.code,
      reason: error.detail ?? error.message,
    });
    return error;
  } catch (unrecorded) {
    return unrecorded;
  }
}

function whoIs(caller: Caller, { ip, requestId, route }: RequestInfo): Who {
  return { project: caller.project, kind: caller.kind, id: caller.id, ip, requestId, route };
}
