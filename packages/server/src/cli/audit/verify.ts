import type { Command } from "commander";
import type { Verdict } from "../../audit/verify.ts";
import { type Answer, addExamples, type Bind } from "../command.ts";
import { visible } from "../output/escape.ts";
import { wrapped } from "../output/measure.ts";
import type { Canvas } from "../output/paint.ts";
import { addPlaceOptions, configAt, type Place, withStore } from "../place.ts";
import type { Shell } from "../shell.ts";
import { readHeads } from "./heads.ts";

interface Options extends Place {
  readonly head?: string;
}

export function defineVerify(command: Command, bind: Bind): void {
  addPlaceOptions(
    command
      .summary("check that no entry was changed, removed or moved")
      .description(
        "Check every chain of the log, entry by entry, and name the first bad one. Exit status 1 when " +
          "there is one.\n\nWhoever may write the store can cut entries off its end and write a shorter " +
          "chain that is whole in itself: that shows only against a head that was exported earlier and " +
          "kept elsewhere.",
      )
      .option("--head <file>", "also check against the heads that `audit export --head` wrote"),
  ).action(bind<Options>(verify));
  addExamples(command, [
    ["In a nightly job", "handstamp audit verify --json"],
    ["Against the heads of last night", "handstamp audit verify --head /mnt/elsewhere/heads.json"],
  ]);
}

async function verify(shell: Shell, options: Options): Promise<Answer> {
  const against = options.head === undefined ? [] : readHeads(shell.world, options.head);
  const { verifyAll } = await import("../../audit/verify.ts");
  const verdicts = await withStore(configAt(shell, options), false, (store) =>
    verifyAll(store, against),
  );
  const ok = verdicts.every((verdict) => verdict.ok);
  return {
    json: { ok, chains: verdicts },
    text: (canvas) =>
      verdicts.length === 0
        ? "The log is empty."
        : verdicts.flatMap((verdict) => lines(verdict, against.length > 0, canvas)).join("\n"),
    exit: ok ? 0 : 1,
  };
}

function lines(verdict: Verdict, compared: boolean, canvas: Canvas): readonly string[] {
  const { paint, glyphs, columns } = canvas;
  const chain = `chain ${visible(verdict.chain)}`;
  if (verdict.ok) {
    const { seq, hash } = verdict.head;
    const head = compared ? "whole, and goes on from the exported head" : "whole";
    return [
      `${paint("good", `${glyphs.good} ${chain}`)}: ${head}; ${count(verdict.entries)}`,
      `  ${paint("quiet", "ends at")} #${seq} ${hash}`,
    ];
  }
  return [
    `${paint("error", `${glyphs.error} ${chain}`)}: bad at entry #${verdict.seq}`,
    ...wrapped(verdict.message, columns - 2).map((line) => `  ${line}`),
  ];
}

const count = (entries: number): string => `${entries} ${entries === 1 ? "entry" : "entries"}`;
