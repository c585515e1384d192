/** What a rule says about one field, compiled from its YAML. */
import { HandstampError, type Json, parse, type Shape, type s } from "@handstamp/protocol";
import type { Field } from "./field.ts";
import { compilePattern, type Pattern } from "./pattern.ts";
import type { Report } from "./report.ts";

/**
 * `none`: the rule does not name the field. `any`: every value. `raised`: a flag. `patterns`: one of
 * them must match, in a list each entry. `values`: equal to one of them. `members`: a list of nothing
 * but these.
 */
export type Allowance =
  | { readonly kind: "none" }
  | { readonly kind: "any" }
  | { readonly kind: "raised" }
  | { readonly kind: "patterns"; readonly of: readonly Pattern[] }
  | { readonly kind: "values"; readonly of: readonly Json[] }
  | { readonly kind: "members"; readonly of: readonly Json[] };

export const NONE: Allowance = { kind: "none" };

/** More alternatives are better written as several rules, or as a claim. */
const MAX_ALTERNATIVES = 200;

type Compiler = (field: Field, value: unknown, at: string, report: Report) => Allowance;

const COMPILERS: Readonly<Record<Field["kind"], Compiler>> = {
  flag(_field, value, at, report) {
    if (typeof value !== "boolean") report(at, "must be true or false");
    return value === true ? { kind: "raised" } : NONE;
  },
  pattern: compilePatterns,
  identity: compilePatterns,
  equal(field, value, at, report) {
    if (value === "any") return { kind: "any" };
    const alternatives = listOf(value, at, report);
    for (const { entry, pointer } of alternatives)
      checkShape(field.isList ? elementOf(field) : field.shape, entry, pointer, report);
    const of = alternatives.map(({ entry }) => entry as Json);
    return { kind: field.isList ? "members" : "values", of };
  },
};

/** The allowance of a value in a rule; everything wrong with it is reported. */
export function compileAllowance(
  field: Field,
  value: unknown,
  at: string,
  report: Report,
): Allowance {
  return COMPILERS[field.kind](field, value, at, report);
}

function compilePatterns(field: Field, value: unknown, at: string, report: Report): Allowance {
  const of: Pattern[] = [];
  for (const { entry, pointer } of listOf(value, at, report)) {
    if (typeof entry !== "string" && !Number.isSafeInteger(entry)) {
      report(pointer, "must be a text: a name, or a pattern with * or ${...}");
      continue;
    }
    const pattern = compilePattern(String(entry));
    if (typeof pattern === "string") report(pointer, pattern);
    else {
      if (pattern.exact)
        checkShape(elementOf(field), asValue(field, pattern.prefix), pointer, report);
      of.push(pattern);
    }
  }
  return { kind: "patterns", of };
}

function listOf(value: unknown, at: string, report: Report) {
  if (!Array.isArray(value)) return [{ entry: value, pointer: at }];
  if (value.length === 0) report(at, "must not be empty: leave it out");
  if (value.length > MAX_ALTERNATIVES) report(at, `must have at most ${MAX_ALTERNATIVES} entries`);
  return value
    .slice(0, MAX_ALTERNATIVES)
    .map((entry: unknown, i) => ({ entry, pointer: `${at}/${i}` }));
}

function elementOf({ shape }: Field): Shape | undefined {
  return shape?.kind === "list" ? shape.of : shape;
}

/** A literal that no request could hold is a mistake worth saying at once. */
function checkShape(shape: Shape | undefined, value: unknown, at: string, report: Report): void {
  if (!shape) {
    if (value === null || value === undefined) report(at, "must have a value");
    return;
  }
  try {
    // The shape of text stands for any: the type of what `parse` gives for all shapes has no end.
    parse(shape as s.TextShape, value, at);
  } catch (error) {
    if (!(error instanceof HandstampError)) throw error;
    for (const { pointer, message } of error.fields) report(pointer, message);
  }
}

/** A rule's text as the field's own type: Agora's uid is a number. */
export function asValue(field: Field, text: string): Json {
  return field.isInteger && /^\d{1,15}$/.test(text) ? Number(text) : text;
}

/** The allowance as it stood in the file, for `describe` and for messages. */
export function sourceOf(allowance: Allowance): Json | undefined {
  switch (allowance.kind) {
    case "none":
      return undefined;
    case "any":
      return "any";
    case "raised":
      return true;
    case "patterns":
      return single(allowance.of.map(({ source }) => source));
    case "members":
      return allowance.of;
    case "values":
      return single(allowance.of);
  }
}

function single(values: readonly Json[]): Json | undefined {
  return values.length === 1 ? values[0] : values;
}
