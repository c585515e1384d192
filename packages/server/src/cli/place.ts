/** The installation that a command works on: its configuration, its project, its store. */
import { existsSync } from "node:fs";
import { HandstampError, suggest } from "@handstamp/protocol";
import type { Command } from "commander";
import type { Actor } from "../audit/events.ts";
import type { Config } from "../config/config.ts";
import { loadConfig } from "../config/load.ts";
import { SERVER_PROVIDERS } from "../providers/table.ts";
import type { Store } from "../store/store.ts";
import type { Shell } from "./shell.ts";
import { withStandIns } from "./stand-ins.ts";

export interface Place {
  readonly config?: string;
  readonly data?: string;
}

/** Milliseconds: a command may wait longer for the service's lock than a request may. */
const BUSY = 10_000;

export function addPlaceOptions(command: Command): Command {
  return command
    .option("--config <path>", "the configuration file (HANDSTAMP_CONFIG, else handstamp.yaml)")
    .option("--data <folder>", "the data folder (HANDSTAMP_DATA, else .handstamp)");
}

/**
 * The settings for a command that signs nothing: it needs no secret, so what the file reads of the
 * environment may be missing, and no callers need be there yet. What is wrong otherwise is refused.
 *
 * @throws HandstampError `config_...`
 */
export function configAt({ world }: Shell, { config: file, data }: Place): Config {
  const given = { ...(file === undefined ? {} : { config: file }), ...(data ? { data } : {}) };
  const config = loadConfig(withStandIns(world, given), SERVER_PROVIDERS, {
    ...given,
    mode: "development",
  });
  const isDevelopment = config.file === null || world.env["HANDSTAMP_MODE"] === "development";
  return { ...config, mode: isDevelopment ? "development" : "production" };
}

/**
 * The project that a command is about: the one that is named, or the only one.
 *
 * @throws HandstampError `invalid_request` for a name that is not configured, or for none where there
 * are several
 */
export function projectAt({ projects }: Config, named: string | undefined): string {
  const names = projects.map(({ name }) => name);
  const [first = "default"] = names;
  if (named === undefined && names.length === 1) return first;
  if (named !== undefined && names.includes(named)) return named;
  throw new HandstampError(
    "invalid_request",
    named === undefined
      ? `There are several projects: choose one with --project (${names.join(", ")}).`
      : `There is no project of this name${suggest(named, names)}.`,
  );
}

/** Whose hand a command is, in the record. */
export function operatorOf(shell: Shell): Actor {
  return { kind: "cli", id: shell.user() };
}

/** True where a store has been made, or where the settings name one that this program does not make. */
export function hasStore({ store }: Config): boolean {
  return store.kind !== "sqlite" || existsSync(store.path);
}

/**
 * Opens the store. A service may run on the same one: each sees what the other has committed.
 *
 * @param mayMake false for a command that only reads: it makes no store where there is none
 * @throws HandstampError `not_found`, `store_unavailable`
 */
export async function openStoreAt(config: Config, mayMake: boolean): Promise<Store> {
  if (!mayMake && !hasStore(config)) throw noStore(config);
  // Only now, so that the help and a wrong setting do not wait for the store's code.
  const { openStore } = await import("../app/store.ts");
  return openStore(config, { thread: false, busyTimeout: BUSY });
}

/** Opens the store, works with it and closes it. */
export async function withStore<T>(
  config: Config,
  mayMake: boolean,
  work: (store: Store) => Promise<T>,
): Promise<T> {
  const store = await openStoreAt(config, mayMake);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

function noStore({ store }: Config): HandstampError {
  const where = store.kind === "sqlite" ? ` at ${store.path}` : "";
  return new HandstampError(
    "not_found",
    `There is no record${where}. The service makes it at its first start; --data or --config name another place.`,
  );
}
