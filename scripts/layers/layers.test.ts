import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { placesIn } from "./machine.ts";
import { readSource } from "./source.ts";
import { roomOf, violationsOf } from "./violations.ts";

/** What is found in a source, had it this path. */
function found(path: string, text: string): string[] {
  return violationsOf(path, readSource(path, text)).map((each) => `${each.line}: ${each.found}`);
}

const CORE = "packages/core/src";
const SERVER = "packages/server/src";

describe("imports", () => {
  const refused: readonly [name: string, path: string, text: string, complaint: string][] = [
    [
      "a provider that imports another",
      `${CORE}/providers/agora/x.ts`,
      'import { y } from "../twilio/y.ts";',
      "1: imports ../twilio/y.ts (core/providers/*)",
    ],
    [
      "even as a type",
      `${CORE}/providers/agora/x.ts`,
      'import type { Y } from "../twilio/y.ts";',
      "1: imports a type from ../twilio/y.ts (core/providers/*)",
    ],
    [
      "a dynamic import",
      `${SERVER}/issue/x.ts`,
      'const later = async () => await import("../store/sqlite/index.ts");',
      "1: imports ../store/sqlite/index.ts (server/store/*)",
    ],
    [
      "a type written as import()",
      `${SERVER}/policy/x.ts`,
      'export type T = import("../keys/key.ts").Key;',
      "1: imports a type from ../keys/key.ts (server/keys)",
    ],
    [
      "a type in an annotation",
      "packages/protocol/src/x.ts",
      'export const f = (x: import("@handstamp/core").Minted) => x;',
      "1: imports a type from @handstamp/core (core)",
    ],
    [
      "an export from elsewhere",
      "packages/client/src/index.ts",
      'export { inspect } from "@handstamp/core";',
      "1: imports @handstamp/core (core)",
    ],
    [
      "a computed import",
      `${SERVER}/issue/x.ts`,
      "export const load = (name: string) => import(name);",
      "1: imports a module whose name is computed",
    ],
    [
      "a package where there are none",
      "packages/protocol/src/x.ts",
      'import { z } from "zod";',
      "1: imports zod",
    ],
    [
      "Node where there is none",
      `${CORE}/lib/x.ts`,
      'import { createHash } from "node:crypto";',
      "1: imports node:crypto",
    ],
    [
      "the command line from below",
      `${SERVER}/app/x.ts`,
      'import { main } from "../cli/main.ts";',
      "1: imports ../cli/main.ts (server/cli)",
    ],
    [
      "an inner file of another package",
      `${SERVER}/issue/x.ts`,
      'import { utf8 } from "@handstamp/core/lib/bytes";',
      "1: imports @handstamp/core/lib/bytes, which is no entry of that package",
    ],
    [
      "a folder that is no room",
      `${SERVER}/misc/x.ts`,
      "",
      "1: stands in a folder that is no room",
    ],
  ];
  for (const [name, path, text, complaint] of refused)
    test(name, () => assert.deepEqual(found(path, text), [complaint]));

  const accepted: readonly [name: string, path: string, text: string][] = [
    ["its own folder", `${CORE}/providers/agora/x.ts`, 'import { y } from "./y.ts";'],
    ["lib", `${CORE}/providers/agora/x.ts`, 'import { utf8 } from "../../lib/bytes.ts";'],
    [
      "a type that travels",
      `${SERVER}/policy/x.ts`,
      'import type { Caller } from "../callers/caller.ts";',
    ],
    [
      "app chooses the store",
      `${SERVER}/app/x.ts`,
      'import { open } from "../store/sqlite/index.ts";',
    ],
    ["an import in a comment", `${CORE}/lib/x.ts`, '// import { x } from "node:fs";'],
    ["an import in a string", `${CORE}/lib/x.ts`, "export const x = 'import \"node:fs\"';"],
  ];
  for (const [name, path, text] of accepted)
    test(`accepts ${name}`, () => assert.deepEqual(found(path, text), []));

  test("a value may not come from where only a type may", () => {
    const text = 'import { judgedCaller } from "../callers/caller.ts";';
    assert.deepEqual(found(`${SERVER}/policy/x.ts`, text), [
      "1: imports ../callers/caller.ts (server/callers)",
    ]);
  });

  test("the rule is explained", () => {
    const path = `${CORE}/providers/agora/x.ts`;
    const [violation] = violationsOf(path, readSource(path, 'import "node:fs";'));
    assert.match(violation?.rule ?? "", /^core\/providers\/\* may import protocol, core\/lib/);
    assert.match(violation?.why ?? "", /never another provider/);
  });
});

describe("effects", () => {
  const refused: readonly [text: string, complaint: string][] = [
    ["export const x = process.env.HOME;", "1: uses process.env.HOME"],
    ['export const x = process["env"];', "1: uses process.env"],
    ["export const { env } = process;", "1: uses process"],
    ['import process from "process";\nexport const x = process.env;', "2: uses process.env"],
    ["export const x = () => Date.now();", "1: uses Date.now"],
    ["export const x = new Date();", "1: uses new Date()"],
    ["export const x = globalThis.fetch;", "1: uses fetch"],
    ["export const x = () => fetch('/');", "1: uses fetch"],
    ["export const x = { fetch };", "1: uses fetch"],
    ["export const x = (get = fetch) => get;", "1: uses fetch"],
    ["export const x = (a: { b: number }) => a.b * Math.random();", "1: uses Math.random"],
    ["export const x = (fetch as unknown)!;", "1: uses fetch"],
    ["{ const fetch = 1; fetch; }\nfetch('/');", "2: uses fetch"],
    ['import { randomBytes } from "node:crypto";', "1: imports node:crypto"],
    ['import * as crypto from "node:crypto";', "1: imports node:crypto"],
  ];
  for (const [text, complaint] of refused)
    test(`finds ${text}`, () =>
      // Callers may import any of Node's modules, so that only the effect is complained of.
      assert.deepEqual(found(`${SERVER}/callers/x.ts`, text), [complaint]));

  const accepted: readonly string[] = [
    "export const x = (fetch: () => void) => fetch();",
    "export const x = (deps: { fetch: () => void }) => deps.fetch();",
    "export const x = ({ fetch }: { fetch: () => void }) => fetch();",
    "export interface Deps { fetch: typeof fetch }",
    "export const x = new Date(0);",
    "export const x = { process: 1, fetch: 2 };",
    "export class X { fetch() {} }",
    "export const Date_now = 'Date.now()'; // Date.now()",
    'import { createHash } from "node:crypto"; export { createHash };',
  ];
  for (const text of accepted)
    test(`accepts ${text}`, () => assert.deepEqual(found(`${SERVER}/callers/x.ts`, text), []));

  test("the edge may", () => {
    assert.deepEqual(found(`${SERVER}/config/world.ts`, "export const e = process.env;"), []);
  });

  test("files enter at the edge only", () => {
    assert.deepEqual(found(`${SERVER}/config/load.ts`, 'import { readFileSync } from "node:fs";'), [
      "1: imports node:fs",
    ]);
  });
});

test("the longest path decides the room", () => {
  assert.equal(roomOf(`${CORE}/lib/platform.node.ts`)?.room.name, "core/platform.node");
  assert.equal(roomOf(`${CORE}/providers/agora/x.ts`)?.instance, "agora");
  assert.equal(roomOf(`${CORE}/providers.ts`)?.room.name, "core");
  assert.equal(roomOf("packages/corebis/src/x.ts"), undefined);
});

describe("machine's own places", () => {
  const home = ["", "home", "somebody", "x"].join("/");
  const host = ["registry", "npmjs", "org"].join(".");
  test("are found", () => {
    assert.equal(placesIn("x.md", `see ${home}`).length, 1);
    assert.equal(placesIn("package-lock.json", `"resolved": "https://${host}/x"`).length, 1);
  });
  test("are not seen in relative paths and web addresses", () => {
    for (const text of [
      "./work/x",
      "https://example.com/home/page/x",
      "/usr/bin/chromium",
      "~/work/x",
    ])
      assert.deepEqual(placesIn("x.md", text), []);
  });
});
