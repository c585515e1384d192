import assert from "node:assert/strict";
import { globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { loadConfig, nodeWorld, type Running, startService } from "handstamp";
import { ROOT } from "../root.ts";
import { isAsShown, outputOf, shownIn } from "./check-guides.ts";

const folder = mkdtempSync(join(tmpdir(), "handstamp-"));
let service: Running;
before(async () => {
  const env = { PORT: "0", HANDSTAMP_DATA: folder };
  service = await startService(loadConfig({ ...nodeWorld(), cwd: folder, env }));
});
after(async () => {
  await service.close();
  rmSync(folder, { recursive: true, force: true });
});

for (const path of globSync(["README.md", "docs/guides/*.md"], { cwd: ROOT }).sort()) {
  const shown = shownIn(readFileSync(join(ROOT, path), "utf8"));
  if (shown.length > 0)
    describe(path, () => {
      for (const { command, output, line } of shown)
        test(`line ${line}: ${command}`, async () => {
          const printed = await outputOf(command, service.url);
          assert.ok(
            isAsShown(output, printed),
            `the page shows\n${output}\nand it prints\n${printed}`,
          );
        });
    });
}

test("a page that shows something else is found", () => {
  assert.ok(isAsShown('{"a":"…","b":1}', '{"a":"x.y","b":1}'));
  assert.ok(!isAsShown('{"a":"…","b":1}', '{"a":"x","b":2}'));
  assert.ok(!isAsShown("a…", "a\nb"));
  const page = "```console\n$ one\nout\n$ two\n```\n```sh\n$ three\n```\n";
  assert.deepEqual(shownIn(page), [
    { command: "one", output: "out", line: 2 },
    { command: "two", output: "", line: 4 },
  ]);
});
