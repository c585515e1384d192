/** Installs the tarballs into an empty project and uses them as people do. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { command } from "../command.ts";
import { ROOT } from "../root.ts";
import type { Report } from "../test/report.ts";
import { emptyProject, installPacked, type Package } from "./pack.ts";

export async function checkInstalled(report: Report, packages: readonly Package[]): Promise<void> {
  const project = emptyProject("installed");
  const { folder } = project;
  try {
    let installed = false;
    await report.check("the tarballs install into an empty project", async () => {
      await installPacked(packages, folder);
      installed = true;
    });
    if (installed) for (const each of packages) await checkUse(report, each, folder);
  } finally {
    project.close();
  }
}

async function checkUse(report: Report, each: Package, folder: string): Promise<void> {
  for (const specifier of entriesOf(each)) {
    await report.check(`import "${specifier}"`, () => imports(specifier, folder));
    await report.check(`types of "${specifier}"`, () => compiles(specifier, folder));
  }
  for (const name of Object.keys(each.manifest.bin ?? {}))
    await report.check(`${name} --version`, () =>
      command(join(folder, "node_modules", ".bin", name), ["--version"], { cwd: folder }),
    );
}

/** What people write after `import`: the package's name and the paths of its exports. */
function entriesOf({ name, manifest }: Package): readonly string[] {
  return Object.keys(manifest.exports ?? {})
    .filter((path) => !path.endsWith(".json") && !path.includes("*"))
    .map((path) => name + path.slice(1));
}

/** Peers that are optional, such as React, are installed by those who use them. */
async function imports(specifier: string, folder: string): Promise<void> {
  const code = `const m = await import(${JSON.stringify(specifier)});
    if (Object.keys(m).length === 0) throw new Error("it exports nothing");`;
  await command(process.execPath, ["--input-type=module", "-e", code], { cwd: folder });
}

/** A strict TypeScript project that looks into the declarations too. */
async function compiles(specifier: string, folder: string): Promise<void> {
  writeFileSync(join(folder, "use.ts"), `export * from ${JSON.stringify(specifier)};\n`);
  const tsc = join(ROOT, "node_modules", "typescript", "bin", "tsc");
  const flags = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2024"];
  const types = ["--typeRoots", join(ROOT, "node_modules", "@types"), "--types", "node"];
  await command(process.execPath, [tsc, ...flags, ...types, "--skipLibCheck", "use.ts"], {
    cwd: folder,
  });
}
