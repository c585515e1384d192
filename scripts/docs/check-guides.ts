/**
 * Runs what the guides show. A block marked `console` holds commands after `$ ` and what they print;
 * `…` stands for text that differs each time, within its line.
 */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { fencesOf } from "./markdown.ts";

export interface Shown {
  readonly command: string;
  readonly output: string;
  readonly line: number;
}

/** The address that the guides use; the check puts a service of its own there. */
const ADDRESS = "http://127.0.0.1:8080";

/**
 * Every command of a page with the output that the page shows.
 *
 * @param mark what stands behind the block's three backticks
 */
export function shownIn(markdown: string, mark = "console"): Shown[] {
  return fencesOf(markdown)
    .filter(({ language }) => language === mark)
    .flatMap(({ code, line }) => commandsOf(code.split("\n"), line));
}

function commandsOf(lines: readonly string[], first: number): Shown[] {
  const starts = lines.flatMap((text, i) => (text.startsWith("$ ") ? [i] : []));
  return starts.map((start, n) => ({
    command: (lines[start] ?? "").slice(2),
    output: lines.slice(start + 1, starts[n + 1] ?? lines.length).join("\n"),
    line: first + start,
  }));
}

/** True where the text is what the page shows, with anything but a line break in place of `…`. */
export function isAsShown(shown: string, text: string): boolean {
  const pattern = shown
    .split("…")
    .map((part) => part.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`))
    .join(".*");
  return new RegExp(`^${pattern}$`).test(text);
}

/** What a command prints when the service of the guides is at `url`. */
export async function outputOf(command: string, url: string): Promise<string> {
  const { stdout } = await promisify(execFile)("sh", ["-c", command.replaceAll(ADDRESS, url)], {
    timeout: 20_000,
  });
  return stdout.trimEnd();
}
