/** Reads what XCTest says on Linux and on Apple's systems, line by line. */
import type { Report } from "../test/report.ts";

const ENDED =
  /^Test Case '(?:-\[\w+\.)?([\w. ]+?)\]?' (passed|failed|skipped) \(([\d.]+) seconds\)/;
const STARTED = /^Test Case '.*' started/;
const ERROR = /(?:^|\/)([^/\s]*|<\w+>):(\d+): error: (?:-\[)?([\w.]+(?: \w+\])?) : (.*)$/;
const RACE = /^(?:WARNING|FATAL): ThreadSanitizer|^SUMMARY: ThreadSanitizer/;
const SUM = /^\s*Executed (\d+) tests?, with/;

export interface Results {
  /** How many tests ended, whatever their end. */
  readonly count: number;
  /** How many XCTest says that it executed: what was counted must be as many. */
  readonly executed: number;
}

/**
 * Counts each test into the report; a skipped one is not a passed one, and a race is a failure even if
 * every test passed.
 *
 * @param label stands before each name, to tell two runs of the same tests apart
 */
export function readResults(report: Report, output: string, label = ""): Results {
  let count = 0;
  let executed = 0;
  let said: string[] = [];
  const races: string[] = [];
  for (const line of output.split("\n")) {
    const ended = ENDED.exec(line);
    if (STARTED.test(line)) said = [];
    if (RACE.test(line)) races.push(line);
    executed = Number(SUM.exec(line)?.[1] ?? executed);
    if (!ended) {
      said.push(ERROR.test(line) ? line.replace(/^.*\/(?=\w+\.swift:)/, "") : line);
      continue;
    }
    const [, name = "", outcome, seconds] = ended;
    count += 1;
    if (outcome === "passed") report.pass(label + name, Number(seconds) * 1000);
    else report.fail(label + name, outcome === "failed" ? said.join("\n") : "It was skipped.");
  }
  if (races.length > 0) report.fail(`${label}no data race`, races.join("\n"));
  return { count, executed };
}
