import { userInfo } from "node:os";
import process from "node:process";
import type { ReadStream, WriteStream } from "node:tty";
import { nodeWorld, type World } from "../config/world.ts";
import { type Canvas, canvasFor } from "./output/paint.ts";

/** What a command takes from the terminal and the machine. */
export interface Shell {
  readonly world: World;
  readonly stdin: ReadStream;
  readonly stdout: WriteStream;
  readonly stderr: WriteStream;
  /** Unix seconds. */
  readonly now: () => number;
  /** Whose hand it is, for the record: the account on this machine. */
  readonly user: () => string;
}

export function nodeShell(): Shell {
  const { stdin, stdout, stderr } = process;
  const now = () => Math.floor(Date.now() / 1000);
  return { world: nodeWorld(), stdin, stdout, stderr, now, user };
}

/** A container often runs under a number that has no name. */
function user(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? "unknown"}`;
  }
}

/** How to draw on one of the shell's two outputs. */
export function canvasOf(shell: Shell, output: "stdout" | "stderr"): Canvas {
  return canvasFor(shell[output], shell.world.env);
}
