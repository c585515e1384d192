import { PROVIDERS, type Provider } from "@handstamp/core";
import { HandstampError, type Infer, type ProviderId, s } from "@handstamp/protocol";
import { canonicalIdentity } from "../../callers/index.ts";
import { type Answer, type Ask, type Operation, ok } from "../../http/operation.ts";
import { checkTtl } from "../../issue/ttl.ts";
import {
  CASE_PARTS,
  type CaseContext,
  checkCaseGrants,
  type Decision,
  decideCase,
  type Policy,
} from "../../policy/index.ts";

export interface PolicyTestDeps {
  /** The policy as it is now. */
  readonly policyOf: (project: string) => Policy;
  /** The configured defaults of a project's providers; absent for one that is not configured. */
  readonly settingsOf: (project: string) => CaseContext["settings"];
  /** Unix milliseconds. */
  readonly now: () => number;
}

const BODY = s.object({ caller: CASE_PARTS.caller, request: CASE_PARTS.request });
type Body = Infer<typeof BODY>;

const ANSWER = s.object({
  decision: s.choice(["allow", "deny"]),
  rules: s.optional(s.list(s.text(), { doc: "The rules that allow it, each once." })),
  allowed_by: s.optional(s.record(s.text(), { doc: "Which rule allows which grant." })),
  grants: s.optional(s.record(s.json(), { doc: "What would be granted, filled in." })),
  ttl: s.optional(s.integer({ unit: "seconds" })),
  clamped_from: s.optional(
    s.integer({ unit: "seconds", doc: "The ttl asked for, where the policy made it shorter." }),
  ),
  code: s.optional(s.choice(["forbidden", "invalid_request"], { doc: "How it would be refused." })),
  detail: s.optional(s.text({ doc: "Why, for the operator. The caller is told less." })),
  closest: s.optional(
    s.object(
      { rule: s.text(), why: s.text() },
      { doc: "The rule that was nearest to allowing it, and what is in the way." },
    ),
  ),
  errors: s.optional(
    s.list(s.object({ pointer: s.text(), message: s.text() }), {
      doc: "The fields that the caller would be told of.",
    }),
  ),
});

/**
 * `POST /v1/policy/test`: what would come of a request, and by which rule. Nothing is signed, counted
 * or recorded, so two things are left to the real request: limits, and whether a uid or user id that
 * a grant names is the identity's own.
 */
export function testPolicy(deps: PolicyTestDeps): Operation {
  return {
    id: "testPolicy",
    method: "POST",
    path: "/v1/policy/test",
    tag: "Policy",
    access: "operate",
    summary: "What the policy decides about a request, without issuing anything",
    body: BODY,
    answers: { 200: { doc: "The decision and the rule that made it.", shape: ANSWER } },
    handle: (ask) => decide(deps, ask),
  };
}

function decide({ policyOf, settingsOf, now }: PolicyTestDeps, ask: Ask): Answer {
  const { project } = ask.caller;
  const body = ask.body as Body;
  const settings = settingsOf(project);
  const canonical = { caller: callerOf(body), request: requestOf(body, settings) };
  const context = {
    settings,
    defaultTtl: DEFAULT_TTL,
    now: Math.floor(now() / 1000),
  };
  return ok(decisionView(decideCase(policyOf(project), canonical, context)));
}

const DEFAULT_TTL = Object.fromEntries(
  Object.values(PROVIDERS).map(({ id, facts }) => [id, facts.defaultTtl]),
) as Readonly<Record<ProviderId, number>>;

function callerOf({ caller }: Body): Body["caller"] {
  if (caller.identity === undefined) return caller;
  return { ...caller, identity: at("/caller/identity", () => canonicalIdentity(caller.identity)) };
}

/** The same checks of form that a real request passes before the policy is asked. */
function requestOf({ caller, request }: Body, settings: CaseContext["settings"]): Body["request"] {
  const provider: Provider = PROVIDERS[request.provider];
  if (!settings[request.provider])
    throw wrong("unknown_provider", "/request/provider", "is not configured here");
  if (caller.identity === undefined && request.identity === undefined)
    throw wrong("invalid_request", "/request/identity", "is missing: say whom the token is for");
  checkCaseGrants(provider.products, request, "/request/grants");
  at("/request/ttl", () => checkTtl(provider, Object.keys(request.grants ?? {}), request.ttl));
  if (request.identity === undefined) return request;
  const identity = at("/request/identity", () => canonicalIdentity(request.identity));
  return { ...request, identity };
}

/** Runs a check of a single value, and names the field that holds it. */
function at<T>(pointer: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof HandstampError)) throw error;
    const message = error.fields[0]?.message ?? error.message;
    throw new HandstampError(error.code, `${pointer}: ${message}`, {
      fields: [{ pointer, message }],
    });
  }
}

function wrong(
  code: "unknown_provider" | "invalid_request",
  pointer: string,
  message: string,
): HandstampError {
  return new HandstampError(code, `${pointer} ${message}`, { fields: [{ pointer, message }] });
}

function decisionView(decision: Decision): Infer<typeof ANSWER> {
  if (!decision.allowed) {
    const { code, detail, closest, fields } = decision;
    return { decision: "deny", code, detail, ...(closest ? { closest } : {}), errors: fields };
  }
  const { rules, allowedBy, grants, ttl, clampedFrom } = decision;
  return {
    decision: "allow",
    rules,
    allowed_by: allowedBy,
    grants,
    ttl,
    ...(clampedFrom === undefined ? {} : { clamped_from: clampedFrom }),
  };
}
