/** Examples in the documentation: they parse, and what they import from us is there. */
import { parseSync } from "oxc-parser";
import { parseDocument } from "yaml";
import { WORKSPACE } from "../layers/rooms.ts";
import { type Fence, fencesOf, type Problem } from "./markdown.ts";

type Check = (code: string) => Promise<string | undefined> | string | undefined;

const CHECKS: Readonly<Record<string, Check>> = {
  json: jsonProblem,
  yaml: (code) => parseDocument(code).errors[0]?.message,
  ts: scriptProblem,
  tsx: scriptProblem,
  js: scriptProblem,
  jsx: scriptProblem,
};

export async function exampleProblems(text: string): Promise<Problem[]> {
  const problems: Problem[] = [];
  for (const fence of fencesOf(text)) {
    const message = await CHECKS[languageOf(fence)]?.(fence.code);
    if (message !== undefined) problems.push({ line: fence.line, message });
  }
  return problems;
}

function languageOf({ language }: Fence): string {
  const [name = ""] = language.split(/[\s{]/);
  return { typescript: "ts", javascript: "js", yml: "yaml" }[name] ?? name;
}

function jsonProblem(code: string): string | undefined {
  try {
    JSON.parse(code);
    return undefined;
  } catch (error) {
    return `the JSON does not parse: ${(error as Error).message}`;
  }
}

async function scriptProblem(code: string): Promise<string | undefined> {
  const { module, errors } = parseSync("example.tsx", code);
  if (errors[0]) return `the example does not parse: ${errors[0].message}`;
  for (const { moduleRequest, entries } of module.staticImports) {
    const names = entries
      .filter(({ isType }) => !isType)
      .flatMap(({ importName }) => importName.name ?? []);
    const problem = await importProblem(moduleRequest.value, names);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** Types are erased, so only values can be looked for. */
async function importProblem(from: string, names: readonly string[]): Promise<string | undefined> {
  if (from !== "handstamp" && !from.startsWith("@handstamp/")) return undefined;
  if (!Object.hasOwn(WORKSPACE, from)) return `there is no "${from}"`;
  const exported = (await import(from)) as Record<string, unknown>;
  const absent = names.filter((name) => !(name in exported));
  return absent.length > 0 ? `"${from}" does not export ${absent.join(", ")}` : undefined;
}
