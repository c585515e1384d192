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
}

export function nodeShell(): Shell {
  const { stdin, stdout, stderr } = process;
  return { world: nodeWorld(), stdin, stdout, stderr, now: () => Math.floor(Date.now() / 1000) };
}

/** How to draw on one of the shell's two outputs. */
export function canvasOf(shell: Shell, output: "stdout" | "stderr"): Canvas {
  return canvasFor(shell[output], shell.world.env);
}
