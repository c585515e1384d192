/** What `npm run lint` does, in order. `--write` lets those mend what they can. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { ROOT } from "../root.ts";

export interface Step {
  readonly name: string;
  readonly finds: string;
  readonly run: readonly string[];
  readonly write?: readonly string[];
}

const bin = (name: string) => join(ROOT, "node_modules", ".bin", name);
const tsc = [process.execPath, join(ROOT, "node_modules", "typescript", "bin", "tsc")];

export const STEPS: readonly Step[] = [
  {
    name: "format",
    finds: "layout and the order of imports (biome)",
    run: [bin("biome"), "check", "--error-on-warnings"],
    write: [bin("biome"), "check", "--write"],
  },
  {
    name: "rules",
    finds: "likely mistakes, unsafe types, long functions and files (oxlint, with types)",
    run: [bin("oxlint"), "--type-aware", "--deny-warnings"],
    write: [bin("oxlint"), "--type-aware", "--deny-warnings", "--fix"],
  },
  {
    name: "types",
    finds: "type errors in sources, tests and scripts (tsc)",
    run: [...tsc, "-p", "tsconfig.check.json"],
  },
  {
    name: "layers",
    finds: "imports and effects where they do not belong",
    run: [process.execPath, "scripts/layers.ts"],
  },
];

/** Not linting, but run and told in the same way. */
export const BUILD: Step = {
  name: "build",
  finds: "what keeps a package from compiling (scripts/build.ts)",
  run: [process.execPath, join(ROOT, "scripts", "build.ts")],
};

/** Runs one step; gives its exit status and what it said. */
export function runStep(step: Step, write: boolean): { status: number; output: string } {
  const [file = "", ...args] = (write && step.write) || step.run;
  const { status, stdout, stderr, error } = spawnSync(file, args, { cwd: ROOT, encoding: "utf8" });
  return { status: status ?? 1, output: error ? error.message : stdout + stderr };
}
