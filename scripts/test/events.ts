/**
 * A reporter for `node --test`: one JSON line for each test that ended and for each text a test file
 * printed. Counting them is sturdier than reading a summary made for people.
 */

import { resolve } from "node:path";
import type { TestEvent } from "node:test/reporters";
import { inspect } from "node:util";

/** A test that ended. */
export interface Ended {
  readonly event: "ended";
  readonly outcome: "passed" | "failed" | "skipped";
  readonly name: string;
  /** Absolute path; absent where Node does not know it. */
  readonly file: string | undefined;
  readonly line: number | undefined;
  readonly ms: number;
  /** True for the entry that stands for a whole file: it has no test of its own. */
  readonly wholeFile: boolean;
  readonly detail?: string;
}

/** What a test file printed, or what Node has to say about it. */
export interface Printed {
  readonly event: "printed";
  readonly file: string | undefined;
  readonly text: string;
}

export type Line = Ended | Printed;

type Finished = Extract<TestEvent, { type: "test:pass" | "test:fail" }>["data"];

// Node loads a reporter by its default export.
// oxlint-disable-next-line import/no-default-export
export default async function* events(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  for await (const event of source) {
    const line = toLine(event);
    if (line) yield `${JSON.stringify(line)}\n`;
  }
}

function toLine(event: TestEvent): Line | undefined {
  if (event.type === "test:pass") return passed(event.data);
  if (event.type === "test:fail") return failed(event.data);
  if (event.type === "test:stdout" || event.type === "test:stderr")
    return { event: "printed", file: event.data.file, text: event.data.message };
  // Diagnostics of a file tell of errors after its tests ended; those without one are the summary.
  if (event.type === "test:diagnostic" && event.data.file)
    return { event: "printed", file: event.data.file, text: `${event.data.message}\n` };
  return undefined;
}

function passed(data: Finished): Ended | undefined {
  if (data.details.type === "suite") return undefined;
  const left = data.skip ?? data.todo;
  if (left === undefined || left === false) return ended(data, "passed");
  return ended(data, "skipped", typeof left === "string" ? left : "no reason is given");
}

/** A parent whose subtests failed is not counted again; a suite counts where its own hook failed. */
function failed(data: Finished): Ended | undefined {
  const error = (data.details as { error?: Error & { failureType?: string; cause?: unknown } })
    .error;
  if (error?.failureType === "subtestsFailed") return undefined;
  return ended(data, "failed", describe(error?.cause ?? error));
}

function ended(data: Finished, outcome: Ended["outcome"], detail?: string): Ended {
  const { name, file, line, nesting, details } = data;
  const wholeFile = nesting === 0 && resolve(name) === file;
  const base = { event: "ended", outcome, name, file, line, ms: details.duration_ms } as const;
  return { ...base, wholeFile, ...(detail === undefined ? {} : { detail }) };
}

/** The error as a person wants to read it: message, difference, and the frames of our own code. */
function describe(error: unknown): string {
  const text = typeof error === "string" ? error : inspect(error, { depth: 4 });
  return text
    .split("\n")
    .filter((line) => !/^\s+at .*(node:internal|node:async_hooks|node:test)/.test(line))
    .join("\n");
}
