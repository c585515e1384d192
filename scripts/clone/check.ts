/**
 * What somebody who has just cloned the repository gets: `npm start` installs without the development
 * dependencies, builds and runs; a second time it installs nothing; Ctrl-C ends it.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { trackedFiles } from "../layers/machine.ts";
import { ROOT } from "../root.ts";
import type { Report } from "../test/report.ts";

/** A first installation over a slow line, in milliseconds. */
const PATIENCE_MS = 300_000;

export async function checkClone(report: Report): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "handstamp-clone-"));
  try {
    copyTracked(folder);
    await report.check("the first npm start installs, builds and serves", async () => {
      const said = await serveOnce(folder, "SIGTERM");
      if (!said.includes("installing packages")) throw new Error(`it did not install\n${said}`);
    });
    await report.check("the second one installs nothing; an interrupt ends it well", async () => {
      const said = await serveOnce(folder, "SIGINT");
      if (said.includes("installing packages")) throw new Error(`it installed again\n${said}`);
    });
    await report.check("a command's exit status is passed on", async () => {
      const { status, said } = await ended(run(folder, ["handstamp", "no-such-command"]));
      if (status !== 2) throw new Error(`expected 2, got ${status}\n${said}`);
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function copyTracked(folder: string): void {
  for (const path of trackedFiles()) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    cpSync(join(ROOT, path), join(folder, path));
  }
}

/** Starts the service, waits for its address, stops it; it must end with 0. Gives what it said. */
async function serveOnce(folder: string, signal: NodeJS.Signals): Promise<string> {
  const child = run(folder, ["start"]);
  const end = ended(child);
  const up = new Promise<void>((resolve) => {
    const look = (chunk: Buffer) => /http:\/\/127\.0\.0\.1:\d+/.test(String(chunk)) && resolve();
    child.stdout?.on("data", look);
    child.stderr?.on("data", look);
  });
  await Promise.race([up, end]);
  child.kill(signal);
  const { status, said } = await end;
  if (status !== 0) throw new Error(`it ended with ${status}\n${said}`);
  return said;
}

function run(folder: string, args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [join(folder, "scripts", "run.mjs"), ...args], {
    cwd: folder,
    env: { ...neutralEnvironment(), PORT: "0" },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: PATIENCE_MS,
  });
}

/** Without what configures the service, and what npm tells the scripts that it runs. */
function neutralEnvironment(): NodeJS.ProcessEnv {
  const ours =
    /^(HANDSTAMP|TWILIO|AGORA|APP|CORS)_|^(PORT|HOST|SERVER_PORT|DATABASE_URL|INIT_CWD)$/;
  const npms = /^npm_(lifecycle|package|config_(local_)?prefix|config_workspace)/;
  const kept = Object.entries(process.env).filter(([key]) => !ours.test(key) && !npms.test(key));
  return Object.fromEntries(kept);
}

async function ended(child: ChildProcess): Promise<{ status: number | null; said: string }> {
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (chunk: Buffer) => {
      said += String(chunk);
    });
  const [status] = (await once(child, "close")) as [number | null];
  return { status, said };
}
