// The only script that the machine's own Node runs, however old it is. It installs what is missing,
// then hands over to a Node that can run the product (24 or newer; the project brings one from npm).
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");
const MODULES = join(ROOT, "node_modules");
const MINIMUM = 24;
const WINDOWS = process.platform === "win32";

/** What each command needs installed, and what it runs. */
const COMMANDS = {
  start: { needs: "runtime", build: true, run: ["packages/server/dist/cli/main.js", "serve"] },
  handstamp: { needs: "runtime", build: true, run: ["packages/server/dist/cli/main.js"] },
  build: { needs: "runtime", build: true, run: [] },
  test: { needs: "everything", build: false, run: ["scripts/test.ts"] },
  bench: { needs: "everything", build: true, run: ["bench/run.ts"] },
  lint: { needs: "everything", build: false, run: ["scripts/lint.ts"] },
  format: { needs: "everything", build: false, run: ["scripts/lint.ts", "--write"] },
};

const [name, ...rest] = process.argv.slice(2);
const command = Object.hasOwn(COMMANDS, name ?? "") ? COMMANDS[name] : undefined;
if (!command) fail(`unknown command; known are ${Object.keys(COMMANDS).join(", ")}`);

if (!isInstalled(command.needs)) await install(command.needs);
const node = findNode();
if (command.build) await must(node, [join(ROOT, "scripts", "build.ts")], "the build");
if (command.run.length > 0) process.exitCode = await handOver(node, [...command.run, ...rest]);

/**
 * Holds npm's own record of what is installed against the lock file, so that it does not matter who
 * ran npm: a hand-made `npm ci` or `npm install` is as good as ours. npm writes the record last, so
 * an install that was broken off has none.
 */
function isInstalled(needs) {
  const record = join(MODULES, ".package-lock.json");
  if (!existsSync(record)) return false;
  const wanted = readPackages(join(ROOT, "package-lock.json"));
  const have = readPackages(record);
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === "" || !path.includes("node_modules")) return true;
    const found = have[path];
    if (found) return found.version === entry.version && found.integrity === entry.integrity;
    return entry.optional || entry.devOptional || (entry.dev && needs === "runtime");
  });
}

function readPackages(path) {
  return JSON.parse(readFileSync(path, "utf8")).packages;
}

/**
 * Installs what the lock file says and leaves it as it is; further flags say what the user's own npm
 * settings might not. Not `npm ci`: it also asks for packages of other platforms, and stops where a
 * registry does not have them all. That manifests and lock file agree is a check of `npm test`.
 */
async function install(needs) {
  process.stderr.write("handstamp: installing packages (this happens once) ...\n");
  const dev = needs === "everything" ? "--include=dev" : "--omit=dev";
  const flags = ["--no-save", "--include=optional", dev, "--no-audit", "--no-fund"];
  const npm = process.env.npm_execpath;
  const [file, ...args] = npm?.endsWith(".js") ? [process.execPath, npm] : ["npm"];
  await must(file, [...args, "install", ...flags, "--loglevel=error"], "npm install");
}

/** This Node when it is new enough, else the one that npm installed. */
function findNode() {
  if (Number(process.versions.node.split(".")[0]) >= MINIMUM) return process.execPath;
  const brought = join(MODULES, ".bin", WINDOWS ? "node.exe" : "node");
  if (existsSync(brought) && spawnSync(brought, ["--version"]).status === 0) return brought;
  return fail(
    `Node ${MINIMUM} or newer is needed; this is ${process.version}, and npm has no Node that runs ` +
      `on ${process.platform}-${process.arch} here. Install one and try again.`,
  );
}

/** Runs a step whose words belong on standard error, and ends here if it fails. */
async function must(file, args, what) {
  const shell = WINDOWS && file === "npm";
  const status = await run(file, args, { cwd: ROOT, stdio: ["ignore", 2, 2], shell });
  if (status !== 0) fail(`${what} failed`, status);
}

/** Runs the command itself; `handstamp` in the folder of whoever calls it, for the paths they give. */
function handOver(file, [script, ...args]) {
  const cwd = (name === "handstamp" && process.env.INIT_CWD) || ROOT;
  return run(file, [join(ROOT, ...script.split("/")), ...args], { cwd, stdio: "inherit" });
}

/**
 * Runs a child to its end, passes signals on, and gives its exit status (128 + n for signal n).
 *
 * A terminal's Ctrl-C reaches the child by itself: passed on as well, it would arrive twice, and
 * the service takes the second one as "stop at once".
 */
function run(file, args, options) {
  const child = spawn(file, args, options);
  const pass = (signal) => {
    if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
  for (const signal of signals) process.on(signal, pass);
  return new Promise((resolve) => {
    child.on("error", (error) => fail(`${file} did not start: ${error.message}`));
    child.on("exit", (code, signal) => {
      for (const each of signals) process.off(each, pass);
      resolve(signal ? 128 + constants.signals[signal] : code);
    });
  });
}

function fail(message, status = 1) {
  process.stderr.write(`handstamp: ${message}\n`);
  process.exit(status);
}
