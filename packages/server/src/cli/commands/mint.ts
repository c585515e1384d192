import { type Minted, type MintRequest, PROVIDERS, type Provider } from "@handstamp/core";
import { HandstampError, type JsonObject } from "@handstamp/protocol";
import type { Command } from "commander";
import { revealKey } from "../../config/config.ts";
import { type Answer, addExamples, type Bind } from "../command.ts";
import { findCredentials, providerConfig, variablesFor } from "../credentials.ts";
import { withDefaults } from "../defaults.ts";
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
import { isInstallation, mintRecorded } from "../mint-recorded.ts";
import { visible } from "../output/escape.ts";
import { grantTable } from "../output/grants.ts";
import type { Canvas } from "../output/paint.ts";
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
      "goes to standard output; on a terminal a summary follows.\n\n" +
      "Where there is a store, or settings that name one, the issue is in the record before the token " +
      "is printed, and no token is printed that could not be recorded. Policy is not asked.",
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
    .summary(`make a token for ${provider.title}`)
    .description(
      `Make a token for ${provider.title}. The key comes from ${variablesFor(provider.id).join(", ")} or from handstamp.yaml, never from an argument.\n\n` +
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

async function run(shell: Shell, provider: Provider, options: Options): Promise<Answer> {
  const wanted = wantedFrom(provider, options);
  const found = findCredentials(shell.world, options.config);
  const own = providerConfig(found, provider.id, options.project);
  const request = requestOf(provider, wanted, own);
  const recorded = found !== null && isInstallation(shell, found);
  const minted = await inFlagsAsync(() =>
    recorded
      ? mintRecorded(shell, found, own, provider.id, request)
      : provider.mint(request, revealKey(own.key), { now: shell.now() }),
  );
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
      recorded,
      warnings,
    },
    text: () => minted.token,
    note: (canvas) => summary(request, { ...minted, recorded }, shell.now(), canvas),
    warnings,
  };
}

function summary(
  { identity, grants }: MintRequest,
  { id, expiresAt, recorded }: Pick<Minted, "id" | "expiresAt"> & { readonly recorded: boolean },
  now: number,
  canvas: Canvas,
): string {
  const rows = [
    ["identity", visible(identity), "strong"],
    ["expires", `${local(expiresAt)}, ${relative(expiresAt, now)}`],
    ["id", id],
    ["record", recorded ? "written" : "none: there is no store here, only a key"],
  ] as const;
  return ["", ...table(rows, canvas), "", ...grantTable(grants, canvas)].join("\n");
}

/** What the flags ask for, before the configuration fills it up and the provider checks it. */
interface Wanted {
  readonly identity: string;
  readonly ttl: number;
  readonly grants: Readonly<Record<string, JsonObject>>;
  readonly options: JsonObject;
}

/** @throws UsageError for what is missing, HandstampError `ttl_invalid` */
function wantedFrom(provider: Provider, given: Options): Wanted {
  const { identity, ttl } = given;
  if (identity === undefined)
    throw new UsageError(
      "--identity is missing: say whom the token is for, such as --identity alice.",
    );
  const grants = grantsFrom(provider, given);
  if (Object.keys(grants).length === 0)
    throw new UsageError(
      `there is nothing to grant: name a product, such as --${provider.products[0]?.key}.`,
    );
  const { defaultTtl, maxTtl } = provider.facts;
  const seconds = ttl === undefined ? defaultTtl : parseDuration(ttl);
  if (seconds > maxTtl)
    throw new HandstampError(
      "ttl_invalid",
      `--ttl is at most ${duration(maxTtl)} for ${provider.title}.`,
    );
  return { identity, ttl: seconds, grants, options: optionsFrom(provider, given) };
}

type Config = ReturnType<typeof providerConfig>;

/** The request as the provider reads it; what is wrong with a field is said in the names of the flags. */
function requestOf(provider: Provider, wanted: Wanted, { settings }: Config): MintRequest {
  try {
    return provider.parse({
      ...wanted,
      grants: filled(provider, wanted.grants, settings),
      options: { ...defaultOptions(provider, settings), ...wanted.options },
    });
  } catch (error) {
    throw inFlags(error);
  }
}

async function inFlagsAsync<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
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
function defaultOptions(provider: Provider, settings: Config["settings"]): JsonObject {
  return Object.fromEntries(
    Object.keys(provider.options.fields).flatMap((name) =>
      settings[name] === undefined ? [] : [[name, settings[name]]],
    ),
  );
}
