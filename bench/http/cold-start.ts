import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { median } from "../measure.ts";
import type { Result } from "../result.ts";

const LIMIT_MS = 400;
const STARTS = 9;
const COMMAND = fileURLToPath(new URL("../../packages/server/bin/handstamp.js", import.meta.url));

/**
 * From the start of `handstamp serve` to the first token in hand, on a data folder that an earlier start
 * has made; the very first start, which makes keys and the store, is told beside it.
 */
export async function coldStart(): Promise<Result[]> {
  const data = mkdtempSync(join(tmpdir(), "handstamp-bench-"));
  try {
    const first = await startOnce(data);
    const times: number[] = [];
    for (let i = 0; i < STARTS; i++) times.push(await startOnce(data));
    const time = median(times);
    return [
      {
        what: "cold start to first token",
        ours: `${Math.round(time)} ms`,
        against: `${LIMIT_MS} ms (the very first start: ${Math.round(first)} ms)`,
        ratio: time / LIMIT_MS,
        target: { is: "at most", value: 1 },
      },
    ];
  } finally {
    rmSync(data, { recursive: true });
  }
}

/** Milliseconds until a token has come. */
async function startOnce(data: string): Promise<number> {
  const began = performance.now();
  const child = spawn(process.execPath, [COMMAND, "serve", "--port", "0", "--data", data], {
    stdio: ["ignore", "pipe", "ignore"],
    cwd: data,
  });
  const url = await addressOf(child);
  const answer = await fetch(`${url}/token?identity=alice`);
  await answer.text();
  const took = performance.now() - began;
  if (!answer.ok) throw new Error(`the first token was refused: ${answer.status}`);
  await new Promise((resolve) => {
    child.once("exit", resolve);
    child.kill("SIGTERM");
  });
  return took;
}

function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    child.stdout?.on("data", (chunk) => {
      text += chunk;
      const found = /http:\/\/127\.0\.0\.1:\d+/.exec(text)?.[0];
      if (found) resolve(found);
    });
    child.once("exit", (code) => reject(new Error(`the server ended early, with status ${code}`)));
  });
}
