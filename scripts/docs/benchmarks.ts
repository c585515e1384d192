/**
 * `node scripts/docs/benchmarks.ts`: writes `docs/benchmarks.md` from the last `npm run bench`, and the
 * README's few lines from that page. Figures belong to one run on one machine, so no check makes them
 * again; the README's lines are held against the page.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isMet, type Result } from "../../bench/result.ts";
import { ROOT } from "../root.ts";
import { withBlock } from "./reference/block.ts";
import { table } from "./reference/table.ts";

const RESULTS = join(ROOT, "bench", "results", "latest.json");
const PAGE = join(ROOT, "docs", "benchmarks.md");
const README = join(ROOT, "README.md");
const HEAD = ["what", "ours", "beside it", "ratio", "target", ""] as const;
/** What the README shows: how its lines begin. */
const HEADLINES = [
  "Twilio token",
  "Agora 007",
  "GET /token, recorded durably",
  "cold start to first token",
];

interface Run {
  readonly machine: { readonly node: string; readonly cpu: string; readonly cores: number };
  readonly results: readonly Result[];
}

/** The page for one run. */
export function benchmarksPage({ machine, results }: Run): string {
  const rows = results.map((result) => [
    result.what,
    result.ours,
    result.against,
    result.ratio.toFixed(2),
    `${result.target.is} ${result.target.value}`,
    isMet(result) ? "met" : "missed",
  ]);
  return `# Benchmarks

<!-- Written by scripts/docs/benchmarks.ts from one run of \`npm run bench\`. -->

Each figure stands beside a peer or a floor that was measured in the same run, on the same machine: the
ratio says more than the figure. Targets that are missed are shown as such.

Node ${machine.node.replace(/^v/, "")}, ${machine.cores} cores, ${machine.cpu}.

${table(HEAD, rows)}
`;
}

/** The README with its lines taken from the page; without a page it says how to make one. */
export function withFigures(readme: string): string {
  const page = existsSync(PAGE) ? readFileSync(PAGE, "utf8") : "";
  const machine = /^Node .*$/m.exec(page)?.[0] ?? "";
  const rows = page
    .split("\n")
    .filter((line) => HEADLINES.some((headline) => line.startsWith(`| ${headline}`)))
    .map((line) => line.slice(2).split(" | ").slice(0, 3));
  const content =
    rows.length === 0
      ? "`npm run bench` measures it on your machine."
      : `${machine}\n\n${table(HEAD.slice(0, 3), rows)}`;
  return withBlock(readme, "figures", content);
}

if (import.meta.main) {
  writeFileSync(PAGE, benchmarksPage(JSON.parse(readFileSync(RESULTS, "utf8")) as Run));
  writeFileSync(README, withFigures(readFileSync(README, "utf8")));
}
