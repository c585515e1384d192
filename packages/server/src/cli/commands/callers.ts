import { randomBytes } from "node:crypto";
import type { JsonObject } from "@handstamp/protocol";
import type { Command } from "commander";
import { addBackendOptions, type BackendOptions, withBackend } from "../backend/open.ts";
import { type Answer, addExamples, type Bind } from "../command.ts";
import { UsageError } from "../failure.ts";
import { inOptions } from "../in-options.ts";
import { parseDuration, parseList, readSecret } from "../input.ts";
import { textOf } from "../output/cell.ts";
import { visible } from "../output/escape.ts";
import type { Canvas } from "../output/paint.ts";
import { grid, table } from "../output/table.ts";
import { relative, rfc3339 } from "../output/time.ts";
import type { Shell } from "../shell.ts";

interface CreateOptions extends BackendOptions {
  readonly name?: string;
  readonly scopes?: string;
  readonly products?: string;
  readonly onBehalf?: string;
  readonly expires?: string;
}

export function define(command: Command, bind: Bind): void {
  command.description(
    "API tokens for back ends and operators. A service that runs on the same store sees what was " +
      "made or deleted within a second; a deleted token mints nothing from that moment on.",
  );
  defineCreate(command.command("create"), bind);
  defineList(command.command("list"), bind);
  defineDelete(command.command("delete"), bind);
  definePasscode(command.command("passcode"), bind);
  addExamples(command, [
    [
      "A token for your back end",
      "handstamp callers create --name backend --scopes mint,mint:others",
    ],
    ["Who has one", "handstamp callers list"],
  ]);
}

function defineCreate(command: Command, bind: Bind): void {
  addBackendOptions(
    command
      .summary("make an API token")
      .description(
        "Make an API token. It is shown this once and kept as a digest: put it where its user finds " +
          "it, for example into HANDSTAMP_TOKEN.\n\n" +
          "Scopes: mint (tokens), mint:others (for any identity), read (the record), introspect, " +
          "operate (keys, callers, revoking), operate:* (in every project).",
      )
      .option("--name <name>", "what the record calls it (required)")
      .option("--scopes <list>", "what it may do, separated by commas (required)")
      .option("--products <list>", "only these products, such as twilio.video,agora.rtc")
      .option("--on-behalf <patterns>", "only for identities such as learner:*; * is any text")
      .option("--expires <time>", "ends after a length of time, such as 90d"),
  ).action(bind<CreateOptions>(create));
  addExamples(command, [
    [
      "A back end that asks for its users",
      "handstamp callers create --name backend --scopes mint,mint:others",
    ],
    [
      "Only video, only for learners, for three months",
      "handstamp callers create --name lessons --scopes mint,mint:others --products twilio.video --on-behalf 'learner:*' --expires 90d",
    ],
    [
      "In a script",
      "HANDSTAMP_TOKEN=$(handstamp callers create --name ci --scopes mint,read --json | jq -r .token)",
    ],
  ]);
}

async function create(shell: Shell, options: CreateOptions): Promise<Answer> {
  const wanted = wantedFrom(shell, options);
  const made = await withBackend(shell, options, { mayMake: true }, (backend) =>
    inOptions(() => backend.ask({ id: "createCaller", body: wanted })),
  );
  return {
    json: made,
    text: () => textOf(made["token"]),
    note: (canvas) => created(made, canvas),
  };
}

/** @throws UsageError for what is missing */
function wantedFrom(shell: Shell, options: CreateOptions): JsonObject {
  const { name, scopes, products, onBehalf, expires } = options;
  if (name === undefined || name.trim() === "")
    throw new UsageError(
      "--name is missing: say what the record calls it, such as --name backend.",
    );
  if (scopes === undefined || parseList(scopes).length === 0)
    throw new UsageError("--scopes is missing: say what it may do, such as --scopes mint,read.");
  return {
    name,
    scopes: parseList(scopes),
    ...(products === undefined ? {} : { products: parseList(products) }),
    ...(onBehalf === undefined ? {} : { on_behalf: parseList(onBehalf) }),
    ...(expires === undefined
      ? {}
      : { expires_at: rfc3339(shell.now() + parseDuration(expires, "--expires")) as string }),
  };
}

function created(made: JsonObject, canvas: Canvas): string {
  const rows = [
    ["name", visible(textOf(made["name"])), "strong"],
    ["id", textOf(made["id"])],
    ["scopes", textOf(made["scopes"])],
    ...(made["expires_at"] ? [["expires", textOf(made["expires_at"])] as const] : []),
  ] as const;
  const warned = canvas.paint("warning", "This is the only time that the token is shown.");
  return ["", ...table(rows, canvas), "", warned].join("\n");
}

function defineList(command: Command, bind: Bind): void {
  addBackendOptions(
    command
      .summary("list the API tokens")
      .description(
        "The API tokens of a project that are not deleted. None of them can be shown again.",
      ),
  ).action(bind<BackendOptions>(list));
  addExamples(command, [
    ["Who may ask", "handstamp callers list"],
    [
      "Those that nobody has used",
      "handstamp callers list --json | jq '.callers[] | select(.last_used_at == null)'",
    ],
  ]);
}

async function list(shell: Shell, options: BackendOptions): Promise<Answer> {
  const answer = await withBackend(shell, options, {}, (backend) =>
    backend.ask({ id: "listCallers" }),
  );
  const callers = answer["callers"] as readonly JsonObject[];
  return {
    json: { callers },
    text: (canvas) =>
      callers.length === 0
        ? "There are no API tokens. `handstamp callers create` makes one."
        : grid(
            ["id", "name", "last used", "ends", "may"],
            callers.map(rowOf(shell.now())),
            canvas,
            0,
          ).join("\n"),
  };
}

const rowOf =
  (now: number) =>
  (caller: JsonObject): readonly string[] => [
    textOf(caller["id"]),
    visible(textOf(caller["name"])),
    ago(caller["last_used_at"], now),
    ago(caller["expires_at"], now),
    limitsOf(caller),
  ];

function ago(time: unknown, now: number): string {
  return typeof time === "string" ? relative(Date.parse(time) / 1000, now) : "never";
}

function limitsOf({ scopes, products, on_behalf }: JsonObject): string {
  const limits = [
    textOf(scopes),
    ...(products ? [`products ${textOf(products)}`] : []),
    ...(on_behalf ? [`for ${textOf(on_behalf)}`] : []),
  ];
  return visible(limits.join("; "));
}

function defineDelete(command: Command, bind: Bind): void {
  addBackendOptions(
    command
      .summary("delete an API token")
      .description(
        "Delete an API token. No token is minted for it from then on; the record keeps its name.",
      )
      .argument("<id>", "the token's id, from `callers list`; never the token itself"),
  ).action(bind<BackendOptions>(remove));
  addExamples(command, [["The one that leaked", "handstamp callers delete 3kTMd81hNxLq"]]);
}

async function remove(shell: Shell, options: BackendOptions, id = ""): Promise<Answer> {
  if (id.startsWith("hs_"))
    throw new UsageError("that is an API token itself: its id is the 12 characters after hs_.");
  await withBackend(shell, options, {}, (backend) =>
    backend.ask({ id: "deleteCaller", params: { id } }),
  );
  return {
    json: { id, deleted: true },
    text: ({ paint, glyphs }) => `${paint("good", glyphs.good)} deleted ${visible(id)}`,
  };
}

function definePasscode(command: Command, bind: Bind): void {
  command
    .summary("hash a passcode for handstamp.yaml")
    .description(
      "Hash a passcode for a `passcode` caller. The passcode is read from standard input, without an " +
        "echo where that is a terminal; the line for handstamp.yaml is printed.",
    )
    .action(bind(passcode));
  addExamples(command, [
    ["Type it", "handstamp callers passcode"],
    ["From a password manager", "pass show open-day | handstamp callers passcode"],
  ]);
}

/** Shorter ones are guessed, rate limits or not. */
const SHORTEST = 12;

async function passcode(shell: Shell): Promise<Answer> {
  const { hashPasscode, MAX_PASSCODE_BYTES } = await import("../../callers/passcode-hash.ts");
  const text = await readSecret(shell, "Passcode");
  const size = Buffer.byteLength(text);
  if (size < SHORTEST || size > MAX_PASSCODE_BYTES)
    throw new UsageError(
      `a passcode has ${SHORTEST} to ${MAX_PASSCODE_BYTES} bytes: take several words.`,
    );
  const hash = await hashPasscode(text, randomBytes(16));
  return { json: { hash }, text: () => `hash: "${hash}"` };
}
