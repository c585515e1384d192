import type { MintRequest, Provider } from "@handstamp/core";
import {
  HandstampError,
  isHandstampError,
  type JsonObject,
  type ProviderId,
} from "@handstamp/protocol";
import type { Caller } from "../callers/caller.ts";
import type { Operator } from "../callers/operator.ts";
import type { SigningKey } from "../config/config.ts";
import { evaluate, type Decision as PolicyDecision } from "../policy/index.ts";
import type { Asked } from "./ask.ts";
import type { Grants, IssueDeps } from "./deps.ts";
import { bindIdentity } from "./identity.ts";
import type { Decision } from "./types.ts";

// As in ask.ts: only this module makes one, and a changed copy is none.
declare class MadeHere {
  private readonly allowed: true;
}

/** A request that the project's policy allows, with nothing left open. */
export interface Allowed extends MadeHere {
  readonly caller: Caller;
  readonly project: string;
  readonly provider: ProviderId;
  readonly key: SigningKey;
  readonly decision: Decision;
  readonly uid?: number;
}

/**
 * Asks the project's policy. Without a rule that allows it, a request is refused whole.
 *
 * @throws HandstampError `forbidden` with a plain message (the reason is in `detail`, for the log),
 * or `invalid_request` where the policy needs a field that the request leaves out
 */
export async function authorize(deps: IssueDeps, asked: Asked): Promise<Allowed> {
  const provider = deps.providers[asked.provider];
  const { grants, ttl, rules, clampedFrom } = decide(deps, asked);
  // A request that names nothing learns from the policy what it gets, and only now for whom.
  const bound = asked.namesGrants
    ? { grants, uid: asked.uid }
    : await bindIdentity(deps, asked.caller, provider, asked.identity, grants);
  return allowedTo(
    asked,
    {
      request: fit(provider, asked, { ttl, grants: bound.grants }),
      rules,
      ...(clampedFrom === undefined ? {} : { clampedFrom }),
    },
    bound.uid,
  );
}

/**
 * What was allowed before, under the same idempotency key: the kept request, as it was decided then.
 * Whether its key and its caller still stand is checked again inside the commit.
 *
 * @throws HandstampError `idempotency_mismatch` where it was decided for somebody else: two people can
 * have one caller id, where an identity is made of more than the issuer's `sub`
 */
export function allowedBefore(asked: Asked, decision: Decision, uid?: number): Allowed {
  if (decision.request.identity !== asked.identity)
    throw new HandstampError(
      "idempotency_mismatch",
      "This Idempotency-Key was used for another identity: take a new one.",
    );
  return allowedTo(asked, decision, uid);
}

/**
 * What the operator asks for at the command line of the service's own machine. No policy stands above
 * whoever writes it; whether the key is active and the identity not blocked is asked inside the commit.
 */
export function allowedToOperator(
  operator: Operator,
  provider: ProviderId,
  key: SigningKey,
  request: MintRequest,
  uid?: number,
): Allowed {
  const decision: Decision = { request, rules: ["the operator's own command"] };
  return {
    caller: operator,
    project: operator.project,
    provider,
    key,
    decision,
    ...(uid === undefined ? {} : { uid }),
  } as unknown as Allowed;
}

function allowedTo(asked: Asked, decision: Decision, uid: number | undefined): Allowed {
  return {
    caller: asked.caller,
    project: asked.project.name,
    provider: asked.provider,
    key: asked.settings.key,
    decision,
    ...(uid === undefined ? {} : { uid }),
  } as unknown as Allowed;
}

function decide(deps: IssueDeps, asked: Asked): Extract<PolicyDecision, { allowed: true }> {
  const { caller, provider, grants, ip, want } = asked;
  const decision = evaluate(asked.project.policy(), {
    caller,
    request: { provider, grants, ip, want, ttl: asked.ttl },
    settings: asked.settings.settings,
    defaultTtl: deps.providers[provider].facts.defaultTtl,
    now: Math.floor(deps.now() / 1000),
  });
  if (decision.allowed) return decision;
  const { code, message, detail, fields } = decision;
  throw new HandstampError(code, message, { detail, fields });
}

/**
 * The final request in the provider's own terms. Where a route asks for whatever fits, a product that
 * refuses this identity is left out: Voice, for one, refuses names that Chat accepts.
 */
function fit(
  provider: Provider,
  asked: Asked,
  final: { ttl: number; grants: Grants },
): MintRequest {
  const parse = (grants: Grants) =>
    provider.parse({ identity: asked.identity, ttl: final.ttl, grants, options: asked.options });
  try {
    return parse(final.grants);
  } catch (error) {
    if (asked.want === "all" || !refusesIdentity(error)) throw error;
    const fitting = Object.entries(final.grants).filter(([key, grant]) =>
      accepts(parse, key, grant),
    );
    if (fitting.length === 0) throw error;
    return parse(Object.fromEntries(fitting));
  }
}

function accepts(parse: (grants: Grants) => unknown, key: string, grant: JsonObject): boolean {
  try {
    parse({ [key]: grant });
    return true;
  } catch (error) {
    if (refusesIdentity(error)) return false;
    throw error;
  }
}

function refusesIdentity(error: unknown): boolean {
  return isHandstampError(error) && error.code === "identity_invalid";
}
