/** Runs commands for the checks. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { ROOT } from "./root.ts";

const run = promisify(execFile);

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Milliseconds. */
  readonly timeout?: number;
}

/**
 * Runs a command to its end and gives what it wrote to standard output.
 *
 * @throws Error with all that it said, where it fails
 */
export async function command(
  file: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<string> {
  const { cwd = ROOT, env = {}, timeout = 300_000 } = options;
  try {
    const all = { cwd, timeout, env: { ...process.env, ...env }, maxBuffer: 64 * 1024 * 1024 };
    return (await run(file, [...args], all)).stdout;
  } catch (error) {
    const { stdout = "", stderr = "", message } = error as Error & Record<string, string>;
    const said = `${stdout}${stderr}`.trim();
    throw new Error(`${file} ${args.join(" ")} failed\n${said || message}`, { cause: error });
  }
}

/** npm, told to be quiet; the same one that runs us, where npm runs us. */
export function npm(args: readonly string[], options: CommandOptions = {}): Promise<string> {
  const flags = ["--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"];
  const script = process.env["npm_execpath"];
  const env = { ...QUIET, ...options.env };
  if (script?.endsWith(".js"))
    return command(process.execPath, [script, ...args, ...flags], { ...options, env });
  return command("npm", [...args, ...flags], { ...options, env });
}

/** What `npm test` leaves in the environment would make an inner npm act for the outer one. */
const QUIET = {
  npm_config_workspaces: "",
  npm_config_workspace: "",
  npm_config_prefix: "",
  INIT_CWD: "",
};
