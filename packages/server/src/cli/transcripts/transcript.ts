/**
 * Transcripts: what was typed and what was answered, as text that a person reads and a test replays
 * with the real program in a real shell.
 *
 *   % NAME=value            sets a variable for what follows
 *   % file NAME text        writes a file into the folder of the transcript
 *   # text                  is for the reader
 *   $ handstamp inspect -   is typed; what follows is its standard output,
 *   2> a line               its standard error,
 *   [1]                     and its exit status when it is not 0
 *
 * `HANDSTAMP_UPDATE=1` writes down what the program answers now; look at the difference before
 * committing it.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const MAIN = join(dirname(fileURLToPath(import.meta.url)), "..", "main.ts");

export interface Typed {
  readonly stdout: string;
  readonly stderr: string;
  readonly exit: number | null;
}

export type Variables = Readonly<Record<string, string>>;

/** The variables of every transcript: none of the machine's own, so that its keys are not seen. */
export const BASE: Variables = {
  PATH: `${dirname(process.execPath)}:${process.env["PATH"] ?? ""}`,
  LC_ALL: "C.UTF-8",
  TZ: "UTC",
  TERM: "xterm-256color",
};

/** Runs one line in a shell where `handstamp` is this source. */
export function type(line: string, cwd: string, variables: Variables): Typed {
  const program = `"${process.execPath}" --conditions=handstamp-source "${MAIN}"`;
  const script = `handstamp() { ${program} "$@"; }\n${line}`;
  const { stdout, stderr, status } = spawnSync("sh", ["-c", script], {
    cwd,
    env: { ...BASE, ...variables },
    encoding: "utf8",
    timeout: 30_000,
  });
  return { stdout, stderr, exit: status };
}

/** A folder that is gone afterwards. */
export function inFolder<T>(work: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "handstamp-cli-"));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A transcript's text as it would be if it were written now. */
export function replay(text: string): string {
  return inFolder((folder) => {
    const variables: Record<string, string> = {};
    const kept: string[] = [];
    for (const line of directives(text)) {
      kept.push(line);
      if (line.startsWith("% ")) set(line.slice(2), folder, variables);
      if (line.startsWith("$ "))
        kept.push(...answered(type(line.slice(2), folder, variables), folder));
    }
    return `${kept.join("\n")}\n`;
  });
}

/** The lines that are not an answer: an answer ends at the next of these. */
function directives(text: string): readonly string[] {
  const lines = text.replace(/\n$/, "").split("\n");
  return lines.filter((line) => /^(%|#|\$)( |$)/.test(line));
}

function set(line: string, folder: string, variables: Record<string, string>): void {
  const file = /^file (\S+) (.*)$/.exec(line);
  const variable = /^(\w+)=(.*)$/.exec(line);
  if (file?.[1] && file[2] !== undefined) writeFileSync(join(folder, file[1]), `${file[2]}\n`);
  else if (variable?.[1] && variable[2] !== undefined) variables[variable[1]] = variable[2];
  else throw new Error(`a transcript cannot say "% ${line}"`);
}

function answered({ stdout, stderr, exit }: Typed, folder: string): readonly string[] {
  const out = linesOf(stdout, folder);
  const err = linesOf(stderr, folder).map((line) => `2> ${line}`.trimEnd());
  return [...out, ...err, ...(exit === 0 ? [] : [`[${exit}]`]), ""];
}

function linesOf(text: string, folder: string): readonly string[] {
  if (text === "") return [];
  return text
    .replace(/\n$/, "")
    .replaceAll(folder, "FOLDER")
    .split("\n")
    .map((line) => line.trimEnd());
}
