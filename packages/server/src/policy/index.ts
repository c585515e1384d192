/** What a caller may have: rules, compiled once, and decisions by them. Pure. */
export { allowEverything, compilePolicy } from "./compile.ts";
export { evaluate } from "./evaluate.ts";
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
