/** Reads every source of the packages and holds it against the rules. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../root.ts";
import { machineViolations } from "./machine.ts";
import { readSource } from "./source.ts";
import { type Violation, violationsOf } from "./violations.ts";

/** Tests may import what they test and what they test with. */
const TEST = /\.test\.|\.test-|\/testing\//;

/** What the check tells its findings to: the test runner's report, or the command below it. */
export interface Sink {
  pass(name: string, ms: number): void;
  fail(name: string, detail: string, where?: string): void;
}

/** One finding for each file, so that the count says how many were read. */
export function checkLayers(sink: Sink): void {
  for (const path of sources()) {
    const began = performance.now();
    const violations = violationsOf(path, readSource(path, readFileSync(join(ROOT, path), "utf8")));
    for (const each of violations) tell(sink, each);
    if (violations.length === 0) sink.pass(path, performance.now() - began);
  }
  const places = machineViolations();
  for (const each of places) tell(sink, each);
  if (places.length === 0) sink.pass("no file names a machine's own place", 0);
}

function sources(): string[] {
  return globSync("packages/*/src/**/*.{ts,tsx}", { cwd: ROOT })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => !TEST.test(path))
    .sort();
}

function tell(sink: Sink, { path, line, found, rule, why }: Violation): void {
  sink.fail(`${path} ${found}`, `rule: ${rule}\nwhy:  ${why}`, `${path}:${line}`);
}
