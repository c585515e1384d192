/** From the YAML of `policy:` to a {@link Policy}; everything wrong is named at once. */
import type { Product } from "@handstamp/core";
import { isObject, suggest } from "@handstamp/protocol";
import { compileAllowance, NONE } from "./allowance.ts";
import { compileExpression, type Expression } from "./cel.ts";
import { DURATION_HINT, readDuration } from "./duration.ts";
import { type Field, fieldsOf } from "./field.ts";
import { makeLookup } from "./lookup.ts";
import type { Policy } from "./policy.ts";
import { Findings, type Report } from "./report.ts";
import type { Entry, FieldRule, Rule } from "./rule.ts";

/** The longest that any provider accepts, in seconds. */
const MAX_TTL = 86_400;
const MAX_NAME = 200;
const RULE_FIELDS = ["name", "when", "allow", "ttl", "max_ttl"];

/**
 * Compiles the rules of a configuration.
 *
 * @param value the decoded YAML of the section
 * @param products the providers' tables: what a rule can name
 * @param at the section's JSON pointer in the file
 * @throws HandstampError `config_invalid`, whose `fields` name every mistake by its pointer
 *
 * @example
 * const policy = compilePolicy([{ name: "everyone chats", allow: [{ product: "twilio.chat" }] }], twilio.products);
 */
export function compilePolicy(
  value: unknown,
  products: readonly Product[],
  at = "/policy",
): Policy {
  const findings = new Findings();
  const compiler = new Compiler(products, findings.report);
  const rules = Array.isArray(value)
    ? value.map((rule, i) => compiler.rule(rule, `${at}/${i}`))
    : [];
  if (!Array.isArray(value)) findings.report(at, "must be a list of rules");
  findings.throwIfAny();
  return assemble(rules, products);
}

/**
 * Development's policy: everything that the providers offer, wildcards and all, under one rule.
 * It is never the default of anything.
 */
export function allowEverything(products: readonly Product[]): Policy {
  const entries: Entry[] = [];
  const rule: Rule = {
    name: "development: everything",
    when: undefined,
    ttl: undefined,
    maxTtl: undefined,
    entries,
    namesNothing: true,
  };
  for (const product of products) {
    const fields = fieldsOf(product).map(
      (field): FieldRule => ({
        field,
        allowance: field.kind === "flag" ? { kind: "raised" } : { kind: "any" },
        open: field.allow.open !== undefined,
      }),
    );
    entries.push({ rule, product, fields, order: entries.length });
  }
  return assemble([rule], products);
}

function assemble(rules: readonly Rule[], products: readonly Product[]): Policy {
  const byProduct = new Map<string, Entry[]>(products.map(({ name }) => [name, []]));
  for (const { entries } of rules)
    for (const entry of entries) byProduct.get(entry.product.name)?.push(entry);
  return Object.freeze({
    rules,
    products: new Map([...byProduct].map(([name, entries]) => [name, makeLookup(entries)])),
  });
}

class Compiler {
  readonly #products: ReadonlyMap<string, { product: Product; fields: readonly Field[] }>;
  readonly #report: Report;
  readonly #names = new Map<string, string>();
  #order = 0;

  constructor(products: readonly Product[], report: Report) {
    this.#products = new Map(
      products.map((product) => [product.name, { product, fields: fieldsOf(product) }]),
    );
    this.#report = report;
  }

  rule(value: unknown, at: string): Rule {
    const entries: Entry[] = [];
    const given = this.#object(value, at, RULE_FIELDS);
    const rule: Rule = {
      name: this.#name(given["name"], `${at}/name`),
      when: this.#when(given["when"], `${at}/when`),
      ttl: this.#duration(given["ttl"], `${at}/ttl`),
      maxTtl: this.#duration(given["max_ttl"], `${at}/max_ttl`),
      entries,
    };
    if (rule.ttl !== undefined && rule.maxTtl !== undefined && rule.ttl > rule.maxTtl)
      this.#report(`${at}/ttl`, "must not be more than max_ttl");
    const { allow } = given;
    if (Array.isArray(allow) && allow.length > 0)
      for (const [i, line] of allow.entries()) {
        const entry = this.#entry(rule, line, `${at}/allow/${i}`);
        if (entry) entries.push(entry);
      }
    else this.#report(`${at}/allow`, "must be a list of products, each with its fields");
    return rule;
  }

  #object(value: unknown, at: string, known: readonly string[]): Record<string, unknown> {
    if (!isObject(value)) {
      this.#report(at, `must be an object with ${known.join(", ")}`);
      return {};
    }
    this.#knownOnly(value, at, known);
    return value;
  }

  #knownOnly(value: Record<string, unknown>, at: string, known: readonly string[]): void {
    for (const key of Object.keys(value))
      if (!known.includes(key))
        this.#report(`${at}/${escape(key)}`, `is not known here${suggest(key, known)}`);
  }

  #name(value: unknown, at: string): string {
    if (typeof value !== "string" || value.trim() === "" || value.length > MAX_NAME) {
      this.#report(
        at,
        `must be a name of 1 to ${MAX_NAME} characters: decisions and the record show it`,
      );
      return "";
    }
    const other = this.#names.get(value);
    if (other) this.#report(at, `is already the name of ${other}`);
    else this.#names.set(value, at.slice(0, -"/name".length));
    return value;
  }

  #when(value: unknown, at: string): Expression | undefined {
    if (value === undefined) return undefined;
    if (typeof value !== "string") this.#report(at, "must be a CEL expression, as a text");
    else {
      const compiled = compileExpression(value, "condition");
      if (typeof compiled === "object") return compiled;
      this.#report(at, compiled);
    }
    return undefined;
  }

  #duration(value: unknown, at: string): number | undefined {
    if (value === undefined) return undefined;
    const seconds = readDuration(value);
    if (seconds === undefined) this.#report(at, DURATION_HINT);
    else if (seconds > MAX_TTL)
      this.#report(at, "must be at most 24h, the longest that a provider accepts");
    return seconds;
  }

  #entry(rule: Rule, value: unknown, at: string): Entry | undefined {
    if (!isObject(value)) {
      this.#report(at, "must be an object with a product");
      return undefined;
    }
    const name = value["product"];
    const known = typeof name === "string" ? this.#products.get(name) : undefined;
    if (!known) {
      const hint = suggest(String(name), [...this.#products.keys()]);
      this.#report(`${at}/product`, name === undefined ? "is missing" : `is not a product${hint}`);
      return undefined;
    }
    const { product, fields } = known;
    const longest = product.maxTtl ?? MAX_TTL;
    if (rule.ttl !== undefined && rule.ttl > longest)
      this.#report(
        `${at}/product`,
        `takes at most ${longest} seconds, and the rule's ttl is ${rule.ttl}`,
      );
    this.#knownOnly(value, at, ["product", ...fields.flatMap(namesOf)]);
    return {
      rule,
      product,
      fields: fields.map((field) => this.#field(field, value, at)),
      order: this.#order++,
    };
  }

  #field(field: Field, entry: Record<string, unknown>, at: string): FieldRule {
    const { open: flag } = field.allow;
    const named = Object.hasOwn(entry, field.name) ? entry[field.name] : undefined;
    const raised = flag !== undefined && Object.hasOwn(entry, flag) ? entry[flag] : false;
    if (typeof raised !== "boolean") this.#report(`${at}/${flag}`, "must be true or false");
    if (raised === true && named !== undefined)
      this.#report(
        `${at}/${flag}`,
        `allows every ${field.name}: leave ${field.name} out, or the flag`,
      );
    const allowance =
      named === undefined
        ? NONE
        : compileAllowance(field, named, `${at}/${field.name}`, this.#report);
    return { field, allowance, open: raised === true };
  }
}

function namesOf({ name, allow }: Field): string[] {
  return allow.open === undefined ? [name] : [name, allow.open];
}

function escape(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}
