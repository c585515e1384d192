/**
 * A table of cases that a team keeps beside its policy: who asks for what, and what must come of it.
 * `handstamp policy test` and a CI run it; the evaluation is the service's own.
 */
import type { Product } from "@handstamp/core";
import {
  HandstampError,
  type Infer,
  invalid,
  type Json,
  type JsonObject,
  PRODUCTS,
  type ProviderId,
  parse,
  SCOPES,
  s,
  suggest,
} from "@handstamp/protocol";
import { evaluate } from "./evaluate.ts";
import { sameJson } from "./field.ts";
import type { Settings } from "./judge.ts";
import type { Decision, Policy } from "./policy.ts";
import { Findings } from "./report.ts";

const CASE = s.object({
  name: s.text({ min: 1, max: 200, doc: "What the case shows." }),
  caller: s.object({
    kind: s.optional(
      s.choice(["jwt", "session", "api_token", "passcode", "open"], { doc: "jwt when left out." }),
    ),
    id: s.optional(s.text({ min: 1 })),
    identity: s.optional(s.text({ min: 1, doc: "Nobody when left out." })),
    claims: s.optional(s.json()),
    scopes: s.optional(s.list(s.choice(SCOPES), { doc: "[mint] when left out." })),
    products: s.optional(s.list(s.text({ min: 1 }), { doc: "An API token's own limit." })),
  }),
  request: s.object({
    provider: s.choice(Object.keys(PRODUCTS) as ProviderId[]),
    identity: s.optional(s.text({ min: 1, doc: "The caller's own when left out." })),
    ttl: s.optional(s.integer({ min: 1, unit: "seconds" })),
    grants: s.optional(s.record(s.json())),
    ip: s.optional(s.text({ min: 1 })),
  }),
  now: s.optional(
    s.text({
      pattern: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/,
      hint: "a time such as 2026-05-04T09:30:00Z",
      doc: "When the request is made; the time of the test when left out.",
    }),
  ),
  expect: s.choice(["allow", "deny"]),
  rule: s.optional(s.text({ min: 1, doc: "A rule that must be among those that allow." })),
  ttl: s.optional(s.integer({ min: 1, unit: "seconds", doc: "The ttl that must be given." })),
  grants: s.optional(s.record(s.json(), { doc: "The grants that must be given, filled in." })),
  code: s.optional(s.choice(["forbidden", "invalid_request"], { doc: "The code of the refusal." })),
});
/** The caller and the request of a case: `POST /v1/policy/test` takes one such pair. */
export const CASE_PARTS = { caller: CASE.fields.caller, request: CASE.fields.request } as const;
export const CASES = s.list(CASE, { max: 10_000 });
export type Case = Infer<typeof CASE>;

/** What the policy is tested with, beside the cases. */
export interface CaseContext {
  readonly products: readonly Product[];
  /** Configured defaults and the default ttl by provider. */
  readonly settings: Readonly<Partial<Record<ProviderId, Settings>>>;
  readonly defaultTtl: Readonly<Record<ProviderId, number>>;
  /** Unix seconds, for cases that name no time. */
  readonly now: number;
}

export interface CaseResult {
  readonly name: string;
  readonly passed: boolean;
  /** What came otherwise than expected, one line each. */
  readonly differences: readonly string[];
  readonly decision: Decision;
}

/**
 * Reads a decoded file of cases.
 *
 * @param at the pointer of the list in the file
 * @throws HandstampError `config_invalid`, whose `fields` name every mistake
 */
export function readCases(value: unknown, products: readonly Product[], at = ""): readonly Case[] {
  const findings = new Findings();
  const attempt = (check: () => unknown) => {
    try {
      return check();
    } catch (error) {
      if (!(error instanceof HandstampError)) throw error;
      for (const { pointer, message } of error.fields) findings.report(pointer, message);
      return undefined;
    }
  };
  attempt(() => parse(CASES, value, at));
  findings.throwIfAny();
  const cases = value as readonly Case[];
  for (const [i, { expect, request, ...expected }] of cases.entries()) {
    for (const [key, grant] of Object.entries(request.grants ?? {}))
      attempt(() =>
        checkGrant(products, request.provider, key, grant, `${at}/${i}/request/grants`),
      );
    const meaningless =
      expect === "allow" ? (["code"] as const) : (["rule", "ttl", "grants"] as const);
    for (const field of meaningless)
      if (expected[field] !== undefined)
        findings.report(`${at}/${i}/${field}`, `says nothing where ${expect} is expected`);
  }
  findings.throwIfAny();
  return cases;
}

/** @throws HandstampError `invalid_request` for a grant that is not of its product's form */
export function checkCaseGrants(
  products: readonly Product[],
  { provider, grants = {} }: Case["request"],
  at: string,
): void {
  for (const [key, grant] of Object.entries(grants)) checkGrant(products, provider, key, grant, at);
}

function checkGrant(
  products: readonly Product[],
  provider: ProviderId,
  key: string,
  grant: JsonObject,
  at: string,
): void {
  const ofProvider = products.filter(({ name }) => name.startsWith(`${provider}.`));
  const product = ofProvider.find((candidate) => candidate.key === key);
  const pointer = `${at}/${key}`;
  if (product) {
    parse(product.shape, grant, pointer);
    return;
  }
  const keys = ofProvider.map((p) => p.key);
  const message = `is not a product of ${provider}${suggest(key, keys)}`;
  throw invalid([{ pointer, message }]);
}

/**
 * Runs every case.
 *
 * @example
 * const results = runCases(policy, readCases(parseYaml(text), products), context);
 * process.exitCode = results.every(({ passed }) => passed) ? 0 : 1;
 */
export function runCases(
  policy: Policy,
  cases: readonly Case[],
  context: CaseContext,
): readonly CaseResult[] {
  return cases.map((one) => {
    const decision = decideCase(policy, one, context);
    const differences = differencesOf(one, decision);
    return { name: one.name, passed: differences.length === 0, differences, decision };
  });
}

/** What the policy decides about one case. A mistyped grant must have been refused before. */
export function decideCase(
  policy: Policy,
  { caller, request, now }: Pick<Case, "caller" | "request" | "now">,
  context: Omit<CaseContext, "products">,
): Decision {
  const {
    kind = "jwt",
    id = "case",
    identity = null,
    claims = {},
    scopes = ["mint"],
    products,
  } = caller;
  if (
    request.identity !== undefined &&
    request.identity !== identity &&
    !scopes.includes("mint:others")
  )
    return NOT_OWN_IDENTITY;
  return evaluate(policy, {
    caller: {
      kind,
      id,
      identity,
      claims,
      scopes: new Set(scopes),
      ...(products ? { products } : {}),
    },
    request,
    settings: context.settings[request.provider] ?? {},
    defaultTtl: context.defaultTtl[request.provider],
    now: now === undefined ? context.now : Date.parse(now) / 1000,
  });
}

/** The service refuses this before it asks the policy. */
const NOT_OWN_IDENTITY: Decision = {
  allowed: false,
  code: "forbidden",
  message: "The identity is not the caller's own.",
  fields: [{ pointer: "/identity", message: "must be the caller's own: leave it out" }],
  detail: "another identity was named without the scope mint:others",
};

function differencesOf(wanted: Case, decision: Decision): string[] {
  if (!decision.allowed) {
    if (wanted.expect === "allow") return [`refused (${decision.code}): ${decision.detail}`];
    return compare("code", wanted.code, decision.code);
  }
  if (wanted.expect === "deny") return [`allowed by ${quoted(decision.rules)}`];
  const { rule } = wanted;
  return [
    ...(rule === undefined || decision.rules.includes(rule)
      ? []
      : [`rule: expected "${rule}", allowed by ${quoted(decision.rules)}`]),
    ...compare("ttl", wanted.ttl, decision.ttl),
    ...compare("grants", wanted.grants, decision.grants),
  ];
}

function compare(what: string, wanted: Json | undefined, got: Json): string[] {
  if (wanted === undefined || sameJson(wanted, got)) return [];
  return [`${what}: expected ${JSON.stringify(wanted)}, got ${JSON.stringify(got)}`];
}

const quoted = (names: readonly string[]) => names.map((name) => `"${name}"`).join(", ");
