/** THE table of suites. `npm test` runs them in this order, the quick ones first. */
import { checkLayers } from "../layers/check.ts";
import { runStep, STEPS } from "../lint/steps.ts";
import type { Need } from "./needs.ts";
import { runNodeTests } from "./node-test.ts";
import type { Report } from "./report.ts";

export interface Suite {
  readonly name: string;
  readonly title: string;
  /** What the machine must bring, beyond Node and npm. */
  readonly needs: readonly Need[];
  run(report: Report): Promise<void>;
}

export const SUITES: readonly Suite[] = [
  {
    name: "lint",
    title: "format, rules and types",
    needs: [],
    run: async (report) => lint(report),
  },
  {
    name: "layers",
    title: "who may import whom, and where effects may enter",
    needs: [],
    run: async (report) => checkLayers(report),
  },
  {
    name: "unit",
    title: "the tests beside the sources",
    needs: [],
    run: (report) =>
      runNodeTests(report, {
        files: ["packages/*/src/**/*.test.{ts,tsx}", "scripts/**/*.test.ts"],
      }),
  },
  {
    name: "conformance",
    title: "the vendors' own packages as witnesses",
    needs: [],
    run: (report) =>
      runNodeTests(report, {
        files: ["conformance/**/*.test.ts"],
        except: ["conformance/runtimes/**"],
      }),
  },
];

/** Layers are a suite of their own. */
function lint(report: Report): void {
  for (const step of STEPS.filter(({ name }) => name !== "layers")) {
    const began = performance.now();
    const { status, output } = runStep(step, false);
    if (status === 0) report.pass(step.name, performance.now() - began);
    else report.fail(`${step.name}: ${step.finds}`, output);
  }
}
