/** What a caller may have: rules, compiled once, and decisions by them. Pure. */
export {
  CASE_PARTS,
  type Case,
  type CaseContext,
  type CaseResult,
  checkCaseGrants,
  decideCase,
  readCases,
  runCases,
} from "./cases.ts";
export { allowEverything, compilePolicy } from "./compile.ts";
export { describe, type RuleDescription } from "./describe.ts";
export { evaluate } from "./evaluate.ts";
export { matchesGlob, parseGlob } from "./glob.ts";
export type {
  Allowed,
  Closest,
  Decision,
  Policy,
  PolicyInput,
  PolicyRequest,
  Refused,
} from "./policy.ts";
export type { PolicyCaller } from "./scope.ts";
