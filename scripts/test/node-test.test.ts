import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { after, describe, test } from "node:test";
import { ROOT } from "../root.ts";
import { runNodeTests } from "./node-test.ts";
import { Report } from "./report.ts";

const folder = mkdtempSync(join(tmpdir(), "handstamp-runner-"));
after(() => rmSync(folder, { recursive: true }));

/** Runs one test file with this content; gives what was counted. */
async function count(content: string): Promise<{ passed: number; failed: readonly string[] }> {
  const path = join(folder, `case-${Math.random().toString(36).slice(2)}.test.mjs`);
  writeFileSync(path, `import { before, describe, it, test } from "node:test";\n${content}`);
  const report = new SilentReport();
  await runNodeTests(report, { files: [relative(ROOT, path)], patience: 5000 });
  return { passed: report.passed, failed: report.failures.map(({ name }) => name) };
}

class SilentReport extends Report {
  protected override write(): void {
    // The inner run's failures are what the outer one asserts.
  }
}

const CASES: readonly [name: string, content: string, passed: number, failed: readonly string[]][] =
  [
    ["tests that pass", 'test("a", () => {}); test("b", () => {});', 2, []],
    [
      "a test that fails",
      'test("a", () => {}); test("b", () => { throw new Error(); });',
      1,
      ["b"],
    ],
    ["tests in suites", 'describe("s", () => { it("a", () => {}); it("b", () => {}); });', 2, []],
    [
      "a subtest that fails, once",
      'test("t", (t) => t.test("inner", () => { throw 1; }));',
      0,
      ["inner"],
    ],
    [
      "a hook that fails, and the test it kept from running",
      'describe("s", () => { before(() => { throw 1; }); it("a", () => {}); });',
      0,
      ["a", "s"],
    ],
    ["a skipped test as failed", 'test("a", { skip: true }, () => {});', 0, ["a"]],
    ["a test to do as failed", 'test("a", { todo: "later" }, () => {});', 0, ["a"]],
  ];

describe("node:test's events are counted", () => {
  for (const [name, content, passed, failed] of CASES)
    test(name, async () => assert.deepEqual(await count(content), { passed, failed }));

  test("a file without a test fails by its name", async () => {
    const { passed, failed } = await count("export const nothing = 1;");
    assert.equal(passed, 0);
    assert.match(failed.join(), /case-\w+\.test\.mjs/);
  });

  test("a file that does not load fails by its name", async () => {
    const { failed } = await count('throw new Error("at once");');
    assert.match(failed.join(), /case-\w+\.test\.mjs/);
  });

  test("an error after the last test is a failure", async () => {
    const { passed, failed } = await count(
      'test("a", () => {}); setTimeout(() => { throw 1; }, 20);',
    );
    assert.equal(passed, 1);
    assert.equal(failed.length, 1);
  });

  for (const status of [0, 1])
    test(`an early exit with status ${status} is a failure`, async () => {
      const { failed } = await count(`test("a", () => process.exit(${status}));`);
      assert.equal(failed.length, 1);
    });

  test("a file that never ends is stopped, and is a failure", async () => {
    const { failed } = await count('test("a", () => {}); setInterval(() => {}, 1000);');
    assert.equal(failed.length, 1);
  });
});

test("a suite without a test fails", () => {
  const report = new SilentReport();
  report.begin("empty", "");
  report.end();
  assert.equal(report.failures.length, 1);
});
