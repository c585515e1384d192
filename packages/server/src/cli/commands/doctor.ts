import type { Command } from "commander";
import { type Answer, addExamples, type Bind } from "../command.ts";
import { settingsAsTheyAre } from "../credentials.ts";
import type { Finding } from "../doctor/check.ts";
import { CHECKS } from "../doctor/checks.ts";
import { visible } from "../output/escape.ts";
import { padded, wrapped } from "../output/measure.ts";
import type { Canvas } from "../output/paint.ts";
import type { Shell } from "../shell.ts";

interface Options {
  readonly config?: string;
  readonly data?: string;
  readonly online?: boolean;
}

export function define(command: Command, bind: Bind): void {
  command
    .description(
      "Look for what is wrong with this installation: the configuration, the shapes of the credentials, " +
        "callers, policy, the clock, the data folder, the store, the port. Every problem is told with its mend and by the " +
        "setting's name, never its value. Nothing is changed. Exit status 1 when something is wrong.",
    )
    .option("--config <path>", "the configuration file (HANDSTAMP_CONFIG, else handstamp.yaml)")
    .option("--data <folder>", "the data folder (HANDSTAMP_DATA, else .handstamp)")
    .option(
      "--online",
      "also ask the servers that know your users, and the provider's for the time",
    )
    .action(bind<Options>(run));
  addExamples(command, [
    ["Before the first start", "handstamp doctor"],
    ["In a deployment's check", "handstamp doctor --json --config /etc/handstamp/handstamp.yaml"],
    ["Does our sign-in answer as it should?", "handstamp doctor --online"],
    ["Tokens are refused as expired or as not yet valid", "handstamp doctor --online"],
  ]);
}

async function run(shell: Shell, { online = false, ...overrides }: Options): Promise<Answer> {
  const patient = { shell, online, ...settingsAsTheyAre(shell.world, overrides) };
  const findings: Finding[] = [];
  for (const { name, run: look } of CHECKS)
    findings.push(...(await look(patient)).map((outcome) => ({ check: name, ...outcome })));
  const healthy = findings.every(({ status }) => status !== "error");
  return {
    json: { ok: healthy, checks: findings },
    text: (canvas) => render(findings, canvas),
    exit: healthy ? 0 : 1,
  };
}

function render(findings: readonly Finding[], canvas: Canvas): string {
  const names = Math.max(...findings.map(({ check }) => check.length));
  const lines = findings.flatMap((finding, i) =>
    line(finding, finding.check === findings[i - 1]?.check, names, canvas),
  );
  return [...lines, "", summary(findings, canvas)].join("\n");
}

function line(
  { check, status, message, mend }: Finding,
  isSame: boolean,
  names: number,
  { paint, glyphs, columns }: Canvas,
): readonly string[] {
  const style = status === "ok" ? "good" : status === "skipped" ? "quiet" : status;
  const sign = status === "ok" ? glyphs.good : status === "skipped" ? glyphs.line : glyphs[status];
  const indent = " ".repeat(names + 4);
  const room = Math.max(20, columns - indent.length - 2);
  const [first = "", ...rest] = wrapped(visible(message), room);
  const [mendFirst = "", ...mendRest] = mend === undefined ? [] : wrapped(visible(mend), room);
  return [
    `${paint(style, sign)} ${padded(isSame ? "" : check, names)}  ${first}`,
    ...rest.map((text) => indent + text),
    ...(mend === undefined ? [] : [`${indent}${paint("good", glyphs.mend)} ${mendFirst}`]),
    ...mendRest.map((text) => `${indent}  ${text}`),
  ];
}

function summary(findings: readonly Finding[], { paint }: Canvas): string {
  const count = (wanted: Finding["status"]) =>
    findings.filter(({ status }) => status === wanted).length;
  const errors = count("error");
  const warnings = count("warning");
  const more = warnings === 0 ? "" : ` ${plural(warnings, "warning")}.`;
  if (errors > 0) return `${paint("error", `${plural(errors, "problem")} to mend.`)}${more}`;
  return `${paint("good", "Nothing is wrong.")}${more}`;
}

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;
