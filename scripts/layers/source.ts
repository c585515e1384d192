/** Reads a source file with a real parser: what it imports, and which globals it uses. */
import { parseSync, visitorKeys } from "oxc-parser";
import { enter, type Names, type Node } from "./scope.ts";

export interface Import {
  /** Undefined where a dynamic import computes it. */
  readonly specifier: string | undefined;
  readonly names: readonly string[];
  /** True where nothing of it is left after types are stripped. */
  readonly typeOnly: boolean;
  readonly line: number;
}

export interface Use {
  /** As written, without `globalThis.`: `process.env.HOME`, `new Date()`. */
  readonly path: string;
  readonly line: number;
}

export interface Source {
  readonly imports: readonly Import[];
  readonly uses: readonly Use[];
}

/** @throws Error where the file does not parse */
export function readSource(path: string, text: string): Source {
  const { program, module, errors } = parseSync(path, text);
  if (errors[0]) throw new Error(`${path} does not parse: ${errors[0].message}`);
  const lineOf = (offset: number) => text.slice(0, offset).split("\n").length;
  const found: Found = { imports: [], uses: [], lineOf };
  for (const { entries, moduleRequest, start } of module.staticImports)
    found.imports.push({
      specifier: moduleRequest.value,
      names: entries.flatMap(({ importName }) => importName.name ?? []),
      typeOnly: entries.length > 0 && entries.every(({ isType }) => isType),
      line: lineOf(start),
    });
  for (const { entries, start } of module.staticExports) {
    const from = entries.find(({ moduleRequest }) => moduleRequest)?.moduleRequest;
    if (!from) continue;
    const names = entries.flatMap(({ importName }) => importName.name ?? []);
    const typeOnly = entries.every(({ isType }) => isType);
    found.imports.push({ specifier: from.value, names, typeOnly, line: lineOf(start) });
  }
  walk(program as unknown as Node, [], found);
  return found;
}

interface Found {
  readonly imports: Import[];
  readonly uses: Use[];
  lineOf(offset: number): number;
}

type Scopes = readonly Names[];

function walk(node: Node, outer: Scopes, found: Found): void {
  const scopes = enter(node, outer);
  const special = SPECIAL[node.type];
  if (special) return special(node, scopes, found);
  // What is left of TypeScript's own nodes is erased: only the expression inside them runs.
  if (node.type.startsWith("TS") && !ERASED_AROUND.has(node.type)) return walkTypes(node, found);
  for (const key of visitorKeys[node.type] ?? []) walkAll(node[key], scopes, found);
}

const ERASED_AROUND = new Set([
  "TSAsExpression",
  "TSNonNullExpression",
  "TSSatisfiesExpression",
  "TSInstantiationExpression",
  "TSTypeAssertion",
]);

/** Types run nothing, but may import. */
function walkTypes(node: Node, found: Found): void {
  if (node.type === "TSImportType") typeImport(node, found);
  for (const key of visitorKeys[node.type] ?? [])
    for (const child of [node[key]].flat()) if (isNode(child)) walkTypes(child, found);
}

function walkAll(value: unknown, scopes: Scopes, found: Found): void {
  for (const child of Array.isArray(value) ? value : [value])
    if (isNode(child)) walk(child, scopes, found);
}

/** Nodes of which not every child is an expression that runs. */
const SPECIAL: Readonly<Record<string, (node: Node, scopes: Scopes, found: Found) => void>> = {
  Identifier: identifier,
  MemberExpression: member,
  Property: keyed,
  MethodDefinition: keyed,
  PropertyDefinition: keyed,
  LabeledStatement: (node, scopes, found) => walkAll(node["body"], scopes, found),
  ImportDeclaration: () => undefined,
  ExportAllDeclaration: () => undefined,
  ExportNamedDeclaration: (node, scopes, found) => walkAll(node["declaration"], scopes, found),
  ImportExpression: dynamicImport,
  NewExpression: construct,
};

function identifier(node: Node, scopes: Scopes, found: Found): void {
  use(node, [], scopes, found);
  walkAll(node["typeAnnotation"], scopes, found);
}

function keyed(node: Node, scopes: Scopes, found: Found): void {
  if (node["computed"]) walkAll(node["key"], scopes, found);
  walkAll(node["value"], scopes, found);
}

/** `a.b.c`: one use, by its whole path, where `a` is global. */
function member(node: Node, scopes: Scopes, found: Found): void {
  const names: string[] = [];
  let object: Node = node;
  while (object.type === "MemberExpression") {
    const property = object["property"] as Node;
    if (object["computed"]) walkAll(property, scopes, found);
    const name = object["computed"] ? property["value"] : property["name"];
    names.unshift(typeof name === "string" ? name : "*");
    object = object["object"] as Node;
  }
  if (object.type === "Identifier") use(object, names, scopes, found);
  else walk(object, scopes, found);
}

function use(node: Node, rest: readonly string[], scopes: Scopes, found: Found): void {
  const root = String(node["name"]);
  if (scopes.some((names) => names.has(root))) return;
  const path = [root, ...rest].filter((name, i) => i > 0 || !GLOBAL_OBJECTS.has(name)).join(".");
  if (path !== "") found.uses.push({ path, line: found.lineOf(node.start) });
}

const GLOBAL_OBJECTS = new Set(["globalThis", "window", "self", "global"]);

function construct(node: Node, scopes: Scopes, found: Found): void {
  const callee = node["callee"] as Node;
  const bare = (node["arguments"] as readonly unknown[]).length === 0;
  const isNow = callee.type === "Identifier" && callee["name"] === "Date" && bare;
  if (isNow) found.uses.push({ path: "new Date()", line: found.lineOf(node.start) });
  else walk(callee, scopes, found);
  walkAll(node["arguments"], scopes, found);
}

function dynamicImport(node: Node, scopes: Scopes, found: Found): void {
  const source = node["source"] as Node;
  const specifier = typeof source["value"] === "string" ? source["value"] : undefined;
  found.imports.push({ specifier, names: [], typeOnly: false, line: found.lineOf(node.start) });
  walk(source, scopes, found);
}

function typeImport(node: Node, found: Found): void {
  const source = (node["source"] ?? node["argument"]) as Node;
  const value = source["value"] ?? (source["literal"] as Node | undefined)?.["value"];
  const specifier = typeof value === "string" ? value : undefined;
  found.imports.push({ specifier, names: [], typeOnly: true, line: found.lineOf(node.start) });
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value;
}
