import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { parse } from "yaml";
import { checkAcrossProjects } from "./across-projects.ts";
import { SECRET } from "./kit.test.ts";
import { parseCallers } from "./parse-callers.ts";

const guide = readFileSync(new URL("../../../../docs/guides/callers.md", import.meta.url), "utf8");
const examples = Array.from(guide.matchAll(/```yaml\n(.*?)```/gs), ([, text = ""]) => text);

test("guide: it has an example of every kind of caller", () => {
  const kinds = new Set(examples.flatMap((text) => read(text).map(({ kind }) => kind)));
  assert.deepEqual([...kinds].sort(), ["api_token", "jwt", "passcode", "session"]);
});

for (const text of examples)
  test(`guide: ${/(issuer|url|name): .*|api_token/.exec(text)?.[0]} is a configuration`, () => {
    const callers = read(text);
    assert.ok(callers.length > 0);
    checkAcrossProjects([{ project: "default", callers }]);
  });

function read(text: string) {
  const file = parse(text.replace(/\$\{env:\w+\}/g, SECRET)) as Record<string, unknown>;
  return parseCallers(file["callers"], "/callers", {
    sharedIdentities: file["shared_identities"] === true,
  });
}
