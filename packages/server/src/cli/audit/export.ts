import { once } from "node:events";
import { createWriteStream, rmSync } from "node:fs";
import type { Writable } from "node:stream";
import { finished } from "node:stream/promises";
import { HandstampError } from "@handstamp/protocol";
import { type Command, Option } from "commander";
import { EVENTS, type EventType } from "../../audit/events.ts";
import { exportEntries, exportHeads } from "../../audit/export.ts";
import type { AuditQuery, Store } from "../../store/store.ts";
import { type Answer, addExamples, type Bind } from "../command.ts";
import { UsageError } from "../failure.ts";
import type { FilterOptions } from "../filters.ts";
import { parsePast } from "../input.ts";
import { addPlaceOptions, configAt, operatorOf, type Place, withStore } from "../place.ts";
import type { Shell } from "../shell.ts";
import { headsText } from "./heads.ts";

interface Options extends Place, Pick<FilterOptions, "identity" | "from" | "to"> {
  readonly type?: string;
  readonly project?: string;
  readonly output?: string;
  readonly head?: string;
  readonly json?: boolean;
}

/** Milliseconds between two lines of progress. */
const PROGRESS_EVERY = 1000;

export function defineExport(command: Command, bind: Bind): void {
  addPlaceOptions(
    command
      .summary("write the log as NDJSON")
      .description(
        "Write the log as NDJSON, oldest first: on each line the hash and the event exactly as it was " +
          "hashed. To standard output, or to a file that only its owner reads.\n\n" +
          "--head also writes the end of every chain. Keep it where nobody who can write the store can " +
          "write: `audit verify --head` finds by it what was cut off.",
      )
      .option("-o, --output <file>", "a new file, instead of standard output")
      .option("--head <file>", "write the end of every chain to this file")
      .addOption(new Option("--type <type>", "only this type").choices(Object.keys(EVENTS)))
      .option("--identity <identity>", "only what concerns this identity")
      .option("--project <name>", "only this project's")
      .option("--from <time>", "from this time on: RFC 3339, unix seconds, or how long ago")
      .option("--to <time>", "up to this time"),
  ).action(bind<Options>(run));
  addExamples(command, [
    ["Into an archive", "handstamp audit export | zstd > audit.ndjson.zst"],
    [
      "Every night, the heads to another machine",
      "handstamp audit export --from 24h -o last-night.ndjson --head heads.json",
    ],
    [
      "What a person's data are",
      "handstamp audit export --identity learner:42 -o learner-42.ndjson",
    ],
  ]);
}

async function run(shell: Shell, options: Options): Promise<Answer> {
  const { output, head, json } = options;
  if (json && output === undefined)
    throw new UsageError("with --json the export needs a file: name one with --output.");
  const query = queryFrom(shell, options);
  const entries = await withStore(configAt(shell, options), false, async (store) => {
    await recordExport(shell, store, query);
    const heads = await exportHeads(store);
    const written = await withOutput(shell, output, (out) => copy(shell, store, query, out));
    if (head !== undefined) shell.world.writePrivateFile(head, headsText(heads));
    return written;
  });
  return {
    json: { entries, output, ...(head === undefined ? {} : { head }) },
    text: ({ paint, glyphs }) =>
      output === undefined ? "" : `${paint("good", glyphs.good)} ${entries} entries in ${output}`,
  };
}

type Query = Omit<AuditQuery, "limit" | "order" | "cursor">;

function queryFrom(shell: Shell, options: Options): Query {
  const { type, project, identity, from, to } = options;
  const past = (text: string, flag: string) => parsePast(text, shell.now(), flag) * 1000;
  return {
    ...(identity === undefined ? {} : { identity }),
    ...(project === undefined ? {} : { project }),
    ...(type === undefined ? {} : { type: type as EventType }),
    ...(from === undefined ? {} : { from: past(from, "--from") }),
    ...(to === undefined ? {} : { to: past(to, "--to") + 999 }),
  };
}

/** Before the first line leaves: the log says who has a copy of it. */
async function recordExport(shell: Shell, store: Store, query: Query): Promise<void> {
  await store.commit([
    {
      event: {
        type: "audit.exported",
        at: shell.now() * 1000,
        project: query.project ?? null,
        actor: operatorOf(shell),
        request: null,
        identity: query.identity ?? null,
        products: [],
        data: { type: query.type ?? null, from: query.from ?? null, to: query.to ?? null },
      },
    },
  ]);
}

/** Opens where the lines go. A file that is not finished is taken away again. */
async function withOutput(
  shell: Shell,
  path: string | undefined,
  work: (out: Writable) => Promise<number>,
): Promise<number> {
  if (path === undefined) return work(shell.stdout);
  const out = createWriteStream(path, { flags: "wx", mode: 0o600 });
  try {
    await once(out, "open");
    const entries = await work(out);
    out.end();
    await finished(out);
    return entries;
  } catch (error) {
    out.destroy();
    if ((error as NodeJS.ErrnoException).code === "EEXIST")
      throw new HandstampError(
        "conflict",
        `There is a file at ${path} already; choose another name.`,
      );
    rmSync(path, { force: true });
    throw new HandstampError("internal", `${path} cannot be written.`, { cause: error });
  }
}

async function copy(shell: Shell, store: Store, query: Query, out: Writable): Promise<number> {
  const tell = progress(shell);
  let entries = 0;
  for await (const lines of exportEntries(store, query)) {
    if (!out.write(lines)) await once(out, "drain");
    entries += lines === "" ? 0 : lines.split("\n").length - 1;
    tell(entries);
  }
  tell.end();
  return entries;
}

/** A count on a terminal's standard error, for an export that takes longer than a moment. */
function progress({ stderr }: Shell) {
  let next = performance.now() + PROGRESS_EVERY;
  let shown = false;
  const tell = (entries: number) => {
    if (!stderr.isTTY || performance.now() < next) return;
    next = performance.now() + PROGRESS_EVERY;
    shown = true;
    stderr.write(`\r${entries} entries`);
  };
  return Object.assign(tell, { end: () => void (shown && stderr.write("\r\u001B[K")) });
}
