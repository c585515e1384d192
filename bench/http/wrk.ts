import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

export interface Load {
  readonly connections: number;
  readonly seconds: number;
  /** A JSON POST instead of a GET. */
  readonly post?: { readonly body: unknown; readonly authorization: string };
}

export interface Measured {
  /** Answers a second. */
  readonly rate: number;
  readonly p99ms: number;
}

/**
 * What wrk counts, with one thread of its own.
 *
 * @throws when an answer is not 2xx, so that refusals are never taken for speed
 */
export function wrk(url: string, { connections, seconds, post }: Load): Measured {
  const script = fileURLToPath(new URL("post.lua", import.meta.url));
  const args = ["--latency", "-t1", `-c${connections}`, `-d${seconds}s`];
  const { stdout, error } = spawnSync("wrk", [...args, ...(post ? ["-s", script] : []), url], {
    encoding: "utf8",
    env: post
      ? { ...process.env, AUTHORIZATION: post.authorization, BODY: JSON.stringify(post.body) }
      : process.env,
  });
  if (error) throw new Error("wrk is not installed: apt-get install wrk");
  if (/Non-2xx/.test(stdout)) throw new Error(`${url} did not answer 2xx:\n${stdout}`);
  const rate = Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]);
  const [, value, unit = "ms"] = /99%\s+([\d.]+)(us|ms|s)/.exec(stdout) ?? [];
  return { rate, p99ms: Number(value) * ({ us: 0.001, ms: 1, s: 1000 }[unit] ?? 1) };
}
