import { spawnSync } from "node:child_process";

/** Requests a second that wrk counts; answers other than 2xx make it fail. */
export function wrk(
  url: string,
  connections: number,
  seconds: number,
  extra: readonly string[] = [],
): { rate: number; p99ms: number } {
  const args = ["--latency", `-t1`, `-c${connections}`, `-d${seconds}s`, ...extra, url];
  const { stdout, error } = spawnSync("wrk", args, { encoding: "utf8" });
  if (error) throw new Error("wrk is not installed: apt-get install wrk");
  if (/Non-2xx/.test(stdout)) throw new Error(`${url} did not answer 2xx:\n${stdout}`);
  const rate = Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]);
  const [, value, unit] = /99%\s+([\d.]+)(us|ms|s)/.exec(stdout) ?? [];
  return { rate, p99ms: Number(value) * ({ us: 0.001, ms: 1, s: 1000 }[unit ?? "ms"] ?? 1) };
}
