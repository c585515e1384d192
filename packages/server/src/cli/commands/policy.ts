import type { Command } from "commander";
import { addExamples, type Bind } from "../command.ts";
import { defineTest } from "../policy/cases.ts";
import { defineCheck } from "../policy/check.ts";

export function define(command: Command, bind: Bind): void {
  command.description("The rules of handstamp.yaml that say who may have what.");
  defineCheck(command.command("check"), bind);
  defineTest(command.command("test"), bind);
  addExamples(command, [
    [
      "Before a deployment, in CI",
      "handstamp policy check && handstamp policy test policy-cases.yaml",
    ],
  ]);
}
