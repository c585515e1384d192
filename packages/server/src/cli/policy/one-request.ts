import { HandstampError, type JsonObject } from "@handstamp/protocol";
import { type BackendOptions, withBackend } from "../backend/open.ts";
import type { Answer } from "../command.ts";
import { textOf } from "../output/cell.ts";
import { visible } from "../output/escape.ts";
import { grantTable } from "../output/grants.ts";
import { wrapped } from "../output/measure.ts";
import type { Canvas } from "../output/paint.ts";
import { duration } from "../output/time.ts";
import type { Shell } from "../shell.ts";
import { jsonArgument } from "./json-argument.ts";

/** Decides one request, without expecting anything: the exit status says whether it is allowed. */
export async function oneRequest(
  shell: Shell,
  options: BackendOptions,
  given: { readonly caller: string; readonly request: string },
): Promise<Answer> {
  const body = {
    caller: jsonArgument(given.caller, "--caller"),
    request: jsonArgument(given.request, "--request"),
  };
  const decision = await withBackend(shell, options, {}, (backend) =>
    inTheTwoOptions(() => backend.ask({ id: "testPolicy", body })),
  );
  return {
    json: decision,
    text: (canvas) => render(decision, canvas),
    exit: decision["decision"] === "allow" ? 0 : 1,
  };
}

/** `/caller/claims` is `--caller /claims`. */
async function inTheTwoOptions<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof HandstampError) || error.fields.length === 0) throw error;
    const lines = error.fields.map(
      ({ pointer, message }) => `${pointer.replace(/^\/(\w+)/, "--$1 ").trim()} ${message}`,
    );
    throw new HandstampError(error.code, lines.join("\n"), { fields: error.fields });
  }
}

function render(decision: JsonObject, canvas: Canvas): string {
  const { paint, glyphs, columns } = canvas;
  if (decision["decision"] !== "allow")
    return [
      `${paint("error", `${glyphs.error} refused`)} (${textOf(decision["code"])})`,
      ...wrapped(visible(textOf(decision["detail"])), columns - 2).map((line) => `  ${line}`),
    ].join("\n");
  const rules = (decision["rules"] as readonly string[]).map((rule) => `"${visible(rule)}"`);
  const from = decision["clamped_from"] as number | undefined;
  const clamped = from === undefined ? "" : `, shortened from ${duration(from)}`;
  const head = paint("good", `${glyphs.good} allowed`);
  return [
    `${head} by ${rules.join(", ")}, for ${duration(decision["ttl"] as number)}${clamped}`,
    "",
    ...grantTable(decision["grants"] as JsonObject & Record<string, JsonObject>, canvas),
  ].join("\n");
}
