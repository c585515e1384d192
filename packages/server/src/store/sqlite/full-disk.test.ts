import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { testFolder } from "./folder.test-suite.ts";

const run = promisify(execFile);
const SCENARIO = fileURLToPath(new URL("full-disk.test-suite.ts", import.meta.url));

// A disk of 6 MB in a mount namespace of its own, half of it ballast: gone with its process, and no
// right on the machine is needed beyond making a namespace.
const ON_A_SMALL_DISK = `
  mount -t tmpfs -o size=6m tmpfs "$1" && head -c 3000000 /dev/zero > "$1/ballast" &&
  exec "$2" --conditions=handstamp-source "$3" "$1" "$1/ballast"`;

test("a full disk stops the issuing, and room on it starts it again", async () => {
  const { folder, dispose } = await testFolder();
  const shell = ["sh", "-c", ON_A_SMALL_DISK, "sh", folder, process.execPath, SCENARIO];
  const { stdout } = await run("unshare", ["--map-root-user", "--mount", ...shell]);
  const seen = JSON.parse(stdout);
  assert.ok(seen.recorded > 100, `only ${seen.recorded} records before the disk was full`);
  assert.deepEqual(seen.failures, ["store_unavailable"]);
  assert.match(seen.details.join(), /the disk is full; make room/);
  assert.equal(seen.readyWhileFull, false);
  assert.equal(seen.committed, true);
  assert.equal(seen.found, true);
  // The key, what was acknowledged, and the one after. A commit that failed left nothing.
  assert.deepEqual([seen.verdict.ok, seen.verdict.entries], [true, seen.recorded + 2]);
  await dispose();
});
