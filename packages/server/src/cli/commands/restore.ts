import { resolve } from "node:path";
import { HandstampError } from "@handstamp/protocol";
import type { Command } from "commander";
import type { Config } from "../../config/config.ts";
import type { Replaced } from "../../store/sqlite/replace.ts";
import { type Answer, addExamples, type Bind } from "../command.ts";
import { UsageError } from "../failure.ts";
import { visible } from "../output/escape.ts";
import { addPlaceOptions, configAt, operatorOf, type Place } from "../place.ts";
import type { Shell } from "../shell.ts";

export function define(command: Command, bind: Bind): void {
  addPlaceOptions(
    command
      .description(
        "Put a backup in the store's place. Stop the service first: while a process has the store " +
          "open this is refused. The store that was there is kept beside it, so that nothing newer " +
          "than the backup is lost; the restored log says what happened.",
      )
      .argument("<file>", "a file that `handstamp backup` wrote"),
  ).action(bind<Place>(run));
  addExamples(command, [
    ["After a disk has failed", "handstamp restore /backups/handstamp-2026-11-21.db"],
    [
      "Look at a backup without restoring it",
      "HANDSTAMP_STORE=sqlite:/tmp/copy.db handstamp restore backup.db && HANDSTAMP_STORE=sqlite:/tmp/copy.db handstamp audit verify",
    ],
  ]);
}

async function run(shell: Shell, options: Place, file?: string): Promise<Answer> {
  if (file === undefined || file === "") throw new UsageError("say which backup.");
  const config = configAt(shell, options);
  const store = sqlitePath(config);
  const backup = resolve(shell.world.cwd, file);
  const { replaceStore } = await import("../../store/sqlite/replace.ts");
  const replaced = await replaceStore({
    backup,
    store,
    aside: `${store}.before-restore-${digits(shell.now())}`,
    record: ({ entries, before }) => ({
      event: {
        type: "store.restored",
        at: shell.now() * 1000,
        project: null,
        actor: operatorOf(shell),
        request: null,
        identity: null,
        products: [],
        data: { file: backup, entries, entries_before: before },
      },
    }),
  });
  return answerOf(replaced, store);
}

/** @throws HandstampError `config_invalid` where the store is no file */
function sqlitePath({ store }: Config): string {
  if (store.kind === "sqlite") return store.path;
  throw new HandstampError(
    "config_invalid",
    "The store is a PostgreSQL database: restore it with pg_restore.",
  );
}

/** 20261121T120000Z */
function digits(now: number): string {
  return new Date(now * 1000).toISOString().replace(/[-:]|\.000/g, "");
}

function answerOf({ entries, before, aside }: Replaced, store: string): Answer {
  const newer = before === null ? 0 : Math.max(0, before - entries);
  return {
    json: { store, entries, replaced: aside === null ? null : { file: aside, entries: before } },
    text: ({ paint, glyphs }) =>
      [
        `${paint("good", glyphs.good)} restored ${visible(store)}: ${entries} entries in its log`,
        ...(aside === null ? [] : [`  the store before it is kept at ${visible(aside)}`]),
      ].join("\n"),
    warnings:
      newer > 0
        ? [
            `the replaced store had ${newer} entries more than the backup: tokens that they record are in use and not in this record.`,
          ]
        : [],
  };
}
