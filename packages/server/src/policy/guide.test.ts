/** The operator's guide shows what really comes out: its examples are run. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { HandstampError } from "@handstamp/protocol";
import { parse as parseYaml } from "yaml";
import { NOW, PRODUCTS } from "./fixture.test.ts";
import { compilePolicy, readCases, runCases } from "./index.ts";

const guide = readFileSync(new URL("../../../../docs/guides/policy.md", import.meta.url), "utf8");

/** The text of a fenced block, by what stands after its three backticks. */
function block(label: string): string {
  const [, rest = ""] = guide.split(`\`\`\`${label}\n`);
  const [text = ""] = rest.split("\n```");
  assert.notEqual(text, "", `the guide has a block ${label}`);
  return text;
}

test("the guide's mistakes are reported as it says", () => {
  assert.throws(
    () => compilePolicy(parseYaml(block("yaml mistakes")), PRODUCTS),
    (error) => {
      assert.ok(error instanceof HandstampError);
      assert.deepEqual(error.message.split("\n").sort(), block("text mistakes").split("\n").sort());
      return true;
    },
  );
});

test("the guide's cases come out as it says", () => {
  const policy = compilePolicy(parseYaml(block("yaml policy")), PRODUCTS);
  const results = runCases(policy, readCases(parseYaml(block("yaml cases")), PRODUCTS), {
    products: PRODUCTS,
    settings: {},
    defaultTtl: { twilio: 3600, agora: 3600 },
    now: NOW,
  });
  const lines = results.flatMap(({ name, differences }) =>
    differences.map((line) => `${name}: ${line}`),
  );
  assert.deepEqual(lines, block("text cases").split("\n"));
});

test("the guide's table has every product with its fields and flags", () => {
  for (const { name, allow } of PRODUCTS) {
    const row = guide.split("\n").find((line) => line.startsWith(`| \`${name}\``));
    assert.ok(row, name);
    for (const [field, { open, setting }] of Object.entries(allow))
      for (const word of [field, open, setting])
        if (word !== undefined) assert.ok(row.includes(`\`${word}\``), `${name}: ${word}`);
  }
});
