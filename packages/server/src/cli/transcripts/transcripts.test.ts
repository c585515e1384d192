import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { replay } from "./transcript.ts";

const HERE = dirname(fileURLToPath(import.meta.url));

for (const name of readdirSync(HERE).filter((file) => file.endsWith(".transcript")))
  test(`the program answers as in ${name}`, () => {
    const path = join(HERE, name);
    const written = readFileSync(path, "utf8");
    const now = replay(written);
    if (process.env["HANDSTAMP_UPDATE"]) writeFileSync(path, now);
    else assert.equal(now, written);
  });
