import process from "node:process";
import type { Command } from "commander";
import type { Running } from "../../app/start.ts";
import type { Config } from "../../config/config.ts";
import { loadConfig, type Overrides } from "../../config/load.ts";
import { SERVER_PROVIDERS } from "../../providers/table.ts";
import { gatherLines, logOptions } from "../../watch/log.ts";
import { type Answer, addExamples, type Bind } from "../command.ts";
import { UsageError } from "../failure.ts";
import { banner } from "../output/banner.ts";
import { safeJson } from "../output/escape.ts";
import { canvasOf, type Shell } from "../shell.ts";
import { stopSignal } from "../stop-signal.ts";

interface Options {
  readonly port?: string;
  readonly host?: string;
  readonly config?: string;
  readonly data?: string;
  readonly mode?: string;
  readonly json?: boolean;
}

export function define(command: Command, bind: Bind): void {
  command
    .description(
      "Start the token service. Without credentials and without a configuration file it runs in " +
        "development mode: with keys that it makes up, and for this machine alone.\n\n" +
        "SIGTERM and SIGINT stop it when the requests in hand are answered; a second one stops it at once. " +
        "A change of the configuration file counts from the next request on, and SIGHUP reads it again; a " +
        "broken one changes nothing and is named in the log, which is JSON lines on standard error.",
    )
    .option("-p, --port <number>", "the port; 0 lets the system choose (PORT, else 8080)")
    .option("--host <address>", "the address to listen on (HOST, else 127.0.0.1)")
    .option("--config <path>", "the configuration file (HANDSTAMP_CONFIG, else handstamp.yaml)")
    .option("--data <folder>", "the data folder (HANDSTAMP_DATA, else .handstamp)")
    .option("--mode <mode>", "development or production (HANDSTAMP_MODE)")
    .action(bind<Options>(run));
  addExamples(command, [
    ["Try it, with nothing set up", "handstamp serve"],
    [
      "In production, behind a proxy of this machine",
      "handstamp serve --config /etc/handstamp/handstamp.yaml --data /var/lib/handstamp",
    ],
    [
      "Your own keys from the environment, for this machine alone",
      "handstamp serve --mode development",
    ],
  ]);
}

async function run(shell: Shell, options: Options): Promise<Answer> {
  const read = () => loadConfig(shell.world, SERVER_PROVIDERS, overridesOf(options));
  const config = read();
  // Only now, so that the help and a wrong setting do not wait for the server's packages.
  const { startService } = await import("../../app/start.ts");
  const { logLevelOf } = await import("../../app/settings.ts");
  const lines = gatherLines((text) => void shell.stderr.write(text));
  const logger = { ...logOptions(logLevelOf(config), Date.now), stream: lines };
  const running = await startService(config, { logger, reread: read });
  const reload = config.file === null ? undefined : () => void running.reread();
  // Before it says that it is there: whoever waits for that may stop it at once.
  const stopped = stopSignal(reload);
  announce(shell, running, config, options.json === true);
  const signal = await stopped;
  await withDeadline(shell, running.close());
  lines.flush();
  return {
    json: { event: "stopped", signal },
    text: () => `Stopped on ${signal}; every request in hand was answered.`,
  };
}

/** Container runtimes kill after 10 seconds; whatever hangs then must not hide that it does. */
const STOP_DEADLINE = 9_500;

async function withDeadline(shell: Shell, closing: Promise<void>): Promise<void> {
  const late = setTimeout(() => {
    shell.stderr.write("handstamp: it did not stop in time; what was answered is recorded.\n");
    process.exit(1);
  }, STOP_DEADLINE);
  await closing;
  clearTimeout(late);
}

function overridesOf({ port, json: _json, ...rest }: Options): Overrides {
  if (port === undefined) return rest;
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535)
    throw new UsageError("--port takes a whole number from 0 to 65535.");
  return { ...rest, port: Number(port) };
}

function announce(shell: Shell, { url }: Running, config: Config, json: boolean): void {
  const { mode, notices } = config;
  const providers = [
    ...new Set(config.projects.flatMap((project) => Object.keys(project.providers))),
  ];
  shell.stdout.write(
    json
      ? `${safeJson({ event: "listening", url, mode, providers, notices })}\n`
      : `${banner({ url, mode, providers, notices }, canvasOf(shell, "stdout"))}\n`,
  );
}
