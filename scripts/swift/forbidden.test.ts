import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { forbiddenIn } from "./forbidden.ts";

const FOUND: readonly [code: string, name: string][] = [
  ["let clock = ContinuousClock()", "ContinuousClock"],
  ["func wait(_ time: Duration) {}", "Duration"],
  ["try await Task.sleep(for: .seconds(1))", "Task.sleep(for:)"],
  ["try await Task.sleep(until: .now + .seconds(1))", "Task.sleep(for:)"],
  ["let clock: any Clock = x", "Clock"],
  ['URL(filePath: "/tmp")', "URL(filePath:)"],
  ['url.appending(path: "token")', "URL.appending"],
  ["let host = url.host(percentEncoded: false)", "URL.host()"],
  ["import Synchronization", "Mutex, Atomic"],
  ["let lock = Mutex(0)", "Mutex, Atomic"],
  ["@Observable final class Model {}", "@Observable"],
  ["NavigationStack { List {} }", "NavigationStack"],
  ['text.split(separator: ", ")', "split(separator: String)"],
  ['text.replacing("a", with: "b")', "replacing(_:with:)"],
  ["func all() -> some AsyncSequence<Int, Never> { x }", "AsyncSequence<...>"],
];

const ALLOWED: readonly string[] = [
  "// ContinuousClock is newer than iOS 15",
  "/* Duration\n and Task.sleep(for:) */ let a = 1",
  'let text = "Duration"',
  "try await Task.sleep(nanoseconds: 1)",
  "let durationOfCall = 1.0",
  "struct BootClock: Stopwatch {}",
  "url.appendingPathComponent(name)",
  "url?.host",
  'text.split(separator: ".")',
  "text.replacingOccurrences(of: a, with: b)",
];

describe("names that iOS 15 does not know", () => {
  for (const [code, name] of FOUND)
    test(`finds ${code}`, () => {
      const found = forbiddenIn(`import Foundation\n${code}\n`);
      assert.deepEqual(
        found.map((each) => [each.line, each.name]),
        [[2, name]],
      );
    });
  for (const code of ALLOWED)
    test(`allows ${JSON.stringify(code)}`, () => assert.deepEqual(forbiddenIn(code), []));
});
