/** For the tests of this folder: the providers' own tables, a caller, and one-line decisions. */
import { PROVIDERS } from "@handstamp/core";
import type { JsonObject, ProviderId, Scope } from "@handstamp/protocol";
import { compilePolicy, type Decision, evaluate, type Policy, type PolicyCaller } from "./index.ts";
import type { Grants } from "./policy.ts";

export const PRODUCTS = [...PROVIDERS.twilio.products, ...PROVIDERS.agora.products];
export const NOW = Date.UTC(2026, 4, 4, 9, 30) / 1000;
export const CHAT_SERVICE = `IS${"c".repeat(32)}`;
export const APP = `AP${"a".repeat(32)}`;
export const SETTINGS = { chat_service_sid: CHAT_SERVICE, twiml_app_sid: APP };

export function callerWith(claims: JsonObject, more: Partial<PolicyCaller> = {}): PolicyCaller {
  return {
    kind: "jwt",
    id: "jwt:https://login.example.com|alice",
    identity: "alice",
    scopes: new Set<Scope>(["mint"]),
    claims,
    ...more,
  };
}

/** A policy of one rule for one product. */
export function allowing(entry: JsonObject, rule: JsonObject = {}): Policy {
  return compilePolicy([{ name: "the rule", allow: [entry], ...rule }], PRODUCTS);
}

interface Ask {
  readonly claims?: JsonObject;
  readonly caller?: Partial<PolicyCaller>;
  readonly ttl?: number;
  readonly want?: "all" | "some";
  readonly settings?: Readonly<Record<string, string>>;
}

export function decide(
  policy: Policy,
  provider: ProviderId,
  grants: Grants,
  ask: Ask = {},
): Decision {
  const { claims = {}, caller = {}, ttl, want, settings = SETTINGS } = ask;
  return evaluate(policy, {
    caller: callerWith(claims, caller),
    request: {
      provider,
      grants,
      ip: "203.0.113.7",
      ...(ttl ? { ttl } : {}),
      ...(want ? { want } : {}),
    },
    settings,
    defaultTtl: 3600,
    now: NOW,
  });
}

/** The grants where allowed, else the code and the pointers: what most tests compare. */
export function outcome(decision: Decision): unknown {
  return decision.allowed
    ? decision.grants
    : [decision.code, ...decision.fields.map(({ pointer }) => pointer)];
}
