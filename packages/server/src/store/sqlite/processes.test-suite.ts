import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const APPENDER = fileURLToPath(new URL("appender.test-suite.ts", import.meta.url));

export interface Appender {
  readonly child: ChildProcess;
  /** Resolves when it has opened the store. */
  readonly ready: Promise<void>;
  /** Resolves with its first acknowledgement. */
  readonly working: Promise<void>;
  /** What it acknowledged so far: token id and place. */
  readonly acknowledged: readonly (readonly [id: string, seq: number])[];
  /** Resolves when it has ended and all it said has been read. */
  readonly ended: Promise<{ code: number | null; errors: string }>;
}

/** Starts a process that appends to the store at `path`. */
export function startAppender(path: string, prefix: string, most?: number): Appender {
  const args = ["--conditions=handstamp-source", APPENDER, path, prefix];
  const child = spawn(process.execPath, most === undefined ? args : [...args, String(most)], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const acknowledged: [string, number][] = [];
  let rest = "";
  let errors = "";
  child.stderr?.on("data", (text: Buffer) => {
    errors += text.toString();
  });
  const ended = new Promise<{ code: number | null; errors: string }>((resolve) => {
    child.on("close", (code) => resolve({ code, errors }));
  });
  child.stdout?.on("data", (text: Buffer) => {
    const lines = (rest + text.toString()).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines)
      if (line === "ready") child.emit("ready");
      else acknowledged.push(parse(line));
    if (acknowledged.length > 0) child.emit("working");
  });
  const first = (name: string) =>
    new Promise<void>((resolve) => {
      child.once(name, () => resolve());
      child.once("close", () => resolve());
    });
  return { child, ready: first("ready"), working: first("working"), acknowledged, ended };
}

function parse(line: string): [string, number] {
  const [id = "", seq = ""] = line.split(" ");
  return [id, Number(seq)];
}
