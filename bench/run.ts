/**
 * `npm run bench`: every benchmark in one run, each against a peer or a floor measured beside it.
 * `npm run bench -- twilio http` runs those whose name contains one of the words; `--json` prints JSON.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { isMet, type Result, table } from "./result.ts";
import { BENCHMARKS } from "./table.ts";

const words = process.argv.slice(2).filter((word) => !word.startsWith("--"));
const asJson = process.argv.includes("--json");
const chosen = BENCHMARKS.filter(
  ({ name }) => words.length === 0 || words.some((word) => name.includes(word)),
);
if (chosen.length === 0) {
  process.stderr.write(
    `no benchmark has such a name; there are ${BENCHMARKS.map(({ name }) => name).join(", ")}\n`,
  );
  process.exit(2);
}

const results: Result[] = [];
for (const [i, { name, run }] of chosen.entries()) {
  process.stderr.write(`[${i + 1}/${chosen.length}] ${name} ...\n`);
  results.push(...(await run()));
}

const machine = { node: process.version, cpu: cpus()[0]?.model ?? "unknown", cores: cpus().length };
const folder = new URL("results/", import.meta.url);
mkdirSync(folder, { recursive: true });
writeFileSync(new URL("latest.json", folder), `${JSON.stringify({ machine, results }, null, 2)}\n`);
process.stdout.write(
  asJson
    ? `${JSON.stringify({ machine, results })}\n`
    : `${machine.node}, ${machine.cores} x ${machine.cpu}\n\n${table(results)}\n`,
);
process.exitCode = results.every(isMet) ? 0 : 1;
