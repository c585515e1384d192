/** What a published tarball must hold, and what it must not. */
import { command } from "../command.ts";

const REQUIRED = ["package/package.json", "package/README.md", "package/LICENSE"];

const FORBIDDEN: readonly { readonly pattern: RegExp; readonly why: string }[] = [
  { pattern: /\.test\./, why: "tests are not part of the product" },
  { pattern: /\.tsbuildinfo$/, why: "the compiler's notes name files of this machine" },
  { pattern: /(^|\/)\.(env|handstamp|npmrc)/, why: "it may hold secrets" },
  { pattern: /\.(db|sqlite|pem|key)$/, why: "it may hold secrets" },
];

/** @throws Error that names every file too many and too few */
export async function checkContent(tarball: string): Promise<void> {
  const files = (await command("tar", ["-tzf", tarball])).trim().split("\n");
  const problems = [
    ...REQUIRED.filter((path) => !files.includes(path)).map((path) => `${path} is missing`),
    ...files.flatMap((path) =>
      FORBIDDEN.filter(({ pattern }) => pattern.test(path)).map(({ why }) => `${path}: ${why}`),
    ),
  ];
  if (problems.length > 0) throw new Error(problems.join("\n"));
}
