/** From a policy, a caller and a request to a decision. Pure: the clock is passed in. Never throws. */
import type { JsonObject } from "@handstamp/protocol";
import { whyFailed } from "./cel.ts";
import { closestOf } from "./closest.ts";
import { type Failure, judge } from "./judge.ts";
import type { ReadCaller } from "./lookup.ts";
import type { Allowed, Closest, Decision, Grants, Policy, PolicyInput, Refused } from "./policy.ts";
import type { Entry, Rule } from "./rule.ts";
import { CallerView, RequestView, type Variables } from "./scope.ts";

/**
 * Decides. Each grant must be allowed as a whole by one rule, the first that does; different grants
 * may be allowed by different rules; one that none allows refuses the request.
 *
 * @example
 * const decision = evaluate(policy, { caller, request: { provider: "twilio", grants: { chat: {} } }, settings, defaultTtl: 3600, now });
 * if (!decision.allowed) throw new HandstampError(decision.code, decision.message, { detail: decision.detail });
 */
export function evaluate(policy: Policy, input: PolicyInput): Decision {
  const run = new Evaluation(policy, input);
  const grants = Object.entries(input.request.grants ?? {});
  if (grants.length === 0) return run.decide(run.namedLiterally(), NOTHING_NAMED);
  const verdicts = grants.map(([key, grant]) => run.judgeGrant(key, grant));
  const given = verdicts.filter((verdict) => verdict.allowed);
  const refused = verdicts.filter((verdict) => !verdict.allowed);
  const isEnough = input.request.want === "some" ? given.length > 0 : refused.length === 0;
  return run.decide(isEnough ? given : [], refusal(refused));
}

interface Given {
  readonly allowed: true;
  readonly key: string;
  readonly grant: JsonObject;
  readonly rule: Rule;
}
interface NotGiven {
  readonly allowed: false;
  readonly key: string;
  /** Fields that would have to be named, where nothing else is in the way. */
  readonly mustName: readonly Failure[];
  readonly closest: Closest | undefined;
  readonly detail: string;
}

/** One decision at work: the views of the caller are made once, conditions are remembered. */
export class Evaluation {
  readonly #policy: Policy;
  readonly #input: PolicyInput;
  readonly #caller: CallerView;
  readonly #now: Date;
  /** Conditions that do not depend on the grant. */
  readonly #held = new Map<Rule, boolean>();

  constructor(policy: Policy, input: PolicyInput) {
    this.#policy = policy;
    this.#input = input;
    this.#caller = new CallerView(input.caller);
    this.#now = new Date(input.now * 1000);
  }

  judgeGrant(key: string, grant: JsonObject): Given | NotGiven {
    const product = `${this.#input.request.provider}.${key}`;
    const limited = this.#input.caller.products;
    if (limited && !limited.includes(product))
      return notGiven(key, `the API token is limited to ${limited.join(", ") || "no product"}`);
    const lookup = this.#policy.products.get(product);
    if (!lookup || lookup.entries.length === 0) return notGiven(key, `no rule names ${product}`);
    const variables = this.#variables(product, grant);
    let mustName: readonly Failure[] = [];
    for (const entry of lookup.find(grant, this.#read)) {
      const judged = judge(entry, grant, variables, this.#input.settings);
      const isOpen = judged.failures.every((failure) => failure.mustName);
      if (!isOpen || !this.#holds(entry.rule, variables)) continue;
      if (judged.failures.length === 0)
        return { allowed: true, key, grant: judged.grant, rule: entry.rule };
      if (mustName.length === 0) mustName = judged.failures;
    }
    const closest = closestOf(lookup.find(grant, this.#read), lookup.entries, {
      judge: (entry) => judge(entry, grant, variables, this.#input.settings, true).failures,
      condition: (rule) => this.#whyNot(rule, variables),
    });
    return notGiven(key, `${product}: ${wordsOf(closest)}`, closest, mustName);
  }

  /** For a request that asks for nothing: of each product the first entry that leaves nothing open. */
  namedLiterally(): Given[] {
    const { provider } = this.#input.request;
    const given: Given[] = [];
    for (const [product, lookup] of this.#policy.products) {
      if (!product.startsWith(`${provider}.`)) continue;
      const key = product.slice(provider.length + 1);
      const found = this.#limits(product)
        ? undefined
        : this.#firstLiteral(key, product, lookup.find({}, this.#read));
      if (found) given.push(found);
    }
    return given;
  }

  decide(given: readonly Given[], otherwise: Refused): Decision {
    if (given.length === 0) return otherwise;
    const grants: Grants = Object.fromEntries(given.map(({ key, grant }) => [key, grant]));
    const allowedBy = Object.fromEntries(given.map(({ key, rule }) => [key, rule.name]));
    const rules = [...new Set(given.map(({ rule }) => rule))];
    return {
      allowed: true,
      grants,
      ...this.#ttlOf(rules),
      rules: rules.map(({ name }) => name),
      allowedBy,
    };
  }

  #ttlOf(rules: readonly Rule[]): Pick<Allowed, "ttl" | "clampedFrom"> {
    const { ttl: asked } = this.#input.request;
    const defaults = rules.map(({ ttl }) => ttl).filter((ttl) => ttl !== undefined);
    const most = Math.min(...rules.map(({ maxTtl }) => maxTtl ?? Number.POSITIVE_INFINITY));
    const wanted = asked ?? (defaults.length > 0 ? Math.min(...defaults) : this.#input.defaultTtl);
    const ttl = Math.min(wanted, most);
    return asked !== undefined && ttl < asked ? { ttl, clampedFrom: asked } : { ttl };
  }

  #limits(product: string): boolean {
    const { products } = this.#input.caller;
    return products !== undefined && !products.includes(product);
  }

  #firstLiteral(key: string, product: string, entries: Iterable<Entry>): Given | undefined {
    const variables = this.#variables(product, {});
    for (const entry of entries) {
      const { grant, failures } = judge(entry, {}, variables, this.#input.settings);
      if (failures.length > 0 || leavesOpen(entry, grant) || !this.#holds(entry.rule, variables))
        continue;
      return { allowed: true, key, grant, rule: entry.rule };
    }
    return undefined;
  }

  #variables(product: string, grant: JsonObject): Variables {
    const { provider, ttl = this.#input.defaultTtl, ip = "" } = this.#input.request;
    const request = new RequestView({ provider, ttl, ip }, product, grant);
    return { caller: this.#caller, request, now: this.#now };
  }

  #holds(rule: Rule, variables: Variables): boolean {
    const known = this.#held.get(rule);
    if (known !== undefined) return known;
    const holds = this.#whyNot(rule, variables) === undefined;
    if (!rule.when?.perGrant) this.#held.set(rule, holds);
    return holds;
  }

  /** Why a rule's condition does not hold, or undefined if it does. What fails does not match. */
  #whyNot({ when }: Rule, variables: Variables): string | undefined {
    if (!when) return undefined;
    try {
      return when.run(variables) === true ? undefined : "its condition is false";
    } catch (error) {
      return `its condition cannot be evaluated (${whyFailed(error)})`;
    }
  }

  readonly #read: ReadCaller = (path) => {
    let value: unknown = this.#input.caller;
    for (const key of path.slice(1)) {
      if (typeof value !== "object" || value === null || !Object.hasOwn(value, key))
        return undefined;
      value = (value as Record<string, unknown>)[key];
    }
    return value;
  };
}

/** True where the entry, asked for nothing, would give more than it names. */
function leavesOpen({ fields, rule }: Entry, grant: JsonObject): boolean {
  if (rule.namesNothing) return true;
  return fields.some(({ field, allowance, open }) => {
    if (open) return true;
    const needsName =
      field.kind === "pattern" &&
      field.allow.open !== undefined &&
      !Object.hasOwn(grant, field.name);
    return needsName || (allowance.kind === "any" && field.path.length === 0);
  });
}

function notGiven(
  key: string,
  detail: string,
  closest?: Closest,
  mustName: readonly Failure[] = [],
): NotGiven {
  return { allowed: false, key, detail, closest, mustName };
}

function wordsOf(closest: Closest | undefined): string {
  return closest ? `rule "${closest.rule}" came closest: ${closest.why}` : "no rule allows it";
}

const NOTHING_NAMED: Refused = {
  allowed: false,
  code: "forbidden",
  message: "There is nothing that you may have without naming it.",
  fields: [{ pointer: "/grants", message: "must name what is wanted" }],
  detail: "the request names no grants, and no rule that matches names any literally",
};

/** 400 where naming fields is all that is missing, else 403. The caller learns nothing of the rules. */
function refusal(refused: readonly NotGiven[]): Refused {
  const closest = refused.find((verdict) => verdict.closest)?.closest;
  const detail = refused.map((verdict) => verdict.detail).join("; ");
  const more = closest ? { closest } : {};
  const fields = refused.flatMap(({ key, mustName }) =>
    mustName.map(({ field }) => ({
      pointer: `/grants/${key}${field.pointer}`,
      message: "must be named: the policy allows a pattern",
    })),
  );
  const first = fields[0];
  if (first && refused.every(({ mustName }) => mustName.length > 0))
    return {
      allowed: false,
      code: "invalid_request",
      message: `${first.pointer} ${first.message}`,
      fields,
      detail,
      ...more,
    };
  return {
    allowed: false,
    code: "forbidden",
    message: "The policy does not allow this.",
    fields: refused.map(({ key }) => ({ pointer: `/grants/${key}`, message: "is not allowed" })),
    detail,
    ...more,
  };
}
