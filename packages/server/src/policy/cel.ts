/** CEL expressions of a policy: parsed, checked and bounded when it is loaded, evaluated without fear. */
import { suggest } from "@handstamp/protocol";
import { Environment } from "@marcbachmann/cel-js";
import { findForbiddenCall } from "./cel-functions.ts";
import { type Requirement, readsGrant, requirementsOf } from "./cel-reads.ts";
import { CallerView, RequestView, type Variables } from "./scope.ts";

const CALLER = {
  kind: "string",
  id: "string",
  identity: "string",
  scopes: "list<string>",
  claims: "map<string, dyn>",
} as const;
const REQUEST = {
  provider: "string",
  product: "string",
  grant: "map<string, dyn>",
  ttl: "int",
  ip: "string",
} as const;
const VARIABLES = ["caller", "request", "now"];

/** Characters, nodes of the tree, and levels of nesting. */
export const EXPRESSION_LIMITS = { length: 2000, maxAstNodes: 250, maxDepth: 24 } as const;

const environment = new Environment({
  homogeneousAggregateLiterals: false,
  limits: {
    maxAstNodes: EXPRESSION_LIMITS.maxAstNodes,
    maxDepth: EXPRESSION_LIMITS.maxDepth,
    maxListElements: 200,
    maxMapEntries: 32,
    maxCallArguments: 4,
  },
})
  .registerType("Caller", { ctor: CallerView, fields: CALLER })
  .registerType("Request", { ctor: RequestView, fields: REQUEST })
  .registerVariable("caller", "Caller")
  .registerVariable("request", "Request")
  .registerVariable("now", "google.protobuf.Timestamp");

export interface Expression {
  readonly source: string;
  /** @throws whatever the engine throws: a missing claim, a wrong type */
  run(variables: Variables): unknown;
  /** What must hold for the value to be true. */
  readonly requirements: readonly Requirement[];
  /** True where it must be evaluated for each grant of a request. */
  readonly perGrant: boolean;
}

/** What an expression must give. */
export type Wanted = "condition" | "text";
const TYPES: Readonly<Record<Wanted, { readonly of: readonly string[]; readonly words: string }>> =
  {
    condition: { of: ["bool", "dyn"], words: "must be true or false" },
    text: { of: ["string", "int", "dyn"], words: "must give a text or a whole number" },
  };

/** @returns the compiled expression, or what is wrong with it in words */
export function compileExpression(source: string, wanted: Wanted): Expression | string {
  if (source.length > EXPRESSION_LIMITS.length)
    return `must have at most ${EXPRESSION_LIMITS.length} characters`;
  try {
    const parsed = environment.parse(source);
    const forbidden = findForbiddenCall(parsed.ast);
    if (forbidden) return `is not valid: ${forbidden}`;
    const checked = parsed.check();
    if (!checked.valid) return wordsOf(checked.error);
    if (!TYPES[wanted].of.includes(String(checked.type)))
      return `${TYPES[wanted].words}, not ${String(checked.type)}`;
    return {
      source,
      run: (variables) => parsed(variables),
      requirements: wanted === "condition" ? requirementsOf(parsed.ast) : [],
      perGrant: readsGrant(parsed.ast),
    };
  } catch (error) {
    return wordsOf(error);
  }
}

interface CelFailure {
  readonly code?: string;
  readonly summary?: string;
  readonly range?: { readonly start: number };
}

function wordsOf(error: unknown): string {
  const { code, summary = "cannot be read", range } = (error ?? {}) as CelFailure;
  const where = range ? ` at character ${range.start + 1}` : "";
  return `is not valid${where}: ${summary}${nearest(code, summary)}`;
}

/** The engine ends these two messages with the name that it does not know. */
function nearest(code: string | undefined, summary: string): string {
  const name = summary.slice(summary.lastIndexOf(" ") + 1);
  if (code === "unknown_variable") return suggest(name, VARIABLES);
  if (code !== "no_such_key") return "";
  const all = [...Object.keys(CALLER), ...Object.keys(REQUEST)];
  const hint = suggest(name, all);
  return hint.includes("did you mean")
    ? hint
    : `; caller has ${Object.keys(CALLER).join(", ")}, request has ${Object.keys(REQUEST).join(", ")}`;
}

/** Why an evaluation failed, in the engine's short words. */
export function whyFailed(error: unknown): string {
  const { summary } = (error ?? {}) as CelFailure;
  return summary ?? (error instanceof Error ? error.message : "unknown failure");
}
