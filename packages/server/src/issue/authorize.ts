import type { MintRequest, Provider } from "@handstamp/core";
import {
  HandstampError,
  isHandstampError,
  type JsonObject,
  type ProviderId,
} from "@handstamp/protocol";
import type { Caller } from "../callers/caller.ts";
import type { SigningKey } from "../config/config.ts";
import type { Asked } from "./ask.ts";
import type { Grants, IssueDeps } from "./deps.ts";
import type { Decision } from "./types.ts";

declare const allowed: unique symbol;

/** A request that the project's policy allows, with nothing left open. */
export interface Allowed {
  readonly project: string;
  readonly provider: ProviderId;
  readonly key: SigningKey;
  readonly decision: Decision;
  readonly uid?: number;
  readonly [allowed]: true;
}

/**
 * Asks the project's policy. Without a rule that allows it, a request is refused whole.
 *
 * @throws HandstampError `forbidden` with a plain message (the reason is in `detail`, for the log),
 * or `invalid_request` where the policy needs a field that the request leaves out
 */
export function authorize(deps: IssueDeps, caller: Caller, asked: Asked): Allowed {
  const decision = asked.project.decide(caller, asked, deps.now());
  if (!decision.allowed)
    throw new HandstampError(decision.code, decision.message, {
      detail: decision.detail,
      fields: decision.fields ?? [],
    });
  const { grants, ttl, rules, clampedFrom } = decision;
  const provider = deps.providers[asked.provider];
  return {
    project: caller.project,
    provider: asked.provider,
    key: asked.settings.key,
    decision: {
      request: fit(provider, asked, { ttl, grants }),
      rules,
      ...(clampedFrom === undefined ? {} : { clampedFrom }),
    },
    ...(asked.uid === undefined ? {} : { uid: asked.uid }),
  } as Allowed;
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
