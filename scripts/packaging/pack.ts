/** Packs the packages as npm would publish them, and installs the tarballs into an empty project. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { npm } from "../command.ts";
import { ROOT } from "../root.ts";

export interface Package {
  /** Its folder under `packages`. */
  readonly folder: string;
  readonly name: string;
  readonly manifest: Manifest;
}

export interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly type?: string;
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly bin?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** In the order in which they depend on each other. */
const PUBLISHED = ["protocol", "core", "client", "server"];

/** The packages that npm gets, those that exist. */
export function publishedPackages(): readonly Package[] {
  return PUBLISHED.filter((folder) => existsSync(join(ROOT, "packages", folder, "package.json")))
    .map((folder) => {
      const text = readFileSync(join(ROOT, "packages", folder, "package.json"), "utf8");
      const manifest = JSON.parse(text) as Manifest;
      return { folder, name: manifest.name, manifest };
    })
    .filter(({ manifest }) => !manifest.private);
}

/** Compiles and packs one package; gives the tarball's path. */
export async function pack(each: Package, into: string): Promise<string> {
  const cwd = join(ROOT, "packages", each.folder);
  const said = await npm(["pack", "--json", "--ignore-scripts", "--pack-destination", into], {
    cwd,
  });
  const [packed] = packedIn(JSON.parse(said));
  if (!packed) throw new Error(`npm pack named no file: ${said}`);
  return join(into, packed.filename);
}

/** npm up to 11 answers a list, npm 12 an object by the packages' names. */
function packedIn(answer: unknown): readonly { filename: string }[] {
  return Object.values(answer as Record<string, { filename: string }>);
}

/** An empty project outside the repository, removed by `close`. */
export function emptyProject(name: string): { folder: string; close(): void } {
  const folder = mkdtempSync(join(tmpdir(), `handstamp-${name}-`));
  const manifest = { name, version: "0.0.0", private: true, type: "module" };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  return { folder, close: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Packs these packages and installs them together; their own dependencies come from npm. */
export async function installPacked(packages: readonly Package[], folder: string): Promise<void> {
  const tarballs = join(folder, "tarballs");
  mkdirSync(tarballs);
  const paths: string[] = [];
  for (const each of packages) paths.push(await pack(each, tarballs));
  await npm(["install", "--prefer-offline", "--omit=dev", ...paths], { cwd: folder });
}
