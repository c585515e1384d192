/** The schema of `policy`, out of the providers' own tables: what a rule can name and how. */
import type { Product } from "@handstamp/core";
import { type Shape, toJsonSchema } from "@handstamp/protocol";
import { type Field, fieldsOf } from "../../../packages/server/src/policy/field.ts";
import { listOf, objectOf, type Schema } from "./schema.ts";

const DURATION: Schema = {
  anyOf: [
    { type: "integer", minimum: 1, maximum: 86_400 },
    { type: "string", pattern: "^(?=.)([0-9]{1,6}h)?([0-9]{1,6}m)?([0-9]{1,6}s)?$" },
  ],
};

export function policySchema(products: readonly Product[]): Schema {
  const rule = objectOf(
    {
      name: {
        type: "string",
        minLength: 1,
        maxLength: 200,
        description: "Unique. Decisions and the record show it.",
      },
      when: {
        type: "string",
        maxLength: 2000,
        description: "A CEL condition. A rule without one is for every caller.",
        examples: ['caller.claims.role == "tutor"'],
      },
      allow: listOf(
        { anyOf: products.map(entrySchema) },
        { minItems: 1, description: "The products, each with what may be asked of it." },
      ),
      ttl: { ...DURATION, description: "What a request gets that asks for no time: 1h, 90m." },
      max_ttl: { ...DURATION, description: "The most that anyone gets; longer is shortened." },
    },
    { required: ["name", "allow"] },
  );
  return listOf(rule, {
    description: "Who may have what. Rules only allow; what none allows is refused.",
  });
}

function entrySchema(product: Product): Schema {
  const fields = fieldsOf(product).flatMap((field) => [
    [field.name, fieldSchema(field)] as const,
    ...flagOf(field),
  ]);
  return objectOf(
    {
      product: { const: product.name, description: product.summary },
      ...Object.fromEntries(fields),
    },
    { required: ["product"], title: product.name },
  );
}

/** The flag that leaves the field open, such as `any_room`. */
function flagOf({ name, allow }: Field): (readonly [string, Schema])[] {
  if (allow.open === undefined) return [];
  const description = `Allows every ${name}, and the token that is bound to none.`;
  return [[allow.open, { type: "boolean", description }]];
}

const SCHEMAS: Readonly<Record<Field["kind"], (field: Field) => Schema>> = {
  flag: () => ({ type: "boolean" }),
  pattern: () => oneOrMore({ type: ["string", "integer"] }),
  identity: () => oneOrMore({ type: ["string", "integer"] }),
  equal: (field) => ({ anyOf: [{ const: "any" }, ...alternatives(exactSchema(field))] }),
};

function fieldSchema(field: Field): Schema {
  return { description: field.allow.doc, ...SCHEMAS[field.kind](field) };
}

function exactSchema({ shape }: Field): Schema {
  const each: Shape | undefined = shape?.kind === "list" ? shape.of : shape;
  return each ? toJsonSchema(each) : {};
}

function oneOrMore(each: Schema): Schema {
  return { anyOf: alternatives(each) };
}

function alternatives(each: Schema): readonly Schema[] {
  return [each, listOf(each, { minItems: 1, maxItems: 200 })];
}
