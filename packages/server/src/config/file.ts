/** Reads `handstamp.yaml`: strict YAML, `${env:NAME}` in providers and callers, places kept for errors. */
import { hash } from "node:crypto";
import { createRequire } from "node:module";
import { type FieldError, HandstampError, isObject, type JsonObject } from "@handstamp/protocol";
import type { Environment } from "./environment.ts";

/** Loaded when there is a file: a fifth of the start of a command that finds none. */
const yaml = (): typeof import("yaml") =>
  createRequire(import.meta.url)("yaml") as typeof import("yaml");

export interface ConfigFile {
  readonly path: string;
  readonly value: JsonObject;
  /** SHA-256 of the text, lower-case hex. */
  readonly digest: string;
  /** "line 3, column 5" of the value that a JSON pointer names. */
  readonly where: (pointer: string) => string;
}

const MAX_ALIASES = 50;
/** Where the environment may be read: a policy never depends on it, and `${...}` there is CEL. */
const FROM_ENVIRONMENT = /^\/(projects\/[^/]+\/)?(providers|callers)(\/|$)/;

/** A YAML text's value, and where in the text each part of it stands. */
export interface Yaml {
  readonly value: unknown;
  readonly where: ConfigFile["where"];
}

/**
 * Reads YAML strictly.
 *
 * @throws HandstampError `config_invalid` for a text that is not YAML, holds a key twice or an anchor
 * bomb
 */
export function readYaml(path: string, text: string): Yaml {
  const { LineCounter, parseDocument } = yaml();
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, strict: true });
  const [error] = document.errors;
  if (error) throw new HandstampError("config_invalid", `${path}: ${error.message.split("\n")[0]}`);
  const where = (pointer: string): string => {
    const offset = offsetOf(document.contents, pointer.split("/").slice(1).map(unescapePointer));
    const { line, col } = lines.linePos(offset);
    return `line ${line}, column ${col}`;
  };
  return { value: document.toJS({ maxAliasCount: MAX_ALIASES }) as unknown, where };
}

/**
 * @throws HandstampError `config_invalid` for what `readYaml` refuses, and for a text that names a
 * variable that is not set
 */
export function readConfigFile(path: string, text: string, env: Environment): ConfigFile {
  const { value: decoded, where } = readYaml(path, text);
  const raw = decoded ?? {};
  if (!isObject(raw))
    throw new HandstampError("config_invalid", `${path} must be a mapping of settings.`);
  const missing: FieldError[] = [];
  const value = substitute(raw, "", env, missing) as JsonObject;
  if (missing.length > 0) throw placed(missing, path, where);
  return { path, value, digest: hash("sha256", text), where };
}

/** Turns errors that point into the file into one error that says file, line and column. */
export function placed(
  fields: readonly FieldError[],
  path: string,
  where: (pointer: string) => string,
): HandstampError {
  const lines = fields.map(
    ({ pointer, message }) => `${path}, ${where(pointer)}: ${pointer} ${message}`,
  );
  return new HandstampError("config_invalid", lines.join("\n"), { fields });
}

/** The offset of the deepest node on the way: a missing key is reported where it should stand. */
function offsetOf(node: unknown, [key, ...rest]: readonly string[]): number {
  const start = (node as { range?: [number, number, number] } | null)?.range?.[0] ?? 0;
  if (key === undefined) return start;
  const { isMap, isScalar, isSeq } = yaml();
  if (isMap(node)) {
    const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === key);
    if (!pair) return start;
    return rest.length === 0 || pair.value === null
      ? ((pair.key as { range?: [number, number, number] }).range?.[0] ?? start)
      : offsetOf(pair.value, rest);
  }
  if (isSeq(node)) return node.items[Number(key)] ? offsetOf(node.items[Number(key)], rest) : start;
  return start;
}

function substitute(value: unknown, at: string, env: Environment, missing: FieldError[]): unknown {
  if (Array.isArray(value))
    return value.map((entry, i) => substitute(entry, `${at}/${i}`, env, missing));
  if (isObject(value))
    return Object.fromEntries(
      Object.entries(value).map(([key, entry]) => {
        const pointer = `${at}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
        return [key, substitute(entry, pointer, env, missing)];
      }),
    );
  if (typeof value !== "string" || !FROM_ENVIRONMENT.test(at)) return value;
  return value.replaceAll(/\$\{env:([A-Za-z_][A-Za-z0-9_]*)\}/g, (_whole, name: string) => {
    const found = env[name];
    if (!found)
      missing.push({ pointer: at, message: `reads the variable ${name}, which is not set` });
    return found ?? "";
  });
}

function unescapePointer(part: string): string {
  return part.replaceAll("~1", "/").replaceAll("~0", "~");
}
