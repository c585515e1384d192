import type { Command } from "commander";
import { defineExport } from "../audit/export.ts";
import { defineList } from "../audit/list.ts";
import { defineVerify } from "../audit/verify.ts";
import { addExamples, type Bind } from "../command.ts";

export function define(command: Command, bind: Bind): void {
  command.description(
    "The log: every token issued or refused and every change, in a chain in which each entry is " +
      "hashed with the one before it. An edit, a removal or a reordering breaks the chain.",
  );
  defineList(command.command("list"), bind);
  defineVerify(command.command("verify"), bind);
  defineExport(command.command("export"), bind);
  addExamples(command, [
    ["What was refused today?", "handstamp audit list --type token.refused --from 24h"],
    ["Has nobody changed it?", "handstamp audit verify --head heads.json"],
  ]);
}
