/** THE table of runtimes: how each one is asked for the suite's results. */
import { join } from "node:path";
import { command } from "../../scripts/command.ts";
import { inChromium } from "./chromium.ts";
import { parse, type Result } from "./result.ts";
import { inWorkerd } from "./workerd.ts";

export interface Runtime {
  readonly name: string;
  /** Runs the suite in a project folder; `binaries` is where the packages with the runtimes are. */
  run(project: string, binaries: string): Promise<readonly Result[]>;
}

/** Those whose binaries come from npm, for Linux on x64. */
export const NPM_RUNTIMES: readonly Runtime[] = [
  byCommand("Node 20", "node-20/bin/node", []),
  byCommand("Node 24", "node-24/bin/node", []),
  byCommand("Node 26", "node-26/bin/node", []),
  byCommand("Bun", "@oven/bun-linux-x64/bin/bun", ["run"]),
  byCommand("Deno", "@deno/linux-x64-glibc/deno", [
    "run",
    "--quiet",
    "--no-remote",
    "--no-lock",
    "--node-modules-dir=manual",
  ]),
  {
    name: "workerd",
    run: (project, binaries) =>
      inWorkerd(project, join(binaries, "@cloudflare/workerd-linux-64/bin/workerd")),
  },
];

/** The Node that runs the tests: on machines for which the others have no binary. */
export const THIS_NODE: Runtime = {
  name: `Node ${process.versions.node}`,
  run: async (project) => parse(await command(process.execPath, [ENTRY], { cwd: project })),
};

export const CHROMIUM: Runtime = { name: "Chromium", run: inChromium };

const ENTRY = "library.node.js";

function byCommand(name: string, binary: string, args: readonly string[]): Runtime {
  return {
    name,
    run: async (project, binaries) =>
      parse(await command(join(binaries, binary), [...args, ENTRY], { cwd: project })),
  };
}
