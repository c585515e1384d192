import { HandstampError, type JsonObject } from "@handstamp/protocol";
import type { Command } from "commander";
import { PRODUCTS } from "../../app/projects.ts";
import { type Case, type CaseResult, readCases, runCases } from "../../policy/index.ts";
import { addBackendOptions, type BackendOptions } from "../backend/open.ts";
import { type Answer, addExamples, type Bind } from "../command.ts";
import { UsageError } from "../failure.ts";
import { visible } from "../output/escape.ts";
import { padded, width, wrapped } from "../output/measure.ts";
import type { Canvas } from "../output/paint.ts";
import type { Shell } from "../shell.ts";
import { oneRequest } from "./one-request.ts";
import { contextOf, policyAt } from "./settings.ts";

interface Options extends BackendOptions {
  readonly caller?: string;
  readonly request?: string;
}

export function defineTest(command: Command, bind: Bind): void {
  addBackendOptions(
    command
      .summary("run a table of cases against the policy")
      .description(
        "Run the cases of a file: who asks for what, and what must come of it. Exit status 1 when one " +
          "of them comes otherwise. docs/guides/policy.md shows the form of a case.\n\n" +
          "Without a file, --request is decided for --caller, and the deciding or the closest rule named.",
      )
      .argument("[file]", "YAML or JSON, a list of cases")
      .option("--caller <json>", "who asks, as a case says it")
      .option("--request <json>", "what for: provider, grants, and if need be identity, ttl, ip"),
  ).action(bind<Options>(test));
  addExamples(command, [
    ["In CI", "handstamp policy test policy-cases.yaml"],
    [
      "Why is this refused?",
      `handstamp policy test --caller '{"identity":"ben","claims":{"role":"pupil"}}' --request '{"provider":"twilio","grants":{"video":{"room":"lesson-12"}}}'`,
    ],
  ]);
}

async function test(shell: Shell, options: Options, file?: string): Promise<Answer> {
  const { caller, request } = options;
  if (file !== undefined && options.url !== undefined)
    throw new UsageError("a file of cases is tested against handstamp.yaml, --request with --url.");
  if (file !== undefined && request === undefined && caller === undefined)
    return testFile(shell, options, file);
  if (file === undefined && request !== undefined)
    return oneRequest(shell, options, { caller: caller ?? "{}", request });
  throw new UsageError("name a file of cases, or --request with --caller.");
}

async function testFile(shell: Shell, options: Options, file: string): Promise<Answer> {
  const cases = await casesIn(shell, file);
  const subject = policyAt(shell, options);
  const results = runCases(subject.policy, cases, contextOf(subject, shell.now()));
  const ok = results.every(({ passed }) => passed);
  return {
    json: {
      ok,
      project: subject.project,
      cases: results.map((result, i) => view(result, cases[i])),
    },
    text: (canvas) => render(results, canvas),
    exit: ok ? 0 : 1,
  };
}

/** @throws HandstampError `not_found`, or `config_invalid` with the line and column of each mistake */
async function casesIn({ world }: Shell, path: string): Promise<readonly Case[]> {
  const text = world.readFile(path);
  if (text === null) throw new HandstampError("not_found", `There is no file at ${path}.`);
  const { readYaml, placed } = await import("../../config/file.ts");
  const { value, where } = readYaml(path, text);
  try {
    return readCases(value, PRODUCTS);
  } catch (error) {
    if (error instanceof HandstampError && error.fields.length > 0)
      throw placed(error.fields, path, where);
    throw error;
  }
}

function view(
  { name, passed, differences, decision }: CaseResult,
  wanted: Case | undefined,
): JsonObject {
  return {
    name,
    passed,
    expected: wanted?.expect ?? "",
    got: decision.allowed ? "allow" : "deny",
    ...(decision.allowed
      ? { rules: decision.rules, ttl: decision.ttl, grants: decision.grants }
      : { code: decision.code, reason: decision.detail }),
    ...(decision.allowed || !decision.closest ? {} : { closest: { ...decision.closest } }),
    differences,
  };
}

function render(results: readonly CaseResult[], canvas: Canvas): string {
  const failed = results.filter(({ passed }) => !passed).length;
  const names = Math.min(44, Math.max(0, ...results.map(({ name }) => width(visible(name)))));
  const summary =
    failed === 0
      ? canvas.paint("good", `All ${results.length} cases come as expected.`)
      : canvas.paint("error", `${failed} of ${results.length} cases come otherwise.`);
  return [...results.flatMap((result) => caseLines(result, names, canvas)), "", summary].join("\n");
}

function caseLines(
  { name, passed, differences, decision }: CaseResult,
  names: number,
  { paint, glyphs, columns }: Canvas,
): readonly string[] {
  const sign = passed ? paint("good", glyphs.good) : paint("error", glyphs.error);
  const got = decision.allowed
    ? `allowed by ${decision.rules.map((rule) => `"${rule}"`).join(", ")}`
    : `refused (${decision.code})`;
  const told = passed ? [got] : differences;
  const titles = wrapped(visible(name), names);
  const values = told.flatMap((line) => wrapped(visible(line), Math.max(20, columns - names - 4)));
  return Array.from({ length: Math.max(titles.length, values.length) }, (_, i) =>
    `${i === 0 ? sign : " "} ${padded(titles[i] ?? "", names)}  ${values[i] ?? ""}`.trimEnd(),
  );
}
