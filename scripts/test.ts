/** `npm test`: every suite, with progress and counts; ends with `N passed, N failed`. */
import { constants } from "node:os";
import { parseArgs } from "node:util";
import { missing } from "./test/needs.ts";
import { Report } from "./test/report.ts";
import { SUITES, type Suite } from "./test/suites.ts";

const HELP = `npm test -- [options]

  --only NAME    run this suite alone; may be given more than once
  --long         the full counts of the property tests (the same as npm run test:long)
  --slowest N    name the N slowest tests at the end
  --list         name the suites
  --help         this text

The last line is "N passed, N failed"; the exit status is 1 if anything failed. With CI=true a suite
that cannot run here is a failure.
`;

const { values } = parseArgs({
  options: {
    only: { type: "string", multiple: true },
    long: { type: "boolean", default: false },
    slowest: { type: "string", default: "0" },
    list: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

// Test files have process groups of their own, which a terminal's Ctrl-C does not reach: they are
// stopped as this process exits.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
  process.on(signal, () => process.exit(128 + constants.signals[signal]));

if (values.help) process.stdout.write(HELP);
else if (values.list) list();
else process.exitCode = await runAll(choose(values.only));

function list(): void {
  for (const { name, title, needs } of SUITES) {
    const tools = needs.map((need) => need.name).join(", ");
    console.log(`${name.padEnd(12)} ${title}${tools ? ` (needs ${tools})` : ""}`);
  }
}

function choose(only: readonly string[] | undefined): readonly Suite[] {
  const unknown = only?.find((name) => !SUITES.some((suite) => suite.name === name));
  if (unknown === undefined) return SUITES.filter(({ name }) => !only || only.includes(name));
  console.error(
    `There is no suite "${unknown}"; there are ${SUITES.map((s) => s.name).join(", ")}.`,
  );
  process.exit(2);
}

async function runAll(suites: readonly Suite[]): Promise<number> {
  if (values.long) process.env["HANDSTAMP_LONG"] = "1";
  const report = new Report();
  for (const suite of suites) {
    const why = missing(suite.needs);
    if (why === undefined) await runOne(suite, report);
    else report.skip(suite.name, why);
  }
  report.sum(Number(values.slowest));
  return report.failures.length === 0 ? 0 : 1;
}

/** A suite that breaks has failed; the others run all the same. */
async function runOne(suite: Suite, report: Report): Promise<void> {
  report.begin(suite.name, suite.title);
  try {
    await suite.run(report);
  } catch (error) {
    report.fail(
      "the suite runs to its end",
      error instanceof Error ? `${error.stack}` : `${error}`,
    );
  }
  report.end();
}
