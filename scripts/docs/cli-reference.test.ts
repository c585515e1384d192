import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { it } from "node:test";
import { CLI_REFERENCE, cliReference } from "./cli-reference.ts";

it("docs/reference/cli.md is what the program's help says", async () => {
  const page = await cliReference();
  if (process.env["HANDSTAMP_UPDATE"]) writeFileSync(CLI_REFERENCE, page);
  assert.equal(readFileSync(CLI_REFERENCE, "utf8"), page, "HANDSTAMP_UPDATE=1 writes it again");
});

it("every command has examples, a description and --json in its help", async () => {
  const sections = (await cliReference()).split("\n## ").slice(2);
  assert.ok(sections.length >= 7, `${sections.length} commands`);
  for (const section of sections) {
    assert.match(section, /\nExamples:\n {2}# .+\n {2}\$ /, section);
    assert.match(section, /\n {2}--json .*answer in JSON|\nCommands:/, section);
  }
});
