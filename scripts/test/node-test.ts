/**
 * Runs test files, each in a process of its own, and reports every test in them. Not `node --test`:
 * it has no limit for a file that never ends, and holds back all that comes after it.
 */
import { spawn } from "node:child_process";
import { globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { ROOT } from "../root.ts";
import type { Ended, Line } from "./events.ts";
import type { Report } from "./report.ts";

/** How many test files run at once. Two: CI has two cores, and timings stay honest. */
const CONCURRENCY = 2;

/** How long a file may take, in milliseconds. */
const PATIENCE_MS = process.env["HANDSTAMP_LONG"] ? 3_600_000 : 300_000;

/** What several tests share is named like a test, so that no build takes it; it has none to run. */
const KITS = ["**/kit.test.ts", "**/fixture.test.ts"];

export interface NodeTestOptions {
  /** Globs from the root. */
  readonly files: readonly string[];
  readonly except?: readonly string[];
  /** Milliseconds that each file may take. */
  readonly patience?: number;
}

/** Runs what the globs name. A file without a test is a failure. */
export async function runNodeTests(report: Report, options: NodeTestOptions): Promise<void> {
  const exclude = ["**/node_modules/**", "**/dist/**", ...KITS, ...(options.except ?? [])];
  const files = globSync([...options.files], { cwd: ROOT, exclude }).sort();
  report.note(`${files.length} files`);
  const folder = mkdtempSync(join(tmpdir(), "handstamp-events-"));
  try {
    const queue = files.entries();
    const work = async () => {
      for (const [i, file] of queue)
        tell(report, file, await runFile(file, join(folder, `${i}`), options.patience));
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, work));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What became of one file. */
interface Outcome {
  readonly lines: readonly Line[];
  /** What it printed itself. */
  readonly said: string;
  /** Why it did not end well, if it did not. */
  readonly fault: string | undefined;
}

function runFile(file: string, events: string, patience = PATIENCE_MS): Promise<Outcome> {
  const reporter = new URL("events.ts", import.meta.url).href;
  const child = spawn(
    process.execPath,
    [
      "--conditions=handstamp-source",
      `--test-reporter=${reporter}`,
      `--test-reporter-destination=${events}`,
      file,
    ],
    {
      cwd: ROOT,
      // Set inside of a test, and then node:test would report to a runner that is not there.
      env: { ...process.env, NODE_TEST_CONTEXT: undefined },
      stdio: ["ignore", "pipe", "pipe"],
      // A group of its own, so that what it has started ends with it.
      detached: true,
    },
  );
  const stop = () => killGroup(child.pid);
  process.on("exit", stop);
  let late = false;
  const alarm = setTimeout(() => {
    late = true;
    stop();
  }, patience);
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => {
      said += String(chunk);
    });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    // Not "close": a process that the file left behind would hold the pipes open.
    child.on("exit", (status) => {
      clearTimeout(alarm);
      stop();
      process.off("exit", stop);
      const lines = readLines(events);
      const fault = late
        ? `It had not ended after ${patience / 1000} s: something keeps it waiting.`
        : faultOf(lines, status);
      resolve({ lines, said, fault });
    });
  });
}

function faultOf(lines: readonly Line[], status: number | null): string | undefined {
  const isFailed = lines.some((line) => line.event === "ended" && line.outcome === "failed");
  if (!lines.some(({ event }) => event === "finished"))
    return `It ended before its tests did, with status ${status}.`;
  if (!lines.some(({ event }) => event === "ended")) return "There is no test in this file.";
  return status === 0 || isFailed ? undefined : `Its tests passed, but it ended with ${status}.`;
}

function readLines(path: string): readonly Line[] {
  try {
    const text = readFileSync(path, "utf8");
    // The last line is cut short where the process was killed.
    const whole = text.slice(0, text.lastIndexOf("\n") + 1).split("\n");
    return whole.filter((line) => line !== "").map((line) => JSON.parse(line) as Line);
  } catch {
    return [];
  }
}

function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended, as it should.
  }
}

function tell(report: Report, file: string, { lines, said, fault }: Outcome): void {
  for (const line of lines) if (line.event === "ended") tellTest(report, file, line);
  if (fault === undefined) return;
  const noted = lines.flatMap((line) => (line.event === "noted" ? [line.text] : []));
  report.fail(file, [fault, ...noted, said].join("\n"), file);
}

function tellTest(report: Report, file: string, test: Ended): void {
  const source = test.file === undefined ? file : relative(ROOT, test.file);
  const where = test.line === undefined ? source : `${source}:${test.line}`;
  if (test.outcome === "passed") return report.pass(test.name, test.ms, where);
  const { detail = "" } = test;
  const text = test.outcome === "failed" ? detail : `A skipped test is not a passed one: ${detail}`;
  report.fail(test.name, text, where);
}
