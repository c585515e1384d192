/** THE table of suites. `npm test` runs them in this order, the quick ones first. */

import { checkBrowser, checkRuntimes } from "../../conformance/runtimes/check.ts";
import { checkClone } from "../clone/check.ts";
import { checkDocs } from "../docs/check.ts";
import { checkLayers } from "../layers/check.ts";
import { BUILD, runStep, STEPS, type Step } from "../lint/steps.ts";
import { checkPackages } from "../packaging/check.ts";
import { NEEDS, type Need } from "./needs.ts";
import { runNodeTests } from "./node-test.ts";
import type { Report } from "./report.ts";

export interface Suite {
  readonly name: string;
  readonly title: string;
  /** What the machine must bring, beyond Node and npm. */
  readonly needs: readonly Need[];
  run(report: Report): Promise<void>;
}

const SLOW_CLIENTS = ["conformance/faults/slow.test.ts"];

export const SUITES: readonly Suite[] = [
  {
    name: "build",
    title: "every package compiles",
    needs: [],
    run: async (report) => step(report, BUILD),
  },
  {
    name: "lint",
    title: "format, rules and types",
    needs: [],
    run: async (report) => {
      for (const each of STEPS) if (each.name !== "layers") step(report, each);
    },
  },
  {
    name: "layers",
    title: "who may import whom, and where effects may enter",
    needs: [],
    run: async (report) => checkLayers(report),
  },
  {
    name: "docs",
    title: "links, examples and names in the documentation",
    needs: [],
    run: checkDocs,
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
    title: "the vendors' own packages as witnesses, and faults survived",
    needs: [],
    run: (report) =>
      runNodeTests(report, {
        files: ["conformance/**/*.test.ts"],
        except: ["conformance/runtimes/**", ...SLOW_CLIENTS],
      }),
  },
  {
    name: "slow clients",
    title: "slow and idle clients, and everybody else served",
    needs: [NEEDS.slowhttptest],
    run: (report) => runNodeTests(report, { files: SLOW_CLIENTS }),
  },
  {
    name: "packaging",
    title: "the packages as npm would publish them",
    needs: [],
    run: checkPackages,
  },
  {
    name: "clone",
    title: "npm start in a fresh clone",
    needs: [],
    run: checkClone,
  },
  {
    name: "runtimes",
    title: "one suite on Node 20, 24 and 26, Bun, Deno and workerd",
    needs: [],
    run: checkRuntimes,
  },
  {
    name: "browser",
    title: "the same suite in Chromium",
    needs: [NEEDS.chromium],
    run: checkBrowser,
  },
  {
    name: "swift",
    title: "the Swift package against real services, plain and under the thread sanitizer",
    needs: [NEEDS.swift],
    // It starts the service in this process, so it is read only once the packages are built.
    run: async (report) => (await import("../swift/check.ts")).checkSwift(report),
  },
];

function step(report: Report, each: Step): void {
  const began = performance.now();
  const { status, output } = runStep(each, false);
  if (status === 0) report.pass(each.name, performance.now() - began);
  else report.fail(`${each.name}: ${each.finds}`, output);
}
