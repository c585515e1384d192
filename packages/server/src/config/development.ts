import { join } from "node:path";
import { HandstampError, isObject } from "@handstamp/protocol";
import type { ServerProvider, Values } from "../providers/provider.ts";
import type { ProjectConfig } from "./config.ts";
import { assemble } from "./project.ts";
import type { World } from "./world.ts";

/** The project that development mode makes for itself: once, then read again at every start. */
export function developProject(
  world: World,
  dataDir: string,
  providers: readonly ServerProvider[],
): { readonly path: string; readonly project: ProjectConfig } {
  const path = join(dataDir, "development.json");
  const kept = readKept(world, path);
  const all: Record<string, Values> = {};
  for (const provider of providers)
    all[provider.id] = kept[provider.id] ?? provider.develop(world.randomHex);
  if (Object.keys(kept).length < providers.length)
    world.writePrivateFile(path, `${JSON.stringify(all, null, 2)}\n`);
  const configured = providers.map((provider) => [
    provider.id,
    assemble(provider, all[provider.id] ?? {}),
  ]);
  return { path, project: { name: "default", providers: Object.fromEntries(configured) } };
}

function readKept(world: World, path: string): Record<string, Values> {
  const text = world.readFile(path);
  if (text === null) return {};
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value as Record<string, Values>;
  } catch {
    // Said below, in words that help.
  }
  throw new HandstampError(
    "config_invalid",
    `${path} is not readable JSON: delete it, and new development keys are made.`,
  );
}
