import { type Minted, type MintRequest, PROVIDERS, type Provider } from "@handstamp/core";
import type { JsonObject } from "@handstamp/protocol";
import type { Command } from "commander";
import { revealKey } from "../../config/config.ts";
import { withDefaults } from "../../issue/everything.ts";
import { type Answer, addExamples, type Bind } from "../command.ts";
import { findCredentials, providerConfig, variablesFor } from "../credentials.ts";
import { UsageError } from "../failure.ts";
import {
  addGrantFlags,
  addOptionFlags,
  type Given,
  grantsFrom,
  inFlags,
  optionsFrom,
} from "../grant-flags.ts";
import { parseDuration } from "../input.ts";
import { visible } from "../output/escape.ts";
import { grantTable } from "../output/grants.ts";
import { table } from "../output/table.ts";
import { duration, local, relative, rfc3339 } from "../output/time.ts";
import type { Shell } from "../shell.ts";

interface Options extends Given {
  readonly identity?: string;
  readonly ttl?: string;
  readonly project?: string;
  readonly config?: string;
}

export function define(command: Command, bind: Bind): void {
  command.description(
    "Make a token with your own key, which the environment or handstamp.yaml holds. The token alone " +
      "goes to standard output; on a terminal a summary follows.",
  );
  for (const provider of Object.values(PROVIDERS))
    defineFor(command.command(provider.id), provider, bind);
  addExamples(
    command,
    EXAMPLES["twilio"]?.slice(0, 1).concat(EXAMPLES["agora"]?.slice(0, 1) ?? []) ?? [],
  );
}

function defineFor(command: Command, provider: Provider, bind: Bind): void {
  const { defaultTtl, maxTtl } = provider.facts;
  command
    .summary(`a ${provider.title} token`)
    .description(
      `Make a ${provider.title} token. The key comes from ${variablesFor(provider.id).join(", ")} or from handstamp.yaml, never from an argument.\n\n` +
        "A flag is the path of a field in the request's `grants`: --chat alone grants the product, a " +
        "dotted flag sets one of its fields. Fields that are left out are filled from the configured defaults.",
    )
    .option("-i, --identity <identity>", "whom the token is for (required)")
    .option(
      "-t, --ttl <time>",
      `how long it lives: seconds, or 15m, 1h30m; at most ${duration(maxTtl)} (default: ${duration(defaultTtl)})`,
    )
    .option("--project <name>", "whose key, where the configuration has several projects")
    .option("--config <path>", "the configuration file");
  addOptionFlags(command, provider);
  addGrantFlags(command, provider);
  command.action(bind<Options>((shell, options) => run(shell, provider, options)));
  addExamples(command, EXAMPLES[provider.id] ?? []);
}

const EXAMPLES: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  twilio: [
    [
      "A video room and chat, for an hour",
      "handstamp mint twilio --identity alice --video.room lesson-12 --chat --ttl 1h",
    ],
    [
      "A phone that calls and is called",
      "handstamp mint twilio -i alice --voice.incoming --voice.outgoing.application_sid AP...",
    ],
    ["Make one and look at it", "handstamp mint twilio -i alice --sync | handstamp inspect"],
  ],
  agora: [
    [
      "A host in a channel",
      "handstamp mint agora --identity alice --rtc.channel lesson-12 --rtc.uid 7 --rtc.role publisher",
    ],
    [
      "Call and messages in one token",
      "handstamp mint agora -i alice --rtc.channel lesson-12 --rtc.uid 7 --rtm",
    ],
    [
      "Only some message channels",
      "handstamp mint agora -i alice --rtm2.permissions.message.read lesson-12",
    ],
  ],
};

function run(shell: Shell, provider: Provider, options: Options): Answer {
  if (options.identity === undefined)
    throw new UsageError(
      "--identity is missing: say whom the token is for, such as --identity alice.",
    );
  const found = findCredentials(shell.world, options.config);
  const config = providerConfig(found, provider.id, options.project);
  const { request, minted } = make(shell, provider, options, config);
  const warnings = [...minted.warnings, ...(found?.notices ?? [])];
  return {
    json: {
      id: minted.id,
      provider: provider.id,
      identity: request.identity,
      token: minted.token,
      issued_at: rfc3339(minted.issuedAt),
      expires_at: rfc3339(minted.expiresAt),
      grants: request.grants,
      warnings,
    },
    text: () => minted.token,
    note: (canvas) => {
      const rows = [
        ["identity", visible(request.identity), "strong"],
        ["expires", `${local(minted.expiresAt)}, ${relative(minted.expiresAt, shell.now())}`],
        ["id", minted.id],
      ] as const;
      return ["", ...table(rows, canvas), "", ...grantTable(request.grants, canvas)].join("\n");
    },
    warnings,
  };
}

type Config = ReturnType<typeof providerConfig>;

/** Parses and mints; what is wrong with a field is said in the names of the flags. */
function make(
  shell: Shell,
  provider: Provider,
  options: Options,
  { key, settings }: Config,
): { readonly request: MintRequest; readonly minted: Minted } {
  const wanted = grantsFrom(provider, options);
  if (Object.keys(wanted).length === 0)
    throw new UsageError(
      `there is nothing to grant: name a product, such as --${provider.products[0]?.key}.`,
    );
  const ttl = options.ttl === undefined ? {} : { ttl: parseDuration(options.ttl) };
  try {
    const request = provider.parse({
      identity: options.identity,
      ...ttl,
      grants: filled(provider, wanted, settings),
      options: { ...regionOf(provider, settings), ...optionsFrom(provider, options) },
    });
    return { request, minted: provider.mint(request, revealKey(key), { now: shell.now() }) };
  } catch (error) {
    throw inFlags(error);
  }
}

function filled(
  provider: Provider,
  wanted: Readonly<Record<string, JsonObject>>,
  settings: Config["settings"],
): Record<string, JsonObject> {
  return Object.fromEntries(
    provider.products
      .filter(({ key }) => wanted[key] !== undefined)
      .map((product) => [product.key, withDefaults(product, wanted[product.key] ?? {}, settings)]),
  );
}

/** Settings that have the name of an option are its default. */
function regionOf(provider: Provider, settings: Config["settings"]): JsonObject {
  return Object.fromEntries(
    Object.keys(provider.options.fields).flatMap((name) =>
      settings[name] === undefined ? [] : [[name, settings[name]]],
    ),
  );
}
