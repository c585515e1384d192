/** Runs the suite in a page of the machine's own Chromium. */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { NEEDS } from "../../scripts/test/needs.ts";
import type { Result } from "./result.ts";

/** As root in a container there is no sandbox; and nothing may leave for the network by itself. */
export const CHROMIUM_FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export async function inChromium(project: string): Promise<readonly Result[]> {
  const server = serve(readFileSync(join(project, "bundle", "page.js")));
  await once(server, "listening");
  const executablePath = NEEDS.chromium.find() ?? "chromium";
  const browser = await chromium.launch({ executablePath, headless: true, args: CHROMIUM_FLAGS });
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await page.waitForFunction("globalThis.results");
    return await page.evaluate<readonly Result[]>("globalThis.results()");
  } finally {
    await browser.close();
    server.close();
  }
}

function serve(script: Buffer) {
  const page =
    '<!doctype html><meta charset="utf-8"><script type="module" src="/page.js"></script>';
  const server = createServer((request, response) => {
    const isScript = request.url === "/page.js";
    response.setHeader("content-type", isScript ? "text/javascript" : "text/html");
    response.end(isScript ? script : page);
  });
  return server.listen(0, "127.0.0.1");
}
