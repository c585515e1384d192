/** Runs test files with `node --test` and reports every test in them. */
import { spawn } from "node:child_process";
import { globSync } from "node:fs";
import { relative } from "node:path";
import { createInterface } from "node:readline";
import { ROOT } from "../root.ts";
import type { Ended, Line } from "./events.ts";
import type { Report } from "./report.ts";

/** How many test files run at once. Two: CI has two cores, and timings stay honest. */
const CONCURRENCY = 2;

/** What several tests share is named like a test, so that no build takes it; it has none to run. */
const KITS = ["**/kit.test.ts", "**/fixture.test.ts"];

export interface NodeTestOptions {
  /** Globs from the root. */
  readonly files: readonly string[];
  readonly except?: readonly string[];
}

/** Runs what the globs name; a run without a file, or a file without a test, is a failure. */
export async function runNodeTests(report: Report, options: NodeTestOptions): Promise<void> {
  const exclude = ["**/node_modules/**", "**/dist/**", ...KITS, ...(options.except ?? [])];
  const files = globSync([...options.files], { cwd: ROOT, exclude }).sort();
  if (files.length === 0) return;
  report.note(`${files.length} files`);
  const child = spawn(process.execPath, [...FLAGS, ...files], {
    cwd: ROOT,
    // Set inside of a test, and then node --test would run nothing and call that a success.
    env: { ...process.env, NODE_TEST_CONTEXT: undefined },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  const failuresBefore = report.failures.length;
  const printed = new Map<string, string>();
  for await (const line of createInterface({ input: child.stdout }))
    take(report, printed, read(line));
  const status = await ended;
  if (status !== 0 && report.failures.length === failuresBefore)
    report.fail("node --test ends well", `It ended with status ${status} and named no test.`);
}

const FLAGS = [
  "--conditions=handstamp-source",
  "--test",
  `--test-concurrency=${CONCURRENCY}`,
  `--test-reporter=${new URL("events.ts", import.meta.url).href}`,
];

function read(line: string): Line {
  try {
    return JSON.parse(line) as Line;
  } catch {
    return { event: "printed", file: undefined, text: `${line}\n` };
  }
}

function take(report: Report, printed: Map<string, string>, line: Line): void {
  const file = place(line.file);
  if (line.event === "printed") {
    printed.set(file, (printed.get(file) ?? "") + line.text);
    return;
  }
  const where = line.line ? `${file}:${line.line}` : file;
  const problem = problemOf(line);
  if (problem === undefined) return report.pass(line.name, line.ms, where);
  const said = line.wholeFile ? (printed.get(file) ?? "") : "";
  report.fail(line.name, `${problem}\n${said}`, where);
}

/** Why a test that ended does not count as passed, or undefined. */
function problemOf(test: Ended): string | undefined {
  if (test.outcome === "failed") return test.detail ?? "";
  if (test.outcome === "skipped") return `A skipped test is not a passed one: ${test.detail}`;
  return test.wholeFile ? "There is no test in this file." : undefined;
}

function place(file: string | undefined): string {
  return file === undefined ? "" : relative(ROOT, file);
}
