/**
 * Builds every package: the compiler, then for Node one file an entry instead of forty. Node loads
 * modules one by one, and most of the time of importing a library of small files is that. Other
 * runtimes bundle for themselves, and take the compiled files.
 */
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { build } from "esbuild";
import { ROOT } from "./root.ts";

const LIBRARIES = [
  { package: "protocol", entries: { index: "index" } },
  {
    package: "core",
    entries: { index: "index", twilio: "providers/twilio/index", agora: "providers/agora/index" },
  },
] as const;

const compiler = `${ROOT}/node_modules/typescript/bin/tsc`;
const { status } = spawnSync(process.execPath, [compiler, "-b", "tsconfig.build.json"], {
  cwd: ROOT,
  stdio: "inherit",
});
if (status !== 0) process.exit(status ?? 1);

for (const { package: name, entries } of LIBRARIES) {
  const dist = `${ROOT}/packages/${name}/dist`;
  // Chunks are named by their content, so that those of an earlier build would stay.
  rmSync(`${dist}/node`, { recursive: true, force: true });
  await build({
    entryPoints: Object.fromEntries(
      Object.entries(entries).map(([entry, path]) => [entry, `${dist}/${path}.js`]),
    ),
    outdir: `${dist}/node`,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20.19",
    conditions: ["node"],
    packages: "external",
    chunkNames: "shared-[hash]",
    sourcemap: true,
    logLevel: "warning",
  });
}
