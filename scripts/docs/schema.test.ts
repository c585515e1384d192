/** The published schema takes what the documentation shows, and refuses what the service refuses. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { Ajv } from "ajv";
import { parse } from "yaml";
import { trackedFiles } from "../layers/machine.ts";
import { ROOT } from "../root.ts";
import { fencesOf } from "./markdown.ts";
import { configurationSchema } from "./reference/configuration-schema.ts";

const ajv = new Ajv({ allErrors: true, allowUnionTypes: true });
const schema = configurationSchema();
const sections = Object.keys(schema["properties"] as object);
const asFile = ajv.compile(schema);
const asPolicy = ajv.compile({ definitions: schema["definitions"], $ref: "#/definitions/policy" });

interface Example {
  readonly name: string;
  readonly language: string;
  readonly value: unknown;
}

/** The blocks of the documentation that are a configuration or a policy. */
const examples = trackedFiles()
  .filter((path) => path.endsWith(".md"))
  .flatMap((path) =>
    fencesOf(readFileSync(join(ROOT, path), "utf8"))
      .filter(({ language }) => language.startsWith("yaml"))
      .map(
        ({ language, code, line }): Example => ({
          name: `${path}:${line}`,
          language,
          value: parse(code),
        }),
      ),
  );

const isFile = (value: unknown): value is object =>
  typeof value === "object" &&
  value !== null &&
  Object.keys(value).some((key) => sections.includes(key));

describe("the schema takes", () => {
  for (const { name, value } of examples.filter((example) => isFile(example.value)))
    test(name, () => assert.ok(asFile(value), ajv.errorsText(asFile.errors)));
  for (const { name, value } of examples.filter(({ language }) => language === "yaml policy"))
    test(name, () => assert.ok(asPolicy(value), ajv.errorsText(asPolicy.errors)));
});

test("the documentation has configurations and a policy", () => {
  assert.ok(examples.filter(({ value }) => isFile(value)).length > 10);
  assert.ok(examples.some(({ language }) => language === "yaml policy"));
});

const jwt = { issuer: "a", audience: "b", identity: "sub", jwks: "https://login.example.com/jwks" };
const rule = { name: "r", allow: [{ product: "twilio.video", room: "a" }] };

const REFUSED: Readonly<Record<string, unknown>> = {
  "a section that is misspelt": { caller: [] },
  "a setting that is misspelt": { providers: { twilio: { account: "AC" } } },
  "a SID of another kind": { providers: { twilio: { api_key: `AC${"0".repeat(32)}` } } },
  "a caller of two kinds": { callers: [{ api_token: {}, jwt }] },
  "a JWT without keys": { callers: [{ jwt: { ...jwt, jwks: undefined } }] },
  "a JWT with two origins of keys": { callers: [{ jwt: { ...jwt, secret: "s" } }] },
  "no callers": { callers: [] },
  "a rule without a name": { policy: [{ allow: rule.allow }] },
  "a rule that allows nothing": { policy: [{ ...rule, allow: [] }] },
  "a product that is misspelt": { policy: [{ ...rule, allow: [{ product: "twilio.vidio" }] }] },
  "another product's field": {
    policy: [{ ...rule, allow: [{ product: "twilio.chat", room: "a" }] }],
  },
  "a flag that is a text": {
    policy: [{ ...rule, allow: [{ product: "twilio.video", any_room: "yes" }] }],
  },
  "a duration in words": { policy: [{ ...rule, ttl: "1 hour" }] },
  "an empty duration": { policy: [{ ...rule, ttl: "" }] },
  "a limit of 0": { limits: { identity: 0 } },
};

describe("the schema refuses", () => {
  for (const [name, value] of Object.entries(REFUSED))
    test(name, () => assert.ok(!asFile(JSON.parse(JSON.stringify(value)))));
});

test("the schema takes a variable where a SID stands", () => {
  const providers = { twilio: { account_sid: "${env:TWILIO_ACCOUNT_SID}" } };
  assert.ok(asFile({ providers }), ajv.errorsText(asFile.errors));
});
