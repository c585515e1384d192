/**
 * The Swift package: its tests against real services, once as they are and once under the thread
 * sanitizer; every token that they received is verified with the core library.
 */
import { globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PROVIDERS } from "@handstamp/core";
import type { ProviderId } from "@handstamp/protocol";
import { startWorld, tell, type World } from "../../conformance/swift/world.ts";
import { ROOT } from "../root.ts";
import type { Report } from "../test/report.ts";
import { forbiddenIn } from "./forbidden.ts";
import { readResults } from "./results.ts";
import { type Ran, type Toolchain, toolchain } from "./toolchain.ts";

const SOURCES = "clients/swift/{Sources,Examples}/**/*.swift";

export async function checkSwift(report: Report): Promise<void> {
  checkNames(report);
  const exchange = mkdtempSync(join(tmpdir(), "handstamp-swift-exchange-"));
  try {
    const swift = toolchain(exchange);
    await swift.prepare();
    report.note(firstLine((await swift.run(["swift", "--version"])).output));
    await checkManifests(report, swift);
    await checkExamples(report, swift);
    await runTests(report, swift, exchange, { name: "debug" });
    if (await hasThreadSanitizer(report, swift))
      await runTests(report, swift, exchange, { name: "tsan", sanitizer: "thread" });
    await checkMounts(report, swift, exchange);
  } finally {
    rmSync(exchange, { recursive: true, force: true });
  }
}

/** One check for each source file. */
function checkNames(report: Report): void {
  for (const path of globSync(SOURCES, { cwd: ROOT }).sort()) {
    const found = forbiddenIn(readFileSync(join(ROOT, path), "utf8"));
    for (const { line, name, why } of found)
      report.fail(`${path} runs on iOS 15`, `${name} is newer (${why})`, `${path}:${line}`);
    if (found.length === 0) report.pass(`${path} runs on iOS 15`, 0);
  }
}

/** Both manifests, each as the toolchain that reads it sees it, and the sources in Swift 5's mode. */
async function checkManifests(report: Report, swift: Toolchain): Promise<void> {
  const older = `d=$(mktemp -d) && cp -r ${swift.package}/Sources ${swift.package}/Tests "$d" &&
    cp "${swift.package}/Package@swift-5.9.swift" "$d/Package.swift" &&
    swift package --package-path "$d" describe && rm -r "$d"`;
  await report.check("Package.swift is read", async () =>
    must(await swift.run(["swift", "package", ...scratch(swift, "manifest"), "describe"])),
  );
  await report.check("Package@swift-5.9.swift is read", async () =>
    must(await swift.run(["sh", "-c", older])),
  );
  const sources = "find Sources -name '*.swift' -print0 | xargs -0 swiftc -typecheck";
  await report.check("the sources pass in Swift 5 mode with complete checking", async () =>
    mustBeSilent(
      await swift.run(["sh", "-c", `${sources} -swift-version 5 -strict-concurrency=complete`]),
    ),
  );
}

/** SwiftUI exists on Apple's systems only: what can be had here is that the example parses. */
async function checkExamples(report: Report, swift: Toolchain): Promise<void> {
  for (const path of globSync("Examples/**/*.swift", { cwd: join(ROOT, "clients/swift") }).sort())
    await report.check(`${path} parses`, async () =>
      mustBeSilent(await swift.run(["swiftc", "-frontend", "-parse", path])),
    );
}

/** Two threads that write one variable, in whatever order: what the sanitizer is there to find. */
const RACE = `import Foundation
nonisolated(unsafe) var count = 0
Thread.detachNewThread { count += 1 }
count += 1
sleep(1)
`;

/** Tried with a race: a toolchain may come without the sanitizer, or with one that finds nothing. */
async function hasThreadSanitizer(report: Report, swift: Toolchain): Promise<boolean> {
  const program = `cd ${swift.build} && printf '%s' "$1" > race.swift &&
    swiftc -sanitize=thread race.swift -o race && ./race`;
  const { output } = await swift.run(["sh", "-c", program, "sh", RACE]);
  if (/ThreadSanitizer: data race|Swift access race/.test(output)) {
    report.pass("the thread sanitizer finds a planted race", 0);
    return true;
  }
  report.note(`not run: swift under the thread sanitizer: ${firstLine(output)}`);
  if (process.env["CI"] === "true")
    report.fail("the thread sanitizer runs on CI", output.slice(0, 2000));
  return false;
}

/** A command that fails, and one that is killed, leave nothing mounted. */
async function checkMounts(report: Report, swift: Toolchain, exchange: string): Promise<void> {
  if (process.platform !== "linux") return;
  for (const end of ["exit 3", "kill -9 $$"])
    await report.check(`no mount is left after: ${end}`, async () => {
      const { status } = await swift.run(["sh", "-c", end]);
      if (status === 0) throw new Error("The command was to fail, and did not.");
      const left = readFileSync("/proc/self/mounts", "utf8")
        .split("\n")
        .filter((line) => line.includes("handstamp-swift") || line.includes(exchange));
      if (left.length > 0) throw new Error(left.join("\n"));
    });
}

interface Pass {
  readonly name: string;
  readonly sanitizer?: string;
}

/** Builds the tests and runs them; services are started anew, so that no limit is used up. */
async function runTests(
  report: Report,
  swift: Toolchain,
  exchange: string,
  { name, sanitizer }: Pass,
): Promise<void> {
  const label = sanitizer ? `${name}: ` : "";
  const flags = [...scratch(swift, name), ...(sanitizer ? [`--sanitize=${sanitizer}`] : [])];
  const tests = ["-j", "1", "--build-tests", ...flags];
  const built = await swift.run(["swift", "build", ...tests]);
  if (built.status !== 0) return report.fail(`${label}the package compiles`, errorsOf(built));
  report.pass(`${label}the package compiles`, 0);
  await report.check(`${label}its sources compile without a warning`, () => noWarnings(built));
  const world = await startWorld();
  try {
    tell(world, join(exchange, "world.json"));
    const ran = await swift.run([
      "swift",
      "test",
      "--skip-build",
      "--disable-swift-testing",
      ...flags,
    ]);
    const { count, executed } = readResults(report, ran.output, label);
    await report.check(`${label}the run ends well`, async () => {
      if (count === 0 || count !== executed || ran.status !== 0) throw new Error(tail(ran));
    });
    verifyTokens(report, world, join(exchange, "tokens.ndjson"), label);
  } finally {
    await world.close();
  }
}

interface Received {
  readonly provider: ProviderId;
  readonly token: string;
  /** When it came, in unix seconds: some are made to live for seconds. */
  readonly at: number;
}

/** One check for each token that came over the wire: the library says that it is whole and ours. */
function verifyTokens(report: Report, { keys }: World, path: string, label: string): void {
  const lines = readFileSync(path, "utf8").trimEnd().split("\n");
  rmSync(path);
  for (const [index, line] of lines.entries()) {
    const { provider, token, at } = JSON.parse(line) as Received;
    const name = `${label}token ${index + 1} (${provider}) verifies`;
    try {
      PROVIDERS[provider].verify(token, keys[provider], { now: at });
      report.pass(name, 0);
    } catch (error) {
      report.fail(name, error instanceof Error ? error.message : String(error));
    }
  }
}

function scratch(swift: Toolchain, name: string): readonly string[] {
  return ["--scratch-path", join(swift.build, name)];
}

async function noWarnings(built: Ran): Promise<void> {
  const lines = built.output.split("\n").filter((line) => /Sources\/.*: warning:/.test(line));
  if (lines.length > 0) throw new Error([...new Set(lines)].join("\n"));
}

function must(ran: Ran): void {
  if (ran.status !== 0) throw new Error(tail(ran));
}

function mustBeSilent(ran: Ran): void {
  if (ran.status !== 0 || /\b(?:warning|error):/.test(ran.output)) throw new Error(tail(ran));
}

function errorsOf(ran: Ran): string {
  const errors = ran.output.split("\n").filter((line) => line.includes("error:"));
  return errors.length > 0 ? [...new Set(errors)].join("\n") : tail(ran);
}

function tail({ status, output }: Ran): string {
  return `status ${status}\n${output.split("\n").slice(-30).join("\n")}`;
}

function firstLine(output: string): string {
  return output.trim().split("\n")[0] ?? "";
}
