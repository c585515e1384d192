/**
 * What an expression may call. The list is closed: each entry takes time linear in its input, and
 * what the engine offers beyond it is refused when the policy is loaded. Above all `matches()`, which
 * hands its argument to JavaScript's backtracking regular expressions.
 */
import { suggest } from "@handstamp/protocol";
import type { ASTNode } from "@marcbachmann/cel-js";

type Check = (call: Call, body: boolean) => string | undefined;

/** A call in an expression: `size(x)` has no receiver, `x.size()` has one. */
interface Call {
  readonly name: string;
  readonly receiver: ASTNode | undefined;
  readonly args: readonly ASTNode[];
}

const fine: Check = () => undefined;

/** A search for text that is itself from outside, once for every entry, would be quadratic. */
const search: Check = ({ args }, body) =>
  body && textOf(args[0]) === undefined
    ? "needs a literal text inside all, exists and filter"
    : undefined;

const macro: Check = (_call, body) =>
  body ? "may not stand inside another all, exists or filter" : undefined;

const inZone: Check = ({ args }) => {
  if (args.length === 0) return undefined;
  if (textOf(args[0]) === undefined) return "needs its time zone as a literal text";
  try {
    Intl.DateTimeFormat("en", { timeZone: textOf(args[0]) });
    return undefined;
  } catch {
    return "does not know this time zone; write it as in Europe/Berlin";
  }
};

/** The engine reads durations with a pattern that backtracks on hostile text. */
const literal: Check = ({ args }) =>
  textOf(args[0]) !== undefined ? undefined : "needs a literal text";

const FUNCTIONS: Readonly<Record<string, Check>> = {
  has: fine,
  size: fine,
  string: fine,
  int: fine,
  double: fine,
  bool: fine,
  timestamp: fine,
  duration: literal,
};

const METHODS: Readonly<Record<string, Check>> = {
  size: fine,
  startsWith: fine,
  endsWith: fine,
  contains: search,
  indexOf: search,
  substring: fine,
  lowerAscii: fine,
  upperAscii: fine,
  trim: fine,
  all: macro,
  exists: macro,
  exists_one: macro,
  filter: macro,
  ...Object.fromEntries(
    [
      "FullYear",
      "Month",
      "Date",
      "DayOfMonth",
      "DayOfWeek",
      "DayOfYear",
      "Hours",
      "Minutes",
      "Seconds",
    ].map((part) => [`get${part}`, inZone]),
  ),
};

const NOT_OFFERED: Readonly<Record<string, string>> = {
  matches:
    "is not offered, because a regular expression can stall the service: use startsWith, endsWith, contains or in",
};

/** What is wrong with the calls of an expression, in words, or undefined. */
export function findForbiddenCall(node: unknown, body = false): string | undefined {
  if (Array.isArray(node)) return firstOf(node, (child) => findForbiddenCall(child, body));
  if (!isNode(node)) return undefined;
  const call = callOf(node);
  if (call) return checkCall(call, body);
  if (node.op === "in" && body && (node.args as ASTNode[])[1]?.op !== "list")
    return "in needs a literal list on its right inside all, exists and filter";
  return findForbiddenCall(node.args, body);
}

function checkCall(call: Call, body: boolean): string | undefined {
  const table = call.receiver ? METHODS : FUNCTIONS;
  const check = Object.hasOwn(table, call.name) ? table[call.name] : undefined;
  const shown = call.receiver ? `.${call.name}()` : `${call.name}()`;
  if (!check)
    return Object.hasOwn(NOT_OFFERED, call.name)
      ? `${shown} ${NOT_OFFERED[call.name]}`
      : `${shown} is not known${suggest(call.name, Object.keys(table))}`;
  const problem = check(call, body);
  if (problem) return `${shown} ${problem}`;
  return (
    findForbiddenCall(call.receiver, body) ?? findForbiddenCall(call.args, body || check === macro)
  );
}

function callOf({ op, args }: ASTNode): Call | undefined {
  if (op === "call") {
    const [name, list] = args;
    return { name, receiver: undefined, args: list };
  }
  if (op !== "rcall") return undefined;
  const [name, receiver, list] = args;
  return { name, receiver, args: list };
}

export function isNode(value: unknown): value is ASTNode {
  return typeof value === "object" && value !== null && "op" in value && "args" in value;
}

/** The text of a literal, or undefined for any other expression. */
export function textOf(node: ASTNode | undefined): string | undefined {
  return node?.op === "value" && typeof node.args === "string" ? node.args : undefined;
}

function firstOf<T, R>(items: readonly T[], look: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const found = look(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
