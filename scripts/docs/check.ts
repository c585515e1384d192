/** Holds the documentation against the repository: links lead somewhere, examples name what exists. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { trackedFiles } from "../layers/machine.ts";
import { ROOT } from "../root.ts";
import type { Report } from "../test/report.ts";
import { exampleProblems } from "./examples.ts";
import { anchorsOf, type Link, linksOf, type Problem } from "./markdown.ts";

/** One check for each Markdown file. */
export async function checkDocs(report: Report): Promise<void> {
  for (const path of trackedFiles().filter((file) => file.endsWith(".md"))) {
    const text = readFileSync(join(ROOT, path), "utf8");
    const problems = [...linkProblems(path, text), ...(await exampleProblems(text))];
    for (const { line, message } of problems)
      report.fail(`${path}: ${message}`, "", `${path}:${line}`);
    if (problems.length === 0) report.pass(path, 0);
  }
}

function linkProblems(path: string, text: string): Problem[] {
  return linksOf(text).flatMap((link) => {
    const message = linkProblem(path, link);
    return message === undefined ? [] : [{ line: link.line, message }];
  });
}

function linkProblem(path: string, { target }: Link): string | undefined {
  if (/^[a-z][a-z+.-]*:/i.test(target)) return undefined;
  const [file = "", anchor] = target.split("#", 2);
  const there = file === "" ? path : normalize(join(dirname(path), decodeURI(file)));
  if (!existsSync(join(ROOT, there))) return `${target} leads nowhere`;
  if (anchor === undefined || !there.endsWith(".md")) return undefined;
  const anchors = anchorsOf(readFileSync(join(ROOT, there), "utf8"));
  return anchors.has(anchor) ? undefined : `${target}: ${there} has no heading #${anchor}`;
}
