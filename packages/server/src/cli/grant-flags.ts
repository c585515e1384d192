/**
 * The flags of `mint`, derived from the providers' shapes. A flag is the path of a field in a
 * request's `grants`: `--video.room lesson-12` is `{"video": {"room": "lesson-12"}}`, and `--chat`
 * alone is `{"chat": {}}`. Values are only read here; the provider checks them.
 */
import type { Product, Provider } from "@handstamp/core";
import { HandstampError, type Json, type JsonObject, type Shape } from "@handstamp/protocol";
import type { Command } from "commander";
import { Option } from "commander";
import { UsageError } from "./failure.ts";

/** One flag: where its value goes, and how its text becomes one. */
interface Flag {
  /** Inside the grants: `["video", "room"]`; only the product for the bare flag. */
  readonly path: readonly string[];
  readonly shape: Shape;
  readonly doc: string;
}

/** Flags that were given, by their name without the dashes. */
export type Given = Readonly<Record<string, unknown>>;

/** Adds a product's flags to a command, under a heading of their own. */
export function addGrantFlags(command: Command, provider: Provider): void {
  for (const product of provider.products) {
    const heading = `${product.title} (${product.name}):`;
    for (const flag of flagsOf(product)) command.addOption(optionOf(flag).helpGroup(heading));
  }
}

/** The options beside the grants, such as Twilio's region. */
export function addOptionFlags(command: Command, provider: Provider): void {
  for (const [name, field] of Object.entries(provider.options.fields)) {
    const flag: Flag = { path: [name], shape: required(field), doc: docOf(field) };
    command.addOption(optionOf(flag).helpGroup(`${provider.title}:`));
  }
}

/** The grants that the flags spell. */
export function grantsFrom(provider: Provider, given: Given): Record<string, JsonObject> {
  const grants: Tree = {};
  for (const product of provider.products)
    for (const flag of flagsOf(product)) {
      const value = given[flag.path.join(".")];
      if (value !== undefined) put(grants, flag, value);
    }
  return grants as Record<string, JsonObject>;
}

/** The options that the flags spell. */
export function optionsFrom(provider: Provider, given: Given): JsonObject {
  const found: Tree = {};
  for (const [name, field] of Object.entries(provider.options.fields)) {
    const value = given[name];
    if (value !== undefined) put(found, { path: [name], shape: required(field), doc: "" }, value);
  }
  return found;
}

/**
 * A provider's complaint in the words of the command line: `/grants/video/room` is `--video.room`.
 *
 * @returns the error itself where it is not about a field
 */
export function inFlags(error: unknown): unknown {
  if (!(error instanceof HandstampError) || error.fields.length === 0) return error;
  const lines = error.fields.map(({ pointer, message }) => `${flagName(pointer)} ${message}`);
  return new HandstampError(error.code, lines.join("\n"), { fields: error.fields, cause: error });
}

function flagName(pointer: string): string {
  const path = pointer.split("/").slice(1);
  if (path[0] === "grants" || path[0] === "options") path.shift();
  return path.length === 0 ? "the request" : `--${path.join(".")}`;
}

function flagsOf(product: Product): readonly Flag[] {
  const shape: Shape = product.shape;
  const whole: Flag = { path: [product.key], shape, doc: product.summary };
  return shape.kind === "object" ? [whole, ...fieldFlags(shape.fields, [product.key])] : [whole];
}

function fieldFlags(
  fields: Readonly<Record<string, Shape>>,
  above: readonly string[],
): readonly Flag[] {
  return Object.entries(fields).flatMap(([name, field]): readonly Flag[] => {
    const shape = required(field);
    const path = [...above, name];
    if (shape.kind === "object") return fieldFlags(shape.fields, path);
    return [{ path, shape, doc: docOf(field) }];
  });
}

/** The shape itself, and of several forms the first, which is the plain one. */
function required(shape: Shape): Shape {
  if (shape.kind === "optional") return required(shape.of);
  return shape.kind === "anyOf" ? required(shape.of[0] as Shape) : shape;
}

function docOf(shape: Shape): string {
  return shape.doc ?? (shape.kind === "optional" ? docOf(shape.of) : "");
}

const PLACEHOLDERS: Readonly<Partial<Record<Shape["kind"], string>>> = {
  text: " <text>",
  integer: " <number>",
  json: " <json>",
  list: " <name>",
};

function optionOf({ path, shape, doc }: Flag): Option {
  const name = `--${path.join(".")}`;
  if (shape.kind === "choice") return new Option(`${name} <${shape.of.join("|")}>`, doc);
  const option = new Option(`${name}${PLACEHOLDERS[shape.kind] ?? ""}`, doc);
  if (shape.kind !== "list") return option;
  option.description = `${doc} May be given several times.`;
  return option.argParser((value: string, before: readonly string[] | undefined) => [
    ...(before ?? []),
    value,
  ]);
}

type Tree = { [key: string]: Json | Tree };

function put(tree: Tree, { path, shape }: Flag, value: unknown): void {
  let place = tree;
  for (const key of path.slice(0, -1)) place = (place[key] ??= {}) as Tree;
  const last = path.at(-1) as string;
  if (shape.kind === "object") place[last] ??= {};
  else place[last] = read(shape, value, path);
}

/** Text from the command line as the shape's kind of value; what does not fit is left for the provider to refuse. */
function read(shape: Shape, value: unknown, path: readonly string[]): Json {
  if (shape.kind === "integer" && /^-?\d{1,16}$/.test(String(value))) return Number(value);
  return shape.kind === "json" ? readJson(String(value), path) : (value as Json);
}

function readJson(text: string, path: readonly string[]): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    throw new UsageError(`--${path.join(".")} takes JSON, such as '{"key": "value"}'.`);
  }
}
