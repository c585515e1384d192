/** The packages as npm would publish them: what is in them, what resolves, what they depend on. */
import { join } from "node:path";
import { command } from "../command.ts";
import { ROOT } from "../root.ts";
import type { Report } from "../test/report.ts";
import { checkDependencies } from "./dependencies.ts";
import { checkInstalled } from "./installed.ts";
import { emptyProject, type Package, pack, publishedPackages } from "./pack.ts";
import { checkContent } from "./tarball.ts";

const bin = (name: string) => join(ROOT, "node_modules", ".bin", name);

export async function checkPackages(report: Report): Promise<void> {
  checkDependencies(report);
  await report.check("no file, export or dependency is unused (knip)", () =>
    command(bin("knip"), ["--no-progress", "--no-config-hints"]),
  );
  const packages = publishedPackages();
  const folder = emptyProject("tarballs");
  try {
    for (const each of packages) await checkOne(report, each, folder.folder);
  } finally {
    folder.close();
  }
  await checkInstalled(report, packages);
}

async function checkOne(report: Report, each: Package, folder: string): Promise<void> {
  const { name } = each;
  let tarball = "";
  await report.check(`${name} packs`, async () => {
    tarball = await pack(each, folder);
  });
  if (tarball === "") return;
  await report.check(`${name} holds what it should and no more`, () => checkContent(tarball));
  await report.check(`${name} resolves in every tool (publint)`, () =>
    command(bin("publint"), ["run", "--strict", tarball]),
  );
  await report.check(`${name} has the right types (attw)`, () =>
    command(bin("attw"), [tarball, "--profile", "esm-only", "--no-emoji"]),
  );
}
