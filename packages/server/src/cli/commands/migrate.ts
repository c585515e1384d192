import { HandstampError } from "@handstamp/protocol";
import type { Command } from "commander";
import { type Answer, addExamples, type Bind } from "../command.ts";
import type { Canvas } from "../output/paint.ts";
import { addPlaceOptions, configAt, type Place, withStore } from "../place.ts";
import type { Shell } from "../shell.ts";

export function define(command: Command, bind: Bind): void {
  addPlaceOptions(
    command.description(
      "Bring the store's schema up to date, and make the store where there is none. The service does " +
        "this by itself when it starts; a deployment that migrates first starts the service faster.",
    ),
  ).action(bind<Place>(run));
  addExamples(command, [
    ["Before an upgrade", "handstamp backup before-upgrade.db && handstamp migrate"],
  ]);
}

async function run(shell: Shell, options: Place): Promise<Answer> {
  const config = configAt(shell, options);
  if (config.store.kind !== "sqlite") {
    await withStore(config, true, () => Promise.resolve());
    return { json: { steps: [] }, text: () => "The schema is up to date." };
  }
  const { path } = config.store;
  const { schemaOf } = await import("../../store/sqlite/schema-state.ts");
  const { pending, unknown, applied } = schemaOf(path);
  if (unknown.length > 0)
    throw new HandstampError(
      "store_unavailable",
      `The store was made by a newer version of Handstamp (it has ${unknown.join(", ")}): use that version.`,
    );
  await withStore(config, true, () => Promise.resolve());
  return {
    json: { store: path, steps: pending, version: [...applied, ...pending].at(-1) },
    text: (canvas) => render(path, pending, applied.length === 0, canvas),
  };
}

function render(
  path: string,
  steps: readonly string[],
  isNew: boolean,
  { paint, glyphs }: Canvas,
): string {
  const good = paint("good", glyphs.good);
  if (steps.length === 0) return `${good} ${path} is up to date`;
  const head = isNew ? `made ${path}` : `brought ${path} up to date`;
  return [`${good} ${head}`, ...steps.map((step) => `  ${step}`)].join("\n");
}
