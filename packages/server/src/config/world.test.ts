import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { nodeWorld } from "./world.ts";

describe("the machine itself", () => {
  test("writes for its owner alone, and reads nothing where nothing is", () => {
    const folder = mkdtempSync(join(tmpdir(), "handstamp-"));
    const path = join(folder, "data", "development.json");
    nodeWorld().writePrivateFile(path, "{}");
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.equal(statSync(join(folder, "data")).mode & 0o777, 0o700);
    assert.equal(nodeWorld().readFile(path), "{}");
    assert.equal(nodeWorld().readFile(join(folder, "absent")), null);
    rmSync(folder, { recursive: true });
  });

  test("does not take a file that may not be read for one that is absent", () => {
    const folder = mkdtempSync(join(tmpdir(), "handstamp-"));
    writeFileSync(join(folder, "handstamp.yaml"), "callers: []\n");
    chmodSync(join(folder, "handstamp.yaml"), 0);
    // Root reads everything; a folder in the file's place cannot be read by anyone.
    const path = process.getuid?.() === 0 ? folder : join(folder, "handstamp.yaml");
    assert.throws(() => nodeWorld().readFile(path), { code: "config_invalid" });
    rmSync(folder, { recursive: true });
  });
});
