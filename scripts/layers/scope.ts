/** Which names a piece of source declares itself, so that `fetch` as a parameter is not the global one. */

export interface Node {
  readonly type: string;
  readonly start: number;
  readonly [key: string]: unknown;
}

export type Names = ReadonlySet<string>;

/** The scopes inside this node, the outer ones and perhaps one more. */
export function enter(node: Node, outer: readonly Names[]): readonly Names[] {
  const declared = DECLARED[node.type]?.(node);
  return declared && declared.length > 0 ? [...outer, new Set(declared)] : outer;
}

type Declares = (node: Node) => string[];

const ofFunction: Declares = (node) => [
  ...patterns(node["params"]),
  ...(node["id"] ? patterns(node["id"]) : []),
];
const ofBody: Declares = (node) => (node["body"] as readonly Node[]).flatMap(ofStatement);

const DECLARED: Readonly<Record<string, Declares>> = {
  Program: ofBody,
  BlockStatement: ofBody,
  FunctionBody: ofBody,
  StaticBlock: ofBody,
  SwitchStatement: (node) =>
    (node["cases"] as readonly Node[]).flatMap((each) =>
      (each["consequent"] as readonly Node[]).flatMap(ofStatement),
    ),
  FunctionDeclaration: ofFunction,
  FunctionExpression: ofFunction,
  ArrowFunctionExpression: ofFunction,
  ForStatement: (node) => (node["init"] ? ofStatement(node["init"] as Node) : []),
  ForOfStatement: (node) => ofStatement(node["left"] as Node),
  ForInStatement: (node) => ofStatement(node["left"] as Node),
  CatchClause: (node) => (node["param"] ? patterns(node["param"]) : []),
};

function ofStatement(node: Node): string[] {
  const declaration = node["declaration"] as Node | null | undefined;
  if (node.type.startsWith("Export") && declaration) return ofStatement(declaration);
  if (node.type === "VariableDeclaration")
    return (node["declarations"] as readonly Node[]).flatMap(({ id }) => patterns(id));
  if (node.type === "FunctionDeclaration" || node.type === "ClassDeclaration")
    return patterns(node["id"]);
  if (node.type === "ImportDeclaration") return imported(node);
  return [];
}

/** `import process from "node:process"` is the global by another door, so it does not hide it. */
function imported(node: Node): string[] {
  const from = (node["source"] as Node)["value"];
  if (from === "node:process" || from === "process") return [];
  return (node["specifiers"] as readonly Node[]).flatMap(({ local }) => patterns(local));
}

/** The names that a pattern, or a list of them, binds. */
function patterns(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(patterns);
  if (typeof value !== "object" || value === null) return [];
  const node = value as Node;
  if (node.type === "Identifier") return [String(node["name"])];
  return PARTS.flatMap((key) => (key in node ? patterns(node[key]) : []));
}

/** Where patterns hold patterns: objects, lists, defaults, rests, a property's value. */
const PARTS = ["properties", "elements", "left", "argument", "value"] as const;
