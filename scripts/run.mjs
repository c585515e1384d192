// The only script that the machine's own Node runs, however old it is. It installs what is missing,
// then hands over to a Node that can run the product (24 or newer, the project brings one from npm).
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");
const MINIMUM = 24;
const STAMP = join(ROOT, "node_modules", ".handstamp-install");

/** What each command needs installed, and what it runs. */
const COMMANDS = {
  start: { needs: "runtime", build: true, run: ["packages/server/dist/cli/main.js", "serve"] },
  handstamp: { needs: "runtime", build: true, run: ["packages/server/dist/cli/main.js"] },
  build: { needs: "runtime", build: true, run: [] },
  test: { needs: "everything", build: true, run: ["scripts/test.ts"] },
  bench: { needs: "everything", build: true, run: ["bench/run.ts"] },
  lint: { needs: "everything", build: true, run: ["scripts/lint.ts"] },
  format: { needs: "everything", build: false, run: ["scripts/lint.ts", "--write"] },
};

const [name, ...rest] = process.argv.slice(2);
const command = COMMANDS[name];
if (!command) fail(`unknown command; known are ${Object.keys(COMMANDS).join(", ")}`);

install(command.needs);
const node = findNode();
if (command.build)
  must(node, [join(ROOT, "node_modules", "typescript", "bin", "tsc"), "-b"], "the build failed");
if (command.run.length > 0) handOver(node, [...command.run, ...rest]);

/** Installs from the lock file when it has changed since the last time, or when less was installed. */
function install(needs) {
  const lock = createHash("sha256")
    .update(readFileSync(join(ROOT, "package-lock.json")))
    .digest("hex");
  const have = existsSync(STAMP) ? readFileSync(STAMP, "utf8") : "";
  if (have === `${lock} everything` || have === `${lock} ${needs}`) return;
  process.stderr.write("handstamp: installing packages (this happens once) ...\n");
  const omit = needs === "everything" ? [] : ["--omit=dev"];
  must("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error", ...omit], "npm ci failed");
  mkdirSync(dirname(STAMP), { recursive: true });
  writeFileSync(STAMP, `${lock} ${needs}`);
}

/** This Node when it is new enough, else the one that npm installed. */
function findNode() {
  if (Number(process.versions.node.split(".")[0]) >= MINIMUM) return process.execPath;
  const brought = join(
    ROOT,
    "node_modules",
    ".bin",
    process.platform === "win32" ? "node.cmd" : "node",
  );
  if (existsSync(brought)) return brought;
  return fail(
    `Node ${MINIMUM} or newer is needed; this is ${process.version}, and npm has no Node for ` +
      `${process.platform}-${process.arch}. Install one and try again.`,
  );
}

function must(file, args, message) {
  const shell = process.platform === "win32";
  const { status } = spawnSync(file, args, { cwd: ROOT, stdio: ["ignore", 2, 2], shell });
  if (status !== 0) fail(message);
}

/** Runs the command in the caller's folder, passes signals on, and ends as it ends. */
function handOver(file, [script, ...args]) {
  const path = join(ROOT, ...script.split("/"));
  const cwd = process.env.INIT_CWD && name === "handstamp" ? process.env.INIT_CWD : ROOT;
  const child = spawn(file, [path, ...args], { cwd, stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"])
    process.on(signal, () => child.kill(signal));
  child.on("exit", (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
}

function fail(message) {
  process.stderr.write(`handstamp: ${message}\n`);
  process.exit(1);
}
