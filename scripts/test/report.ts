/** Counts what the suites find and tells it: progress while it runs, failures as they come, a sum at the end. */
import { styleText } from "node:util";

export interface Failure {
  readonly suite: string;
  readonly name: string;
  readonly detail: string;
  /** `path:line`, relative to the root. */
  readonly where?: string;
}

interface Timed {
  readonly name: string;
  readonly where: string;
  readonly ms: number;
}

/** How often a run that says nothing else says how far it is. */
const HEARTBEAT_MS = 15_000;

export class Report {
  readonly failures: Failure[] = [];
  readonly notRun: { suite: string; why: string }[] = [];
  passed = 0;
  #slow: Timed[] = [];
  #suite = "";
  #began = 0;
  #passedBefore = 0;
  #failedBefore = 0;
  #heartbeat: ReturnType<typeof setInterval> | undefined;

  begin(suite: string, title: string): void {
    this.#suite = suite;
    this.#began = performance.now();
    this.#passedBefore = this.passed;
    this.#failedBefore = this.failures.length;
    this.write(`\n${styleText("bold", suite)}  ${styleText("dim", title)}\n`);
    this.#heartbeat = setInterval(() => this.write(`  ... ${this.#tally()}\n`), HEARTBEAT_MS);
  }

  pass(name: string, ms: number, where = ""): void {
    this.passed += 1;
    if (ms > 200) this.#slow.push({ name, where, ms });
  }

  /** Tells the failure at once: whoever waits for minutes wants to know the first one. */
  fail(name: string, detail: string, where?: string): void {
    this.failures.push({ suite: this.#suite, name, detail, ...(where ? { where } : {}) });
    this.write(
      `  ${styleText("red", "FAIL")} ${name}${where ? styleText("dim", `  ${where}`) : ""}\n`,
    );
    if (detail !== "") this.write(`${indent(detail.trimEnd())}\n`);
  }

  /** One counted check: it passes unless it throws. */
  async check(name: string, run: () => Promise<unknown>): Promise<void> {
    const began = performance.now();
    try {
      await run();
      this.pass(name, performance.now() - began);
    } catch (error) {
      this.fail(name, error instanceof Error ? error.message : String(error));
    }
  }

  note(text: string): void {
    this.write(`  ${styleText("dim", text)}\n`);
  }

  end(): void {
    clearInterval(this.#heartbeat);
    const seconds = ((performance.now() - this.#began) / 1000).toFixed(1);
    if (this.#count() === 0) this.fail("the suite is not empty", "It ran no test at all.");
    const bad = this.failures.length > this.#failedBefore;
    const mark = bad ? styleText("red", "failed") : styleText("green", "ok");
    this.write(`  ${mark} ${this.#tally()} in ${seconds} s\n`);
  }

  /** A suite whose tool is absent. On CI that is a failure: a machine that proves things has the tools. */
  skip(suite: string, why: string): void {
    this.notRun.push({ suite, why });
    this.write(`\n${styleText("yellow", `not run: ${suite}: ${why}`)}\n`);
    if (process.env["CI"] !== "true") return;
    this.failures.push({ suite, name: `${suite} runs on CI`, detail: why });
  }

  /** Prints the sum; the last line is `N passed, N failed` and nothing else. */
  sum(slowest: number): void {
    if (slowest > 0) this.#tellSlowest(slowest);
    this.write("\n");
    if (this.failures.length > 0) this.write(`${styleText("red", "Failures")}\n`);
    for (const { suite, name, where } of this.failures)
      this.write(`  ${suite}: ${name}${where ? `  ${where}` : ""}\n`);
    for (const { suite, why } of this.notRun) this.write(`not run: ${suite}: ${why}\n`);
    this.write(`${this.passed} passed, ${this.failures.length} failed\n`);
  }

  /** Where all words go. */
  protected write(text: string): void {
    process.stdout.write(text);
  }

  #tellSlowest(count: number): void {
    this.write(`\nSlowest tests\n`);
    for (const { name, where, ms } of this.#slow.sort((a, b) => b.ms - a.ms).slice(0, count))
      this.write(`  ${(ms / 1000).toFixed(1).padStart(6)} s  ${name}  ${where}\n`);
  }

  #count(): number {
    return this.passed - this.#passedBefore + this.failures.length - this.#failedBefore;
  }

  #tally(): string {
    const failed = this.failures.length - this.#failedBefore;
    return `${this.passed - this.#passedBefore} passed, ${failed} failed`;
  }
}

function indent(text: string): string {
  return text.replace(/^/gm, "      ");
}
