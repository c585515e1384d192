/** What an expression depends on, read from its syntax tree, so that rules can be indexed. */
import type { ASTNode } from "@marcbachmann/cel-js";
import { isNode, textOf } from "./cel-functions.ts";

/** A condition that is true only if what stands at `path` is one of these texts, or has one in it. */
export interface Requirement {
  /** From a variable on: `["caller", "claims", "role"]`. */
  readonly path: readonly string[];
  readonly values: readonly string[];
  /** The texts are looked for among the entries of a list or the keys of a map. */
  readonly within: boolean;
}

/**
 * The requirements among the `&&`-joined parts of a condition: `caller.claims.role == "tutor"`,
 * `caller.claims.role in ["tutor", "admin"]`, or `"staff" in caller.claims.groups`. CEL's `a && b` is true only where both are, whatever
 * fails in between, so each part is necessary.
 */
export function requirementsOf(node: ASTNode): Requirement[] {
  if (node.op === "&&") return node.args.flatMap(requirementsOf);
  if (node.op === "in") {
    const [subject, list] = node.args;
    return list.op === "list" ? required(subject, list.args) : required(list, [subject], true);
  }
  if (node.op !== "==") return [];
  const [left, right] = node.args;
  return textOf(right) === undefined ? required(right, [left]) : required(left, [right]);
}

function required(subject: ASTNode, literals: readonly ASTNode[], within = false): Requirement[] {
  const path = pathOf(subject);
  const values = literals.map(textOf).filter((text) => text !== undefined);
  const isUsable = values.length > 0 && values.length === literals.length;
  return path?.[0] === "caller" && path.length > 1 && isUsable ? [{ path, values, within }] : [];
}

/** `caller.claims["role"]` as `["caller", "claims", "role"]`; undefined for anything computed. */
function pathOf(node: ASTNode): readonly string[] | undefined {
  if (node.op === "id") return [node.args];
  if (node.op !== "." && node.op !== "[]") return undefined;
  const [of, key] = node.args;
  const name = typeof key === "string" ? key : textOf(key);
  const path = pathOf(of);
  return path && name !== undefined ? [...path, name] : undefined;
}

/** True where the value can differ between the grants of one request. */
export function readsGrant(node: unknown): boolean {
  if (Array.isArray(node)) return node.some(readsGrant);
  if (!isNode(node)) return false;
  if (node.op === "id") return node.args === "request";
  const path = pathOf(node);
  if (path?.[0] === "request") return path[1] === "product" || path[1] === "grant";
  return readsGrant(node.args);
}
