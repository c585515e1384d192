import { inspect } from "@handstamp/core";
import type { Command } from "commander";
import { type Answer, addExamples, type Bind } from "../command.ts";
import { keysForInspection } from "../credentials.ts";
import { findToken, providerOf } from "../find-token.ts";
import { parseMoment, readToken } from "../input.ts";
import { renderInspection } from "../output/inspection.ts";
import { inspectionJson } from "../output/inspection-json.ts";
import type { Shell } from "../shell.ts";

interface Options {
  readonly now?: string;
  readonly bytes?: boolean;
}

export function define(command: Command, bind: Bind): void {
  command
    .description(
      "Show what is in a token of any provider and what is wrong with it, each problem with the " +
        "provider's own error code and the mend.\n\nIt needs no configuration. Where the environment or " +
        "handstamp.yaml has keys, the signature is held against them. A token in JSON, as a token " +
        "service answers it, is found. Exit status 0, also for a token with problems (`verify` " +
        "judges); 1 for what is no token of a known provider.",
    )
    .argument(
      "[token]",
      "the token; - or none reads standard input, which the shell does not remember",
    )
    .option("--now <time>", "look at it as of this moment: unix seconds or RFC 3339")
    .option("--bytes", "show binary parts byte by byte")
    .action(bind(run));
  addExamples(command, [
    ["What an app was given", "pbpaste | handstamp inspect"],
    [
      "What a token service answers",
      "curl -s 'http://localhost:8080/token?identity=alice' | handstamp inspect",
    ],
    ["An Agora token down to its bytes", 'handstamp inspect --bytes "$TOKEN"'],
    ["In a script", "handstamp inspect --json - < token.txt | jq '.problems[].code'"],
  ]);
}

const NO_KEYS: ReturnType<typeof keysForInspection> = { keys: [] };

async function run(shell: Shell, options: Options, argument?: string): Promise<Answer> {
  const now = options.now === undefined ? shell.now() : parseMoment(options.now);
  const { text, pointer } = findToken(await readToken(shell, argument));
  const provider = providerOf(text);
  const { keys, trouble } = provider ? keysForInspection(shell.world, provider.id) : NO_KEYS;
  const inspection = inspect(text, { now, keys });
  return {
    json: {
      ...inspectionJson(inspection),
      ...(pointer === undefined ? {} : { found_at: pointer }),
    },
    text: (canvas) =>
      renderInspection({ inspection, text, now, bytes: options.bytes === true }, canvas),
    warnings: [
      ...(pointer === undefined
        ? []
        : [`This is the token at ${pointer} of the JSON that was given.`]),
      ...(trouble === undefined
        ? []
        : [`The signature is not checked, because the keys cannot be read: ${trouble}`]),
    ],
    exit: inspection.provider === null ? 1 : 0,
  };
}
