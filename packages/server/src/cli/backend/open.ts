import type { Command } from "commander";
import { operatorCaller } from "../../callers/operator.ts";
import { UsageError } from "../failure.ts";
import { addPlaceOptions, configAt, openStoreAt, type Place, projectAt } from "../place.ts";
import type { Shell } from "../shell.ts";
import type { Backend } from "./backend.ts";

/** Where a command finds who answers it. */
export interface BackendOptions extends Place {
  readonly project?: string;
  readonly url?: string;
}

export function addBackendOptions(command: Command): Command {
  return addPlaceOptions(command)
    .option("--project <name>", "the project, where the configuration has several")
    .option("--url <address>", "ask a running service, with the API token in HANDSTAMP_TOKEN");
}

export interface Access {
  /** True for a command that may be the first to write into a store. */
  readonly mayMake?: boolean;
  /** True for a command that is about every project unless one is named. */
  readonly allProjects?: boolean;
}

/** Works with whoever answers the operator's commands, and closes it. */
export async function withBackend<T>(
  shell: Shell,
  options: BackendOptions,
  access: Access,
  work: (backend: Backend) => Promise<T>,
): Promise<T> {
  const backend = await (options.url === undefined
    ? openLocal(shell, options, access)
    : openRemote(shell, options, options.url));
  try {
    return await work(backend);
  } finally {
    await backend.close();
  }
}

async function openRemote(shell: Shell, options: BackendOptions, url: string): Promise<Backend> {
  const { config, data, project } = options;
  if ((config ?? data ?? project) !== undefined)
    throw new UsageError("--url asks a running service: its API token says which project.");
  const { remoteBackend } = await import("./remote.ts");
  return remoteBackend(url, shell.world.env["HANDSTAMP_TOKEN"]);
}

async function openLocal(
  shell: Shell,
  options: BackendOptions,
  { mayMake = false, allProjects = false }: Access,
): Promise<Backend> {
  const config = configAt(shell, options);
  const every = allProjects && options.project === undefined;
  const project = every ? "default" : projectAt(config, options.project);
  const { localBackend } = await import("./local.ts");
  return localBackend({
    config,
    caller: operatorCaller(project, shell.user(), every),
    open: () => openStoreAt(config, mayMake),
    now: shell.now,
  });
}
