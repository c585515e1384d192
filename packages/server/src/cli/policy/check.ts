import type { Json, JsonObject } from "@handstamp/protocol";
import type { Command } from "commander";
import { describe, type RuleDescription } from "../../policy/index.ts";
import { type Answer, addExamples, type Bind } from "../command.ts";
import { textOf } from "../output/cell.ts";
import { visible } from "../output/escape.ts";
import type { Canvas } from "../output/paint.ts";
import { table } from "../output/table.ts";
import { duration } from "../output/time.ts";
import type { Shell } from "../shell.ts";
import { addPolicyOptions, type PolicyOptions, policyAt } from "./settings.ts";

export function defineCheck(command: Command, bind: Bind): void {
  addPolicyOptions(
    command
      .summary("compile the policy and show its rules")
      .description(
        "Compile the policy as the service does and show its rules as they were understood. Every " +
          "mistake is named with its file, line and column; exit status 1 then.",
      ),
  ).action(bind<PolicyOptions>(check));
  addExamples(command, [
    ["After an edit", "handstamp policy check"],
    ["Another file", "handstamp policy check --config new.yaml"],
  ]);
}

function check(shell: Shell, options: PolicyOptions): Answer {
  const { project, policy, config } = policyAt(shell, options);
  const rules = describe(policy);
  const developing = policy.rules.some(({ namesNothing }) => namesNothing);
  return {
    json: { project, file: config.file, rules },
    text: (canvas) =>
      developing
        ? "There is no policy: in development mode everything is allowed."
        : render(rules, canvas),
  };
}

function render(rules: readonly RuleDescription[], canvas: Canvas): string {
  if (rules.length === 0) return "The policy has no rules: nothing is allowed.";
  const good = canvas.paint("good", canvas.glyphs.good);
  const head = `${good} ${rules.length} ${rules.length === 1 ? "rule" : "rules"}; what none of them allows is refused`;
  return [head, ...rules.flatMap((rule) => ["", ...ruleLines(rule, canvas)])].join("\n");
}

function ruleLines(rule: RuleDescription, canvas: Canvas): readonly string[] {
  const { name, when, allow, ttl, max_ttl } = rule;
  const rows = [
    ["when", when === undefined ? "always" : visible(when)],
    ...allow.map((entry, i) => [i === 0 ? "allows" : "", entryText(entry)] as const),
    ...(ttl === undefined ? [] : [["ttl", duration(ttl)] as const]),
    ...(max_ttl === undefined ? [] : [["at most", duration(max_ttl)] as const]),
  ] as const;
  return [canvas.paint("strong", visible(name)), ...table(rows, canvas)];
}

/** `twilio.video  room lesson-*` */
function entryText({ product, ...fields }: JsonObject): string {
  const said = Object.entries(fields).map(([name, value]) => fieldText(name, value));
  return visible([textOf(product as Json), said.join("; ")].filter(Boolean).join(": "));
}

function fieldText(name: string, value: Json): string {
  return value === true ? name : `${name} ${textOf(value)}`;
}
