import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { median } from "../measure.ts";
import type { Result } from "../result.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const IMPORT_LIMIT_MS = 15;
const BUNDLE_LIMIT = 8192;

/** What the library costs before it does anything: the time of its import, the size of its bundle. */
export async function footprint(): Promise<Result[]> {
  const time = importTime("@handstamp/core/twilio");
  const twilio = await bundleSize("@handstamp/core/twilio", "mintAccessToken, verifyAccessToken");
  const agora = await bundleSize("@handstamp/core/agora", "mintToken, verifyToken");
  return [
    {
      what: "import of core/twilio",
      ours: `${time.toFixed(1)} ms`,
      against: `${IMPORT_LIMIT_MS} ms`,
      ratio: time / IMPORT_LIMIT_MS,
      target: { is: "at most", value: 1 },
    },
    sizeResult("browser build of core/twilio", twilio),
    sizeResult("browser build of core/agora", agora),
  ];
}

function sizeResult(what: string, size: number): Result {
  return {
    what,
    ours: `${size} B gzipped`,
    against: `${BUNDLE_LIMIT} B`,
    ratio: size / BUNDLE_LIMIT,
    target: { is: "at most", value: 1 },
  };
}

/** Median milliseconds of a dynamic import in a fresh process, node:crypto loaded before. */
function importTime(specifier: string): number {
  const code = `await import("node:crypto"); const t = performance.now(); await import("${specifier}"); console.log(performance.now() - t)`;
  const times = Array.from({ length: 15 }, () =>
    Number(
      spawnSync(process.execPath, ["--input-type=module", "-e", code], {
        cwd: ROOT,
        encoding: "utf8",
      }).stdout,
    ),
  );
  return median(times);
}

async function bundleSize(specifier: string, names: string): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents: `export { ${names} } from "${specifier}"`, resolveDir: ROOT },
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    write: false,
  });
  return gzipSync(outputFiles[0]?.contents ?? new Uint8Array(), { level: 9 }).length;
}
