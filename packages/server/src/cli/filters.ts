/** Options that the lists share: whom, when, how many. */
import type { Command } from "commander";
import { parseCount, parsePast } from "./input.ts";
import { rfc3339 } from "./output/time.ts";
import type { Shell } from "./shell.ts";

export interface FilterOptions {
  readonly identity?: string;
  readonly from?: string;
  readonly to?: string;
  readonly limit?: string;
}

const MOST = 100_000;
const USUAL = 50;

export function addFilterOptions(command: Command): Command {
  return command
    .option("--identity <identity>", "only what concerns this identity")
    .option(
      "--from <time>",
      "from this time on: RFC 3339, unix seconds, or how long ago, such as 24h",
    )
    .option("--to <time>", "up to this time")
    .option("--limit <number>", `how many at most, up to ${MOST}; default ${USUAL}`);
}

export interface ListFilter {
  readonly limit: number;
  /** In the API's own terms. */
  readonly query: Readonly<Record<string, string>>;
}

/** @throws UsageError for what is no time or no number */
export function filterFrom(shell: Shell, { identity, from, to, limit }: FilterOptions): ListFilter {
  const past = (text: string, flag: string) =>
    rfc3339(parsePast(text, shell.now(), flag)) as string;
  return {
    limit: limit === undefined ? USUAL : parseCount(limit, "--limit", MOST),
    query: {
      ...(identity === undefined ? {} : { identity }),
      ...(from === undefined ? {} : { from: past(from, "--from") }),
      // The whole of the last second.
      ...(to === undefined ? {} : { to: past(to, "--to").replace("Z", ".999Z") }),
    },
  };
}
