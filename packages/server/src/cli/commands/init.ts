import { existsSync, writeFileSync } from "node:fs";
import { relative, resolve } from "node:path";
import { HandstampError, type ProviderId } from "@handstamp/protocol";
import type { Command } from "commander";
import { SERVER_PROVIDERS } from "../../providers/table.ts";
import { type Answer, addExamples, type Bind } from "../command.ts";
import { UsageError } from "../failure.ts";
import {
  type Answers,
  type InitOptions,
  providersFrom,
  signInFrom,
  USUAL,
} from "../init/answers.ts";
import { compose, variablesOf } from "../init/compose.ts";
import { tryConfiguration } from "../init/try.ts";
import { parseList } from "../input.ts";
import { visible } from "../output/escape.ts";
import type { Canvas } from "../output/paint.ts";
import type { Shell } from "../shell.ts";

interface Options extends InitOptions {
  readonly config?: string;
  readonly yes?: boolean;
  readonly force?: boolean;
}

export function define(command: Command, bind: Bind): void {
  command
    .description(
      "Write a commented handstamp.yaml for production: whose tokens, who may ask, what they may have. " +
        "It asks for what the options leave open. Secrets are not asked for: the file names the " +
        "variables that hold them. What is written loads; what would not is refused here.",
    )
    .option("--config <path>", "the file to write; default handstamp.yaml")
    .option("--providers <list>", "whose tokens: twilio, agora or both")
    .option(
      "--issuer <iss>",
      "users sign in with JWTs of this issuer; alone: OpenID Connect discovery",
    )
    .option("--audience <aud>", "the audience of those JWTs; default calls")
    .option("--jwks <url>", "the URL of the issuer's keys")
    .option("--secret-env <name>", "the variable that holds a secret shared with the issuer")
    .option("--session-url <url>", "users sign in to your app: the endpoint that says who they are")
    .option("--identity <claim>", "the claim or member with the user's id; default sub, or user.id")
    .option("--rooms <pattern>", "rooms and channels that all may enter; empty: no rule")
    .option("--origins <list>", "web pages that ask from a browser")
    .option("-y, --yes", "ask nothing: take the usual answer for what is not given")
    .option("--force", "write over a file that is there")
    .action(bind<Options>(run));
  addExamples(command, [
    ["Be asked", "handstamp init"],
    [
      "In a script",
      "handstamp init --yes --providers twilio --issuer https://login.example.com --rooms 'lesson-*'",
    ],
    [
      "Users have a session in your app",
      "handstamp init --yes --providers agora --session-url http://127.0.0.1:3000/session",
    ],
  ]);
}

async function run(shell: Shell, options: Options): Promise<Answer> {
  const { world } = shell;
  const path = resolve(
    world.cwd,
    options.config ?? world.env["HANDSTAMP_CONFIG"] ?? "handstamp.yaml",
  );
  if (existsSync(path) && !options.force)
    throw new HandstampError(
      "conflict",
      `There is a file at ${path} already: --force writes over it.`,
    );
  const answers = await answersFrom(shell, options);
  const text = compose(answers, world.env);
  tryConfiguration(text, answers, world, path);
  writeFileSync(path, text, { flag: options.force ? "w" : "wx" });
  const unset = variablesOf(answers, world.env).filter((name) => !world.env[name]);
  return {
    json: { file: path, providers: answers.providers, sign_in: answers.signIn.kind, unset },
    text: (canvas) => next(relative(world.cwd, path) || path, answers, unset, canvas),
  };
}

async function answersFrom(shell: Shell, options: Options): Promise<Answers> {
  const found = providersIn(shell);
  if (options.yes) return usualAnswers(options, found);
  if (!shell.stdin.isTTY || !shell.stderr.isTTY)
    throw new UsageError("there is no terminal to ask on: --yes takes the usual answers.");
  const { askAnswers } = await import("../init/ask.ts");
  return askAnswers(options, found);
}

/** The providers whose account is in the environment. */
function providersIn({ world: { env } }: Shell): readonly ProviderId[] {
  const isHere = ({ settings }: (typeof SERVER_PROVIDERS)[number]) =>
    settings.some(({ use, env: names }) => use === "account" && names.some((name) => env[name]));
  return SERVER_PROVIDERS.filter(isHere).map(({ id }) => id);
}

/** @throws UsageError where even the providers are not known */
function usualAnswers(options: Options, found: readonly ProviderId[]): Answers {
  const { providers, rooms = USUAL.rooms, origins = "" } = options;
  if (providers === undefined && found.length === 0)
    throw new UsageError("--providers is missing, and the environment holds no credentials.");
  return {
    providers: providers === undefined ? found : providersFrom(providers),
    signIn: signInFrom(options) ?? { kind: "api_token" },
    rooms,
    origins: parseList(origins),
  };
}

function next(
  file: string,
  { signIn }: Answers,
  unset: readonly string[],
  { paint, glyphs }: Canvas,
): string {
  const step = (what: string, line: string) => `  ${paint("strong", line)}\n      ${what}`;
  return [
    `${paint("good", `${glyphs.good} wrote ${visible(file)}`)}. Read it: it is short. What comes next:`,
    "",
    ...(unset.length > 0
      ? ["  Set, where the service runs:", ...unset.map((name) => `      ${paint("strong", name)}`)]
      : []),
    step("looks for what is wrong, and how to mend it", "handstamp doctor --online"),
    step("shows the rules as they are understood", "handstamp policy check"),
    ...(signIn.kind === "api_token"
      ? [
          step(
            "makes the API token for your back end",
            "handstamp callers create --name backend --scopes mint,mint:others",
          ),
        ]
      : []),
    step("starts the service", "handstamp serve"),
  ].join("\n");
}
