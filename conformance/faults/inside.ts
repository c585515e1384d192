/** The service inside the test's process, with a clock to turn and its log in hand. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  loadConfig,
  nodeWorld,
  type Running,
  startService,
} from "../../packages/server/src/index.ts";
import { logOptions } from "../../packages/server/src/watch/log.ts";
import { SETTINGS } from "./service.ts";

export interface Inside extends Running {
  readonly database: string;
  /** The log's lines, parsed. */
  readonly lines: Record<string, unknown>[];
}

export async function startInside(
  settings: object = SETTINGS,
  now: () => number = Date.now,
): Promise<Inside> {
  const folder = mkdtempSync(join(tmpdir(), "handstamp-inside-"));
  const world = { ...nodeWorld(), cwd: folder, env: { HANDSTAMP_DATA: folder, PORT: "0" } };
  const config = loadConfig({ ...world, readFile: () => JSON.stringify(settings) });
  const lines: Record<string, unknown>[] = [];
  const write = (line: string) => {
    for (const each of line.trimEnd().split("\n"))
      lines.push(JSON.parse(each) as (typeof lines)[0]);
  };
  const logger = { ...logOptions("info", now), stream: { write } };
  const running = await startService(config, { now, logger });
  return {
    ...running,
    lines,
    database: join(folder, "handstamp.db"),
    async close() {
      await running.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
