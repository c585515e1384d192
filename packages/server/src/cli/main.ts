#!/usr/bin/env node
/** The program `handstamp`: reads the arguments, runs one command, leaves an exit status. */
import process from "node:process";
import { report } from "./failure.ts";
import { buildProgram } from "./program.ts";
import { nodeShell } from "./shell.ts";

// A reader that has seen enough, such as `head`, closes the pipe: that is no failure of ours.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});

if (Number.parseInt(process.versions.node, 10) < 24) {
  process.stderr.write(`handstamp: Node 24 or newer is needed; this is ${process.version}.\n`);
  process.exit(1);
}

const shell = nodeShell();
const argv = process.argv.slice(2);
const outcome = { exit: 0 };
try {
  const program = await buildProgram(shell, outcome, argv);
  await program.parseAsync(argv, { from: "user" });
} catch (error) {
  outcome.exit = report(shell, error, argv);
}
// Not process.exit(): what is still on its way into a pipe would be lost.
process.exitCode = outcome.exit;
