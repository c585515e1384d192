import { statSync } from "node:fs";
import { resolve } from "node:path";
import type { Command } from "commander";
import { type Answer, addExamples, type Bind } from "../command.ts";
import { UsageError } from "../failure.ts";
import { visible } from "../output/escape.ts";
import { size } from "../output/size.ts";
import { addPlaceOptions, configAt, type Place, withStore } from "../place.ts";
import type { Shell } from "../shell.ts";

export function define(command: Command, bind: Bind): void {
  addPlaceOptions(
    command
      .description(
        "Copy the store into a new file while the service runs: the record, the API tokens' digests, " +
          "the keys' states, as they are at one moment. The copy appears whole or not at all, and only " +
          "its owner may read it.",
      )
      .argument("<file>", "where the copy goes; there must be no file yet"),
  ).action(bind<Place>(run));
  addExamples(command, [
    ["Every night", "handstamp backup /backups/handstamp-$(date +%F).db"],
    ["And back", "handstamp restore /backups/handstamp-2026-11-21.db"],
  ]);
}

async function run(shell: Shell, options: Place, file?: string): Promise<Answer> {
  if (file === undefined || file === "") throw new UsageError("say where the copy goes.");
  const path = resolve(shell.world.cwd, file);
  await withStore(configAt(shell, options), false, (store) => store.backup(path));
  const bytes = statSync(path).size;
  return {
    json: { file: path, bytes },
    text: ({ paint, glyphs }) => `${paint("good", glyphs.good)} ${visible(path)} (${size(bytes)})`,
  };
}
