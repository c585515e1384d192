import { Command } from "commander";
import { VERSION } from "../version.ts";
import type { Answer, Bind, CommandFile, Run } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { safeJson, visible } from "./output/escape.ts";
import { canvasOf, type Shell } from "./shell.ts";

/** Where the program leaves its exit status. */
export interface Outcome {
  exit: number;
}

/**
 * The command line as commander holds it. Only the commands that `wanted` names are loaded and know
 * their options; the others have a name and a summary for the list.
 */
export async function buildProgram(
  shell: Shell,
  outcome: Outcome,
  wanted: readonly string[],
): Promise<Command> {
  const program = describe(new Command("handstamp"));
  for (const { name, summary, load } of COMMANDS) {
    const command = program.command(name).summary(summary).description(capital(summary));
    if (!wanted.includes(name)) continue;
    const file: CommandFile = await load();
    file.define(command, binder(shell, outcome));
    for (const leaf of leaves(command)) leaf.option("--json", "answer in JSON");
  }
  return program;
}

function describe(program: Command): Command {
  return program
    .description("Tokens for real-time apps: who is asking, what they may do, and a record of it.")
    .version(VERSION, "-V, --version", "print the version")
    .helpOption("-h, --help", "show this help")
    .helpCommand("help [command]", "show the help of a command")
    .configureHelp({ styleTitle: bold })
    .configureOutput({ outputError: () => undefined })
    .exitOverride()
    .addHelpText(
      "after",
      "\nExit status: 0 done, 1 refused or failed, 2 wrong usage. Secrets come from the environment,\n" +
        "a file or standard input, never from an argument. `handstamp help COMMAND` has examples.\n",
    );
}

/** Commander takes the colour away where the output has none. */
const bold = (title: string): string => `\u001B[1m${title}\u001B[22m`;

const capital = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

/** A command's own commands, or itself where it has none. */
export function leaves(command: Command): readonly Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leaves);
}

function binder(shell: Shell, outcome: Outcome): Bind {
  return <Options>(run: Run<Options>) =>
    async (...given: unknown[]) => {
      const command = given.at(-1) as Command;
      const args = given.slice(0, -2) as (string | undefined)[];
      const options = command.opts<Options & { json?: boolean }>();
      const answer = await run(shell, options, ...args);
      print(shell, answer, options.json === true);
      outcome.exit = answer.exit ?? 0;
    };
}

function print(shell: Shell, answer: Answer, json: boolean): void {
  if (json) {
    shell.stdout.write(`${safeJson(answer.json, 2)}\n`);
    return;
  }
  const text = answer.text(canvasOf(shell, "stdout"));
  if (text !== "") shell.stdout.write(`${text}\n`);
  const canvas = canvasOf(shell, "stderr");
  if (answer.note && shell.stdout.isTTY) shell.stderr.write(`${answer.note(canvas)}\n`);
  for (const warning of answer.warnings ?? [])
    shell.stderr.write(`${canvas.paint("warning", "warning:")} ${visible(warning)}\n`);
}
