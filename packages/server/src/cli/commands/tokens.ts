import type { JsonObject } from "@handstamp/protocol";
import { PRODUCTS } from "@handstamp/protocol";
import { type Command, Option } from "commander";
import { addBackendOptions, type BackendOptions, withBackend } from "../backend/open.ts";
import { gather, type Listing } from "../backend/pages.ts";
import { type Answer, addExamples, type Bind } from "../command.ts";
import { addFilterOptions, type FilterOptions, filterFrom } from "../filters.ts";
import { textOf } from "../output/cell.ts";
import { visible } from "../output/escape.ts";
import { shortened } from "../output/measure.ts";
import type { Canvas } from "../output/paint.ts";
import { grid } from "../output/table.ts";
import { relative, timeColumn } from "../output/time.ts";
import type { Shell } from "../shell.ts";

interface Options extends BackendOptions, FilterOptions {
  readonly provider?: string;
}

export function define(command: Command, bind: Bind): void {
  command.description("The record of issued tokens. No token is in it, only what it was for.");
  defineList(command.command("list"), bind);
  addExamples(command, [["What has alice been given?", "handstamp tokens list --identity alice"]]);
}

function defineList(command: Command, bind: Bind): void {
  command
    .summary("list issued tokens, newest first")
    .description(
      "List what was issued, newest first: to whom, for what, until when, asked for by whom.",
    )
    .addOption(
      new Option("--provider <name>", "only this provider's").choices(Object.keys(PRODUCTS)),
    );
  addBackendOptions(addFilterOptions(command)).action(bind<Options>(list));
  addExamples(command, [
    [
      "What has alice been given since yesterday?",
      "handstamp tokens list --identity alice --from 24h",
    ],
    [
      "Agora's of one day, as JSON",
      "handstamp tokens list --provider agora --from 2026-11-21T00:00:00Z --to 2026-11-21T23:59:59Z --json",
    ],
  ]);
}

async function list(shell: Shell, options: Options): Promise<Answer> {
  const { provider } = options;
  const { limit, query } = filterFrom(shell, options);
  const request = { id: "listTokens", query: { ...query, ...(provider && { provider }) } } as const;
  const { items, more } = await withBackend(shell, options, {}, (backend) =>
    gather(backend, request, "tokens", limit),
  );
  return {
    json: { tokens: items, more },
    text: (canvas) => render({ items, more }, shell.now(), canvas),
  };
}

const IDENTITY_COLUMNS = 28;

function render({ items, more }: Listing, now: number, canvas: Canvas): string {
  if (items.length === 0) return "No token was issued that fits.";
  const times = items.map((token) => secondsOf(token["issued_at"]));
  const issued = timeColumn("issued", times, now);
  const rows = items.map((token, i) => [issued.cell(times[i] ?? 0), ...rowOf(token, now)]);
  const ids = items.map((token) => visible(textOf(token["id"])));
  const headings = [issued.heading, "to", "ends", "for"];
  const rest = more ? [canvas.paint("quiet", "More were issued: --limit shows them.")] : [];
  return [...grid(headings, rows, canvas, 0, ids), ...rest].join("\n");
}

function rowOf(token: JsonObject, now: number): readonly string[] {
  const ends = secondsOf(token["expires_at"]);
  return [
    shortened(visible(textOf(token["identity"])), IDENTITY_COLUMNS),
    token["revoked_at"] ? "revoked" : ends > now ? relative(ends, now) : "ended",
    textOf(token["products"]),
  ];
}

function secondsOf(time: unknown): number {
  return Date.parse(String(time)) / 1000;
}
