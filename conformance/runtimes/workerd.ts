/** Runs the suite in workerd: a worker that answers with the results. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { parse, type Result } from "./result.ts";

const TIMEOUT_MS = 60_000;

export async function inWorkerd(project: string, binary: string): Promise<readonly Result[]> {
  const child = spawn(binary, ["serve", "workerd.capnp", "--control-fd=3"], {
    cwd: project,
    stdio: ["ignore", "inherit", "inherit", "pipe"],
  });
  try {
    const port = await listening(child.stdio[3] as Readable, child);
    const answer = await fetch(`http://127.0.0.1:${port}/`, {
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`workerd answered ${answer.status}: ${text}`);
    return parse(text);
  } finally {
    child.kill();
  }
}

/** The port that workerd chose: it says so on the control pipe, one JSON object a line. */
function listening(control: Readable, child: ReturnType<typeof spawn>): Promise<number> {
  return new Promise((resolve, reject) => {
    createInterface({ input: control }).on("line", (line) => {
      const { event, port } = JSON.parse(line) as { event: string; port?: number };
      if (event === "listen" && port) resolve(port);
    });
    child.on("error", reject);
    child.on("exit", (code) => reject(new Error(`workerd ended with status ${code}`)));
  });
}
