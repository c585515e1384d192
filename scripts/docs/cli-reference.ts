/**
 * `docs/reference/cli.md`, made of the program's own help texts, so that the two cannot disagree. Its
 * test holds the page against it, and with `HANDSTAMP_UPDATE=1` writes it.
 */
import { join } from "node:path";
import { COMMANDS } from "../../packages/server/src/cli/commands.ts";
import { buildProgram } from "../../packages/server/src/cli/program.ts";
import { nodeShell } from "../../packages/server/src/cli/shell.ts";
import { ROOT } from "../root.ts";

export const CLI_REFERENCE = join(ROOT, "docs", "reference", "cli.md");

type Command = Awaited<ReturnType<typeof buildProgram>>;

const WIDTH = 100;

const HEAD = `# The command line

<!-- Made of the program's help texts by scripts/docs/cli-reference.ts; edit those. -->

\`handstamp COMMAND [options]\`; from a clone \`npx handstamp\`.

**Exit status.** 0: done. 1: refused or failed. 2: wrong usage.

**\`--json\`.** Every command answers in JSON on standard output. A failure is
\`{"error": {"code", "message", "provider_code"?, "fields"?}}\` there, and one clear line on standard
error. The codes are those of the [table of errors](../../packages/protocol/src/errors.ts); \`usage\`
is wrong usage.

**Secrets** are never arguments, which every process of the machine can read. They come from the
environment, from \`handstamp.yaml\` or from the files that these name. A token may be an argument;
\`-\` reads it from standard input, which keeps it out of the shell's history.

**Colours** are written to terminals only. \`NO_COLOR\` turns them off and \`FORCE_COLOR\` on. Text that
comes from a token is shown with its control, bidirectional and invisible characters spelt out, such
as \`\\u{202e}\`.
`;

/** The page as it should be. */
export async function cliReference(): Promise<string> {
  const names = COMMANDS.map(({ name }) => name);
  const program = await buildProgram(nodeShell(), { exit: 0 }, names);
  const sections = [section(program), ...program.commands.flatMap((command) => family(command))];
  return `${HEAD}\n${sections.join("\n")}`;
}

/** A command and the commands under it. */
function family(command: Command): readonly string[] {
  return [section(command), ...command.commands.flatMap((inner) => family(inner))];
}

function section(command: Command): string {
  return `## \`${fullName(command)}\`\n\n\`\`\`text\n${helpOf(command).trim()}\n\`\`\`\n`;
}

function fullName(command: Command): string {
  return command.parent ? `${fullName(command.parent)} ${command.name()}` : command.name();
}

function helpOf(command: Command): string {
  let text = "";
  command.configureOutput({
    writeOut: (part) => {
      text += part;
    },
    getOutHelpWidth: () => WIDTH,
    getOutHasColors: () => false,
  });
  command.outputHelp();
  return text;
}
