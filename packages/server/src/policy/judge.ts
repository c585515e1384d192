/**
 * Holds one grant against one entry of a rule, field by field: what is named must be allowed, what is
 * left out is filled, and nothing that is left out may mean more than the rule says.
 */
import { isObject, type Json, type JsonObject } from "@handstamp/protocol";
import { asValue, sourceOf } from "./allowance.ts";
import { type Field, sameJson, valueAt, withValue } from "./field.ts";
import { literalOf, matchesGlob } from "./pattern.ts";
import type { Entry, FieldRule } from "./rule.ts";
import type { Variables } from "./scope.ts";

/** Why a field is refused, for the operator. */
export interface Failure {
  readonly field: Field;
  readonly why: string;
  /** The grant would be allowed if the field were named, and the name allowed. */
  readonly mustName?: true;
}

export interface Judged {
  /** The grant with what was left out filled in; meaningless if there are failures. */
  readonly grant: JsonObject;
  readonly failures: readonly Failure[];
}

interface Asked {
  readonly grant: JsonObject;
  /** Nothing is named that a policy decides about: "what may I have". */
  readonly bare: boolean;
  readonly variables: Variables;
  readonly settings: Settings;
}
/** The configured defaults, by name: `chat_service_sid`. */
export type Settings = Readonly<Record<string, string>>;

type Verdict = { readonly fill?: Json; readonly why?: string; readonly mustName?: true };
const FINE: Verdict = {};

/** @param patient also looks past the first failure, for an explanation */
export function judge(
  entry: Entry,
  grant: JsonObject,
  variables: Variables,
  settings: Settings,
  patient = false,
): Judged {
  const asked: Asked = { grant, bare: isBare(entry, grant), variables, settings };
  const failures: Failure[] = [];
  let filled = grant;
  for (const rule of entry.fields) {
    const value = valueAt(grant, rule.field.path);
    const isAbsent = value === undefined || (rule.field.kind === "flag" && isLowered(value));
    const { fill, why, mustName } = isAbsent
      ? judgeAbsent(rule, asked)
      : judgeValue(rule, value, asked);
    if (fill !== undefined) filled = withValue(filled, rule.field.path, fill);
    if (why === undefined) continue;
    failures.push({ field: rule.field, why, ...(mustName ? { mustName } : {}) });
    if (!mustName && !patient) break;
  }
  return { grant: filled, failures };
}

function isBare(entry: Entry, grant: JsonObject): boolean {
  return entry.fields.every(
    ({ field }) => field.kind === "identity" || valueAt(grant, field.path) === undefined,
  );
}

function judgeValue(rule: FieldRule, value: Json, asked: Asked): Verdict {
  const { field, allowance, open } = rule;
  const { wildcard, least, open: flag } = field.allow;
  if (wildcard !== undefined && sameJson(value, wildcard))
    return open
      ? FINE
      : { why: `${field.name} is the wildcard, and the rule does not raise ${flag}` };
  if (open || allowance.kind === "any" || (least !== undefined && sameJson(value, least)))
    return FINE;
  if (allowance.kind === "none") return judgeUnnamed(field, value, asked);
  return isWithin(rule, value, asked)
    ? FINE
    : { why: `${field.name} ${shown(value)} is not within ${shown(sourceOf(allowance))}` };
}

function judgeUnnamed(field: Field, value: Json, { settings }: Asked): Verdict {
  if (field.kind === "identity" || value === settingOf(field, settings)) return FINE;
  if (field.isList && Array.isArray(value) && value.length === 0) return FINE;
  return { why: `${field.name} is not named by the rule` };
}

function isWithin({ field, allowance }: FieldRule, value: Json, { variables }: Asked): boolean {
  switch (allowance.kind) {
    case "raised":
      return value === true || (isObject(value) && value["allow"] === true);
    case "values":
      return allowance.of.some((allowed) => sameJson(allowed, value));
    case "members":
      return (
        Array.isArray(value) && value.every((one) => allowance.of.some((of) => sameJson(of, one)))
      );
    case "patterns": {
      const texts = field.isList && Array.isArray(value) ? value : [value];
      return texts.every((text) => isMatched(field, allowance.of, text as Json, variables));
    }
    default:
      return false;
  }
}

type Patterns = Extract<FieldRule["allowance"], { kind: "patterns" }>["of"];

function isMatched(field: Field, patterns: Patterns, value: Json, variables: Variables): boolean {
  if (typeof value !== "string" && typeof value !== "number") return false;
  const text = String(value);
  return patterns.some((pattern) => {
    if (!text.startsWith(pattern.prefix)) return false;
    const glob = pattern.render(variables);
    if (glob === undefined || isWildcardOfList(field, literalOf(glob))) return false;
    return matchesGlob(glob, text);
  });
}

/** What means "any" in a list, out of a claim: a rule gives it with a star of its own. */
function isWildcardOfList({ isList, allow }: Field, literal: string | undefined): boolean {
  return isList && literal !== undefined && literal === allow.wildcard;
}

/** A flag that is not asked for, also in Twilio's own form of `incoming`. */
function isLowered(value: Json | undefined): boolean {
  return value === false || (isObject(value) && value["allow"] === false);
}

function judgeAbsent(rule: FieldRule, asked: Asked): Verdict {
  const { field, allowance, open } = rule;
  if (isInUnaskedObject(field, asked)) return FINE;
  if (open) return FINE;
  switch (allowance.kind) {
    case "none":
    case "any":
      return judgeDefault(rule, asked);
    case "raised":
      return asked.bare && field.allow.implied ? { fill: true } : FINE;
    case "patterns":
      return judgePatternsAbsent(field, allowance.of, asked);
    case "members":
      return { fill: allowance.of };
    case "values":
      if (allowance.of.length === 1) return { fill: allowance.of[0] as Json };
      return field.allow.least === undefined ? mustName(field) : FINE;
  }
}

/** `outgoing` was not asked for, so nothing inside it is filled: that would add a permission. */
function isInUnaskedObject({ path }: Field, { grant, bare }: Asked): boolean {
  if (bare || path.length < 2) return false;
  const parent = valueAt(grant, path.slice(0, -1));
  return !isObject(parent);
}

function judgeDefault({ field, allowance }: FieldRule, { settings }: Asked): Verdict {
  const setting = settingOf(field, settings);
  if (setting !== undefined) return { fill: setting };
  if (allowance.kind === "any") return FINE;
  const { open, wildcard } = field.allow;
  const meansEverything = open !== undefined && wildcard === undefined;
  return meansEverything
    ? { why: `${field.name} is left out, and the rule does not raise ${open}` }
    : FINE;
}

function judgePatternsAbsent(
  field: Field,
  patterns: Patterns,
  { bare, variables }: Asked,
): Verdict {
  const globs = patterns
    .map((pattern) => pattern.render(variables))
    .filter((glob) => glob !== undefined);
  const literals = globs.map(literalOf).filter((text) => text !== undefined);
  const isLiteral = literals.length === globs.length && globs.length > 0;
  if (field.isList && literals.some((text) => isWildcardOfList(field, text)))
    return { why: `${field.name} would be filled with the wildcard` };
  if (field.isList) return bare && isLiteral ? { fill: literals } : FINE;
  if (globs.length === 0)
    return { why: `${field.name} has a template without a value for this caller` };
  if (!isLiteral || literals.length > 1) return mustName(field);
  return fillWith(field, asValue(field, literals[0] as string));
}

/** A claim can hold what means "any" to the provider; that needs its flag however it came. */
function fillWith(field: Field, value: Json): Verdict {
  const isWildcard = field.allow.wildcard !== undefined && sameJson(value, field.allow.wildcard);
  return isWildcard ? { why: `${field.name} would be filled with the wildcard` } : { fill: value };
}

const mustName = (field: Field): Verdict => ({
  why: `${field.name} is left out, and the rule holds more than one value`,
  mustName: true,
});

function settingOf({ allow }: Field, settings: Settings): string | undefined {
  return allow.setting !== undefined && Object.hasOwn(settings, allow.setting)
    ? settings[allow.setting]
    : undefined;
}

/** A value in a message: short, whatever it is. */
function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 120 ? `${text.slice(0, 119)}…` : text;
}
