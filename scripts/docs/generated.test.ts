import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { ROOT } from "../root.ts";
import { GENERATED } from "./generated.ts";
import { withBlock } from "./reference/block.ts";

for (const { path, write } of GENERATED)
  test(`${path} is what its table says`, async () => {
    const made = await write();
    const file = join(ROOT, path);
    if (process.env["HANDSTAMP_UPDATE"]) writeFileSync(file, made);
    assert.equal(readFileSync(file, "utf8"), made, "HANDSTAMP_UPDATE=1 writes it again");
  });

test("a block that is not there is an error", () => {
  assert.equal(
    withBlock("a\n<!-- made: x -->\nold\n<!-- end -->\nb", "x", "new"),
    "a\n<!-- made: x -->\nnew\n<!-- end -->\nb",
  );
  assert.throws(() => withBlock("a", "x", "new"), /no block/);
});
