/** What a command is. `commands.ts` lists them; adding one is a file there and a line in that table. */
import type { Command } from "commander";
import type { Canvas } from "./output/paint.ts";
import type { Shell } from "./shell.ts";

/** What a command has to say, in every form at once, so that no command can lack `--json`. */
export interface Answer {
  /** For `--json`, on standard output. */
  readonly json: unknown;
  /** For people and pipes, on standard output. */
  readonly text: (canvas: Canvas) => string;
  /** For people alone: on standard error, and only where standard output is a terminal. */
  readonly note?: (canvas: Canvas) => string;
  /** On standard error wherever standard output goes; `--json` has them in its answer. */
  readonly warnings?: readonly string[];
  /** 0 when it is left out; 1 for a refusal that is an answer and no error, such as `verify`'s. */
  readonly exit?: 0 | 1;
}

/** A command's work. Its options come as commander parsed them, its arguments after them. */
export type Run<Options> = (
  shell: Shell,
  options: Options,
  ...args: readonly (string | undefined)[]
) => Answer | Promise<Answer>;

/** Binds a command's work to the terminal: commander calls what this returns. */
export type Bind = <Options>(run: Run<Options>) => (...args: unknown[]) => Promise<void>;

export interface CommandFile {
  /** Adds arguments, options and `action(bind(run))` to a command that has its name already. */
  readonly define: (command: Command, bind: Bind) => void;
}

/** A line of the table. */
export interface CommandEntry {
  readonly name: string;
  /** For the list of commands, known without loading the command. */
  readonly summary: string;
  readonly load: () => Promise<CommandFile>;
}

/** Adds worked examples to a command's help: what to type, and what it is for. */
export function addExamples(
  command: Command,
  examples: readonly (readonly [string, string])[],
): void {
  const lines = examples.map(([purpose, line]) => `  # ${purpose}\n  $ ${line}`);
  command.addHelpText("after", `\nExamples:\n${lines.join("\n\n")}\n`);
}
