/** Values made from a JSON Schema: those that it describes, and those that nobody well-meaning sends. */
import * as fc from "fast-check";

/** The part of JSON Schema that the description uses. */
export interface Schema {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly propertyNames?: Schema;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxItems?: number;
  readonly maxProperties?: number;
  readonly pattern?: string;
  readonly examples?: readonly unknown[];
}

/** Longer texts are the hostile ones' business. */
const LONGEST = 60;

/** Values that the schema describes, its own examples among them. */
export function described(schema: Schema): fc.Arbitrary<unknown> {
  const made = madeFrom(schema);
  const examples = schema.examples ?? [];
  return examples.length > 0 ? fc.oneof(fc.constantFrom(...examples), made) : made;
}

function madeFrom(schema: Schema): fc.Arbitrary<unknown> {
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map(described));
  const make = MAKERS[schema.type ?? "object"];
  if (!make) throw new Error(`a type that is not known here: ${schema.type}`);
  return make(schema);
}

const MAKERS: Readonly<Record<string, (schema: Schema) => fc.Arbitrary<unknown>>> = {
  string: textFrom,
  integer: ({ minimum = -1_000_000, maximum = 5_000_000_000 }) =>
    fc.integer({ min: minimum, max: maximum }),
  boolean: () => fc.boolean(),
  array: ({ items = {}, maxItems = 3 }) =>
    fc.array(described(items), { maxLength: Math.min(maxItems, 3) }),
  object: objectFrom,
};

function textFrom({ pattern, minLength = 0, maxLength = LONGEST }: Schema): fc.Arbitrary<string> {
  const size = { minLength, maxLength: Math.max(minLength, Math.min(maxLength, LONGEST)) };
  if (pattern === undefined)
    return fc.oneof(
      fc.string({ ...size, unit: "grapheme" }),
      fc.string(size),
      fc.constantFrom(...ANY),
    );
  return fc
    .stringMatching(new RegExp(pattern, "u"))
    .filter((text) => text.length >= minLength && text.length <= maxLength);
}

/** Texts that fields without a pattern often mean. */
const ANY = [
  "alice",
  "lesson-1",
  "3600",
  "2026-11-21T12:00:00Z",
  "SK0123456789abcdef0123456789abcdef",
];

function objectFrom(schema: Schema): fc.Arbitrary<unknown> {
  const { properties, required = [], additionalProperties, propertyNames } = schema;
  if (properties)
    return fc.record(
      Object.fromEntries(Object.entries(properties).map(([key, of]) => [key, described(of)])),
      { requiredKeys: [...required] },
    );
  if (typeof additionalProperties !== "object")
    return fc.dictionary(fc.string({ maxLength: 8 }), fc.jsonValue({ maxDepth: 2 }), {
      maxKeys: 4,
    });
  const names = propertyNames
    ? textFrom(propertyNames)
    : fc.constantFrom("video", "chat", "rtc", "x");
  return fc.dictionary(names, described(additionalProperties), { maxKeys: 3 });
}

/** JSON texts that stand where a value is expected. Some are no JSON at all. */
export const HOSTILE: readonly string[] = [
  "null",
  "true",
  "0",
  "-0",
  "-1",
  "0.5",
  "1e309",
  "-1e309",
  "9007199254740993",
  "18446744073709551616",
  '""',
  '" "',
  '"\\u0000"',
  '"\\ud800"',
  '"\\udfff\\ud800"',
  '"\\u202e\\u200b"',
  '"a\\r\\nset-cookie: x=1"',
  '"../../etc/passwd"',
  `"' OR 1=1 --"`,
  '"${process.env}"',
  '"%00%ff"',
  '"3600s"',
  `"${"a".repeat(5000)}"`,
  `"${"\u{1f600}".repeat(300)}"`,
  "[]",
  "[[]]",
  "{}",
  '{"__proto__":{"x":1}}',
  '{"constructor":{"prototype":{}}}',
  '{"toString":1,"valueOf":null,"hasOwnProperty":0}',
  `${"[".repeat(3000)}${"]".repeat(3000)}`,
  `${'{"a":'.repeat(2000)}1${"}".repeat(2000)}`,
  '{"a":1,"a":2}',
  "undefined",
  "NaN",
  "'x'",
  "{",
  "\ufeff{}",
  "",
];

/** A body with one thing wrong: a member replaced, added or left out, or the whole of it. */
export function hostileBody(schema: Schema): fc.Arbitrary<string> {
  const valid = described(schema) as fc.Arbitrary<Readonly<Record<string, unknown>>>;
  const names = Object.keys(schema.properties ?? {});
  const hostile = fc.constantFrom(...HOSTILE);
  const strange = fc.constantFrom("__proto__", "constructor", "", "a/b~c", "\u0000", "identity ");
  const name = names.length > 0 ? fc.constantFrom(...names) : strange;
  const replaced = fc
    .tuple(valid, fc.oneof({ weight: 4, arbitrary: name }, strange), hostile)
    .map(([body, key, value]) => write({ ...body, [key]: undefined }, key, value));
  const without = fc.tuple(valid, name).map(([body, key]) => write(body, key, undefined));
  return fc.oneof({ weight: 4, arbitrary: replaced }, without, hostile);
}

/** JSON by hand: a value can be text that JSON.stringify would never write. */
function write(body: object, key: string, value: string | undefined): string {
  const members = Object.entries(body)
    .filter(([name, of]) => name !== key && of !== undefined)
    .map(([name, of]) => `${JSON.stringify(name)}:${JSON.stringify(of)}`);
  if (value !== undefined) members.push(`${JSON.stringify(key)}:${value}`);
  return `{${members.join(",")}}`;
}
