import { type Context, type Provider, type Verified } from "@handstamp/core";
import { HandstampError } from "@handstamp/protocol";
import type { Command } from "commander";
import { type Answer, addExamples, type Bind } from "../command.ts";
import { findCredentials, keysOf, variablesFor } from "../credentials.ts";
import { findToken, providerOf } from "../find-token.ts";
import { parseMoment, readToken } from "../input.ts";
import { visible } from "../output/escape.ts";
import { grantTable } from "../output/grants.ts";
import { table } from "../output/table.ts";
import { local, relative, rfc3339 } from "../output/time.ts";
import type { Shell } from "../shell.ts";

interface Options {
  readonly now?: string;
  readonly config?: string;
}

export function define(command: Command, bind: Bind): void {
  command
    .description(
      "Check a token's form, signature, account and times against your own keys. Exit status 0 for a " +
        "token that is valid, 1 for any other; `inspect` shows everything that is wrong at once.\n\n" +
        "The keys come from the environment or from handstamp.yaml.",
    )
    .argument(
      "[token]",
      "the token; - or none reads standard input, which the shell does not remember",
    )
    .option("--now <time>", "check as of this moment: unix seconds or RFC 3339")
    .option("--config <path>", "the configuration file")
    .action(bind(run));
  addExamples(command, [
    ["In a script", 'handstamp verify "$TOKEN" && echo valid'],
    [
      "With a key that is in no file",
      "TWILIO_ACCOUNT_SID=AC... TWILIO_API_KEY=SK... TWILIO_API_SECRET=$(pass twilio) handstamp verify -",
    ],
    [
      "Will it still be valid at nine?",
      "handstamp verify --now 2026-11-21T21:00:00Z - < token.txt",
    ],
  ]);
}

async function run(shell: Shell, options: Options, argument?: string): Promise<Answer> {
  const now = options.now === undefined ? shell.now() : parseMoment(options.now);
  const { text } = findToken(await readToken(shell, argument));
  const provider = recognised(text);
  const verified = verifyWith(shell, provider, text, { now }, options.config);
  const { id, identity, account, keyId, issuedAt, expiresAt, grants } = verified;
  return {
    json: {
      valid: true,
      provider: provider.id,
      id,
      identity,
      account,
      key_id: keyId,
      issued_at: issuedAt === undefined ? undefined : rfc3339(issuedAt),
      expires_at: rfc3339(expiresAt),
      grants,
    },
    text: (canvas) => {
      const { paint, glyphs } = canvas;
      const rows = [
        ["identity", visible(identity), "strong"],
        ["account", visible(account)],
        ["key", visible(keyId)],
        ["expires", `${local(expiresAt)}, ${relative(expiresAt, now)}`],
      ] as const;
      const head = `${paint("good", `${glyphs.good} valid`)}: the signature, the account and the times are right`;
      return [head, "", ...table(rows, canvas), "", ...grantTable(grants, canvas)].join("\n");
    },
  };
}

/** @throws HandstampError `token_malformed` */
function recognised(text: string): Provider {
  const provider = providerOf(text);
  if (provider) return provider;
  throw new HandstampError(
    "token_malformed",
    "This is no token of a provider that is known here: `handstamp inspect` says what it looks like.",
  );
}

/** @throws HandstampError `token_...`, or `config_missing` where there is no key of this provider */
function verifyWith(
  { world }: Shell,
  provider: Provider,
  text: string,
  context: Context,
  config: string | undefined,
): Verified {
  const found = findCredentials(world, config);
  const keys = found ? keysOf(found, provider.id) : [];
  if (keys.length > 0) return provider.verify(text, keys, context);
  throw new HandstampError(
    "config_missing",
    `There is no ${provider.title} key to verify with: set ${variablesFor(provider.id).join(", ")}, or \`providers.${provider.id}\` in handstamp.yaml.`,
  );
}
