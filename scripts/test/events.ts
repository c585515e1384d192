/**
 * A reporter for node:test: one JSON line for each test that ended. Counting them is sturdier than
 * reading a summary made for people.
 */

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
  readonly detail?: string;
}

/** What Node has to say about the file: an error after its tests ended. */
export interface Noted {
  readonly event: "noted";
  readonly text: string;
}

/** The last line. Without it the process ended before its tests did. */
export interface Complete {
  readonly event: "finished";
}

export type Line = Ended | Noted | Complete;

type Finished = Extract<TestEvent, { type: "test:pass" | "test:fail" }>["data"];

// Node loads a reporter by its default export.
// oxlint-disable-next-line import/no-default-export
export default async function* events(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  for await (const event of source) {
    const line = toLine(event);
    if (line) yield `${JSON.stringify(line)}\n`;
  }
  yield `${JSON.stringify({ event: "finished" } satisfies Complete)}\n`;
}

function toLine(event: TestEvent): Line | undefined {
  if (event.type === "test:pass") return passed(event.data);
  if (event.type === "test:fail") return failed(event.data);
  if (event.type === "test:diagnostic" && event.data.level !== "info")
    return { event: "noted", text: event.data.message };
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
  const { name, file, line, details } = data;
  const base = { event: "ended", outcome, name, file, line, ms: details.duration_ms } as const;
  return detail === undefined ? base : { ...base, detail };
}

/** The error as a person wants to read it: message, difference, and the frames of our own code. */
function describe(error: unknown): string {
  const text = typeof error === "string" ? error : inspect(error, { depth: 4 });
  return text
    .split("\n")
    .filter((line) => !/^\s+at .*(node:internal|node:async_hooks|node:test)/.test(line))
    .join("\n");
}
