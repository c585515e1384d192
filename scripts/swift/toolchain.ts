/** Where Swift comes from: the machine's own, or Debian's in a folder that one changes root into. */
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "../root.ts";

const SCRIPT = join(ROOT, "scripts", "swift", "toolchain.sh");
const PACKAGE = join(ROOT, "clients", "swift");

export interface Ran {
  readonly status: number;
  readonly output: string;
}

export interface Toolchain {
  /** Makes it ready; quick from the second time on. @throws Error with what went wrong */
  prepare(): Promise<void>;
  /** Runs a command in the package's folder, which it must not write to. */
  run(command: readonly string[]): Promise<Ran>;
  /** A folder to build in, outside the repository, as the command sees it. */
  readonly build: string;
  /** The package's folder, as the command sees it. */
  readonly package: string;
}

/** @param exchange a folder of files for both sides; `world.json` and `tokens.ndjson` stand in it */
export function toolchain(exchange: string): Toolchain {
  return hasSwift() ? own(exchange) : inChroot(exchange);
}

/** How Swift can be had here, or undefined. */
export function findSwift(): string | undefined {
  if (hasSwift()) return "swift";
  return canChroot() ? SCRIPT : undefined;
}

function hasSwift(): boolean {
  const { status, stdout } = spawnSync("swift", ["--version"], { encoding: "utf8" });
  const version = /Swift version (\d+)\./.exec(stdout ?? "")?.[1];
  return status === 0 && Number(version) >= 6;
}

/** Tried, not guessed: containers take the right away in many ways. */
function canChroot(): boolean {
  const works = (command: string, ...args: string[]) =>
    spawnSync(command, args, { stdio: "ignore" }).status === 0;
  return (
    process.platform === "linux" &&
    works("unshare", "--mount", "--propagation", "private", "chroot", "/", "true") &&
    works("debootstrap", "--version")
  );
}

function own(exchange: string): Toolchain {
  const build = join(tmpdir(), "handstamp-swift-build");
  mkdirSync(build, { recursive: true });
  return {
    prepare: () => Promise.resolve(),
    run: ([file = "", ...args]) =>
      collect(file, args, {
        cwd: PACKAGE,
        env: {
          ...process.env,
          HANDSTAMP_WORLD: join(exchange, "world.json"),
          HANDSTAMP_TOKENS: join(exchange, "tokens.ndjson"),
        },
      }),
    build,
    package: PACKAGE,
  };
}

function inChroot(exchange: string): Toolchain {
  return {
    async prepare() {
      const { status, output } = await collect(SCRIPT, ["prepare"]);
      if (status !== 0) throw new Error(`The toolchain could not be made.\n${output}`);
    },
    run: (command) => collect(SCRIPT, ["run", exchange, ...command]),
    build: "/build",
    package: "/package",
  };
}

function collect(
  file: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    const take = (chunk: string) => {
      output += chunk;
    };
    child.stdout.setEncoding("utf8").on("data", take);
    child.stderr.setEncoding("utf8").on("data", take);
    child.on("error", reject);
    child.on("close", (status) => resolve({ status: status ?? 1, output }));
  });
}
