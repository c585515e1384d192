/** The runtimes' binaries: plain packages from npm, installed once into a cache of their own. */
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { npm } from "../../scripts/command.ts";

const HERE = import.meta.dirname;

/**
 * The folder of the installed binaries. It stands outside the repository, because `npm ci` empties
 * node_modules and these are 900 MB; its name is the lock file's hash.
 */
export async function binaries(): Promise<string> {
  const lock = readFileSync(join(HERE, "package-lock.json"));
  const name = createHash("sha256").update(lock).digest("hex").slice(0, 16);
  const folder = join(cacheFolder(), name);
  if (existsSync(folder)) return join(folder, "node_modules");
  const draft = `${folder}.${process.pid}`;
  mkdirSync(draft, { recursive: true });
  for (const file of ["package.json", "package-lock.json"])
    copyFileSync(join(HERE, file), join(draft, file));
  await npm(["ci", "--ignore-scripts"], { cwd: draft, timeout: 600_000 });
  // Complete at once, or not at all: another run may be doing the same.
  if (existsSync(folder)) rmSync(draft, { recursive: true });
  else renameSync(draft, folder);
  return join(folder, "node_modules");
}

function cacheFolder(): string {
  const base = process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache");
  return join(base, "handstamp-runtimes");
}
