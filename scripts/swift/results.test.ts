import assert from "node:assert/strict";
import { test } from "node:test";
import { Report } from "../test/report.ts";
import { readResults } from "./results.ts";

class SilentReport extends Report {
  protected override write(): void {
    // What these runs found is asserted, not told.
  }
}

const LINUX = `Test Suite 'All tests' started at 2026-11-21 04:43:10.848
Test Case 'RouteTests.testNative' started at 2026-11-21 04:43:10.848
Test Case 'RouteTests.testNative' passed (0.123 seconds)
Test Case 'RouteTests.testRtc' started at 2026-11-21 04:43:10.848
/package/Tests/HandstampTests/RouteTests.swift:46: error: RouteTests.testRtc : XCTAssertEqual failed: ("1") is not equal to ("2") -
Test Case 'RouteTests.testRtc' failed (0.005 seconds)
Test Case 'RouteTests.testLeft' started at 2026-11-21 04:43:10.848
Test Case 'RouteTests.testLeft' skipped (0.005 seconds)
	 Executed 3 tests, with 1 failure (0 unexpected) in 0.8 (0.8) seconds
`;

test("counts what passed, and every other end as a failure with its reason", () => {
  const report = new SilentReport();
  assert.deepEqual(readResults(report, LINUX), { count: 3, executed: 3 });
  assert.equal(report.passed, 1);
  assert.deepEqual(
    report.failures.map(({ name }) => name),
    ["RouteTests.testRtc", "RouteTests.testLeft"],
  );
  assert.match(report.failures[0]?.detail ?? "", /RouteTests\.swift:46: error: .*\("1"\)/);
  assert.doesNotMatch(report.failures[0]?.detail ?? "", /\/package/);
});

test("reads the names that Apple's systems print", () => {
  const report = new SilentReport();
  const line = "Test Case '-[HandstampTests.RouteTests testNative]' passed (0.1 seconds).\n";
  assert.equal(readResults(report, line).count, 1);
  assert.equal(report.passed, 1);
});

test("a race is a failure although every test passed", () => {
  const report = new SilentReport();
  const race = "WARNING: ThreadSanitizer: data race (pid=7)\n";
  readResults(report, `Test Case 'A.b' passed (0.1 seconds)\n${race}`, "tsan: ");
  assert.equal(report.passed, 1);
  assert.deepEqual(
    report.failures.map(({ name }) => name),
    ["tsan: no data race"],
  );
});

test("a run that broke off has executed more or less than it counted", () => {
  const { count, executed } = readResults(new SilentReport(), LINUX.split("\n\t")[0] ?? "");
  assert.notEqual(count, executed);
});
