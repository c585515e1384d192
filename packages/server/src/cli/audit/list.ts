import type { JsonObject } from "@handstamp/protocol";
import { type Command, Option } from "commander";
import { EVENTS, type StoredEvent } from "../../audit/events.ts";
import { addBackendOptions, type BackendOptions, withBackend } from "../backend/open.ts";
import { gather, type Listing } from "../backend/pages.ts";
import { type Answer, addExamples, type Bind } from "../command.ts";
import { addFilterOptions, type FilterOptions, filterFrom } from "../filters.ts";
import { textOf } from "../output/cell.ts";
import { visible } from "../output/escape.ts";
import { shortened } from "../output/measure.ts";
import type { Canvas } from "../output/paint.ts";
import { grid } from "../output/table.ts";
import { timeColumn } from "../output/time.ts";
import type { Shell } from "../shell.ts";

interface Options extends BackendOptions, FilterOptions {
  readonly type?: string;
  readonly product?: string;
  readonly caller?: string;
}

export function defineList(command: Command, bind: Bind): void {
  command
    .summary("list events, newest first")
    .description("List events, newest first. Of every project, unless --project names one.")
    .addOption(new Option("--type <type>", "only this type").choices(Object.keys(EVENTS)))
    .option("--product <name>", "only this product, such as twilio.video")
    .option("--caller <id>", "only what this caller did, such as an API token's id");
  addBackendOptions(addFilterOptions(command)).action(bind<Options>(list));
  addExamples(command, [
    [
      "What was refused in the last hour, and why?",
      "handstamp audit list --type token.refused --from 1h",
    ],
    ["What did one API token do?", "handstamp audit list --caller 3kTMd81hNxLq --json"],
  ]);
}

async function list(shell: Shell, options: Options): Promise<Answer> {
  const { type, product, caller } = options;
  const { limit, query } = filterFrom(shell, options);
  const named = { ...(type && { type }), ...(product && { product }), ...(caller && { caller }) };
  const request = { id: "readAudit", query: { ...query, ...named } } as const;
  const found = await withBackend(shell, options, { allProjects: true }, (backend) =>
    gather(backend, request, "entries", limit),
  );
  return {
    json: { entries: found.items, more: found.more },
    text: (canvas) => render(found, shell.now(), canvas),
  };
}

const WHOM_COLUMNS = 24;

function render({ items, more }: Listing, now: number, canvas: Canvas): string {
  if (items.length === 0) return "There is no event that fits.";
  const events = items.map((item) => item["event"] as unknown as StoredEvent);
  const times = events.map(({ at }) => Math.floor(at / 1000));
  const time = timeColumn("time", times, now);
  const rows = events.map((event, i) => [time.cell(times[i] ?? 0), ...rowOf(event)]);
  const headings = [time.heading, "event", "by", "for", "what"];
  const rest = more ? [canvas.paint("quiet", "There are more: --limit shows them.")] : [];
  return [...grid(headings, rows, canvas, 0), ...rest].join("\n");
}

function rowOf({ type, actor, identity, products, data }: StoredEvent): readonly string[] {
  const by = actor.kind === actor.id ? actor.kind : `${actor.kind} ${actor.id}`;
  return [
    type,
    shortened(visible(by), WHOM_COLUMNS),
    shortened(visible(identity ?? ""), WHOM_COLUMNS),
    visible([products.join(" "), summary(data)].filter(Boolean).join(": ")),
  ];
}

/** The first of these tells most of an event in a line; `--json` has all of it. */
const TELLING = ["reason", "rule", "name", "state", "count", "uid", "removed", "file", "key"];

function summary(data: JsonObject): string {
  const told = TELLING.find((name) => data[name] !== undefined && data[name] !== null);
  if (told === undefined) return "";
  const text = textOf(data[told]);
  return SPEAKING.has(told) ? text : `${told} ${text}`;
}

/** Those that say what they are by themselves. */
const SPEAKING = new Set(["reason", "rule", "name", "file"]);
