import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** A server in a process of its own, stopped by its own id. */
export interface Server {
  readonly url: string;
  /** What the script printed before that, after the word `credentials`: JSON. */
  readonly credentials: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/**
 * Starts a script that prints `listening <url>` once it serves.
 *
 * @throws when it ends before that
 */
export async function serve(script: string, env: Record<string, string> = {}): Promise<Server> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(process.execPath, [path], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const { url, credentials } = await announced(child);
  return { url, credentials, stop: () => stop(child) };
}

function announced(child: ChildProcess): Promise<Omit<Server, "stop">> {
  return new Promise((resolve, reject) => {
    let text = "";
    child.stdout?.on("data", (chunk) => {
      text += chunk;
      const found = /listening (\S+)/.exec(text);
      const credentials = /credentials (.*)/.exec(text)?.[1] ?? "{}";
      if (found?.[1]) resolve({ url: found[1], credentials: JSON.parse(credentials) });
    });
    child.once("exit", (code) => reject(new Error(`the server ended early, with status ${code}`)));
  });
}

function stop(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once("exit", () => resolve());
    child.kill("SIGTERM");
  });
}
