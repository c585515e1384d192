/** No file of the repository may name a place on somebody's machine or a registry's host. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../root.ts";
import type { Violation } from "./violations.ts";

/** Written so that this file does not name them itself. */
const PLACES: readonly { readonly pattern: RegExp; readonly why: string }[] = [
  {
    pattern: /(?<![\w.~*-])\/(?:root|work|home\/(?!node\b)[a-z]\w*|Users\/[A-Za-z]\w*)\//,
    why: "A path of one machine is true nowhere else.",
  },
  {
    pattern: /registry\.npmjs\.(?:org)|registry\.yarnpkg\./,
    why: "Which registry serves a package is a setting of the machine that installs it.",
  },
];

const BINARY = /\.(?:png|jpg|gif|ico|woff2?|db|sqlite|gz|tgz|wasm)$/;

/** Every tracked text file that names such a place. */
export function machineViolations(): Violation[] {
  return trackedFiles()
    .filter((path) => !BINARY.test(path))
    .flatMap((path) => placesIn(path, readFileSync(join(ROOT, path), "utf8")));
}

export function placesIn(path: string, text: string): Violation[] {
  return text.split("\n").flatMap((content, i) =>
    PLACES.filter(({ pattern }) => pattern.test(content)).map(({ pattern, why }) => ({
      path,
      line: i + 1,
      found: `names ${pattern.exec(content)?.[0]}`,
      rule: "no file names a machine's own place",
      why,
    })),
  );
}

/** What git knows and what is new and not ignored; deleted files are gone. */
export function trackedFiles(): string[] {
  const args = ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"];
  const list = (more: readonly string[]) =>
    execFileSync("git", [...args, ...more], { cwd: ROOT, encoding: "utf8" }).split("\0");
  const deleted = new Set(
    execFileSync("git", ["ls-files", "-z", "--deleted"], { cwd: ROOT, encoding: "utf8" }).split(
      "\0",
    ),
  );
  return list([]).filter((path) => path !== "" && !deleted.has(path));
}
