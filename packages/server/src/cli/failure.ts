import { HandstampError, isHandstampError } from "@handstamp/protocol";
import { CommanderError } from "commander";
import { safeJson, visible } from "./output/escape.ts";
import { canvasOf, type Shell } from "./shell.ts";

/** Wrong usage: exit status 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

interface Failure {
  readonly code: string;
  readonly message: string;
  readonly exit: 0 | 1 | 2;
  readonly provider_code?: number;
  readonly fields?: readonly { readonly pointer: string; readonly message: string }[];
}

/**
 * Says what went wrong, once: in words on standard error, and with `--json` also as
 * `{"error": {...}}` on standard output.
 *
 * @returns the exit status
 */
export function report(shell: Shell, error: unknown, argv: readonly string[]): number {
  const failure = failureOf(error);
  if (failure.code === "shown") return failure.exit;
  const { exit, ...shown } = failure;
  if (argv.includes("--json")) shell.stdout.write(`${safeJson({ error: shown }, 2)}\n`);
  const { paint } = canvasOf(shell, "stderr");
  const [first = "", ...more] = shown.message.split("\n").map(visible);
  const lines = [`${paint("error", "handstamp:")} ${first}`, ...more.map((line) => `  ${line}`)];
  shell.stderr.write(`${lines.join("\n")}\n`);
  return exit;
}

function failureOf(error: unknown): Failure {
  if (error instanceof CommanderError) return ofCommander(error);
  if (error instanceof UsageError) return { code: "usage", message: error.message, exit: 2 };
  if (isHandstampError(error)) return ofHandstamp(error);
  const message = error instanceof Error ? error.message : String(error);
  return { code: "internal", message: `${message} (this is a fault of Handstamp's own)`, exit: 1 };
}

function ofHandstamp({ code, message, providerCode, fields }: HandstampError): Failure {
  return {
    code,
    message,
    exit: 1,
    ...(providerCode === undefined ? {} : { provider_code: providerCode }),
    ...(fields.length === 0 ? {} : { fields }),
  };
}

/** Help and version come as "errors" whose text is printed already. */
function ofCommander(error: CommanderError): Failure {
  if (error.exitCode === 0) return { code: "shown", message: "", exit: 0 };
  if (error.code === "commander.help") return { code: "shown", message: "", exit: 2 };
  return { code: "usage", message: usageMessage(error), exit: 2 };
}

const SECRET_OPTION = /^--?[\w-]*(secret|certificate|password|auth[-_]?token|master[-_]?key)/i;

/** What commander repeats of the arguments, and what stands there instead: it may be a secret. */
const REPEATED: readonly (readonly [RegExp, string])[] = [
  [/ but got (\d+):[^]*$/, " but got $1."],
  [/unknown command '[^]*'$/, "there is no such command: `handstamp help` lists them"],
];

/** Commander's message on one line, without what it repeats of the arguments. */
function usageMessage({ message }: CommanderError): string {
  const plain = message.replace(/^error: /, "");
  const line = REPEATED.reduce((text, [from, to]) => text.replace(from, to), plain)
    .split("\n")
    .join(" ");
  const option = /unknown option '([^'=]*)(=[^']*)?'/.exec(line);
  if (!option) return line;
  const [whole, name = ""] = option;
  if (!SECRET_OPTION.test(name)) return line.replace(whole, `unknown option '${name}'`);
  return `there is no option ${name}: a secret is never an argument, which every process of the machine can read. Set the environment variable that \`handstamp doctor\` names.`;
}
