/**
 * One suite on every runtime. Each resolves the packages as a user's project does: tarballs packed
 * as for npm, installed into an empty project, bundled only where there are no modules on disk.
 */
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { emptyProject, installPacked, publishedPackages } from "../../scripts/packaging/pack.ts";
import type { Report } from "../../scripts/test/report.ts";
import { binaries } from "./binaries.ts";
import { CHROMIUM, NPM_RUNTIMES, type Runtime, THIS_NODE } from "./runtimes.ts";

const HERE = import.meta.dirname;
const FILES = ["suite", "ports", "assert", "inputs", "vectors", "library.node", "library.web"];

/** Node in three versions, Bun, Deno and workerd; elsewhere than on Linux x64 the Node that is here. */
export async function checkRuntimes(report: Report): Promise<void> {
  const hasBinaries = process.platform === "linux" && process.arch === "x64";
  if (hasBinaries) return checkAll(report, NPM_RUNTIMES, await binaries());
  report.note("the other runtimes' binaries are for Linux on x64; here only this Node is tried");
  return checkAll(report, [THIS_NODE], "");
}

export function checkBrowser(report: Report): Promise<void> {
  return checkAll(report, [CHROMIUM], "");
}

async function checkAll(report: Report, runtimes: readonly Runtime[], installed: string) {
  const project = emptyProject("runtimes");
  try {
    await prepare(project.folder);
    for (const runtime of runtimes) await checkOne(report, runtime, project.folder, installed);
  } finally {
    project.close();
  }
}

async function prepare(folder: string): Promise<void> {
  const libraries = publishedPackages().filter(({ folder: f }) => f === "protocol" || f === "core");
  await installPacked(libraries, folder);
  for (const name of FILES) copyFileSync(join(HERE, `${name}.js`), join(folder, `${name}.js`));
  for (const name of ["page.js", "worker.js", "workerd.capnp"])
    copyFileSync(join(HERE, name), join(folder, name));
  await bundle(folder, "page.js", ["browser"]);
  await bundle(folder, "worker.js", ["workerd", "worker", "browser"]);
}

/** As a bundler of the user's would, with the conditions that it sets for the target. */
async function bundle(folder: string, entry: string, conditions: string[]): Promise<void> {
  await build({
    absWorkingDir: folder,
    entryPoints: [entry],
    outdir: join(folder, "bundle"),
    bundle: true,
    format: "esm",
    platform: "browser",
    conditions,
    logLevel: "error",
  });
}

async function checkOne(report: Report, runtime: Runtime, project: string, installed: string) {
  const began = performance.now();
  try {
    const results = await runtime.run(project, installed);
    const each = (performance.now() - began) / results.length;
    for (const { name, ok, error } of results)
      if (ok) report.pass(`${runtime.name}: ${name}`, each);
      else report.fail(`${runtime.name}: ${name}`, error ?? "");
    report.note(`${runtime.name}: ${results.length} cases`);
    if (results.length === 0) report.fail(`${runtime.name} runs the suite`, "It gave no result.");
  } catch (error) {
    report.fail(
      `${runtime.name} runs the suite`,
      error instanceof Error ? error.message : `${error}`,
    );
  }
}
