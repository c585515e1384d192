/** Every route of a service that has all providers, as the service itself lists them. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createService, loadConfig, nodeWorld } from "handstamp";
import type { Operation } from "../../../packages/server/src/http/operation.ts";

let listed: Promise<readonly Operation[]> | undefined;

export function serviceOperations(): Promise<readonly Operation[]> {
  listed ??= list();
  return listed;
}

async function list(): Promise<readonly Operation[]> {
  const folder = mkdtempSync(join(tmpdir(), "handstamp-docs-"));
  try {
    const env = { HANDSTAMP_DATA: folder, HANDSTAMP_MODE: "development" };
    const service = await createService(loadConfig({ ...nodeWorld(), cwd: folder, env }));
    await service.close();
    return service.operations;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
