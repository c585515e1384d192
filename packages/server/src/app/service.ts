/** Composes the service: its parts, the routes on them, and how both begin and end. */
import type { FastifyInstance, FastifyServerOptions } from "fastify";
import type { Config } from "../config/config.ts";
import type { Operation } from "../http/operation.ts";
import { addOperations } from "../http/router.ts";
import type { Issuer } from "../issue/issue.ts";
import type { Store } from "../store/store.ts";
import { serviceEvent } from "./events.ts";
import { operationsOf } from "./operations.ts";
import { type Parts, partsOf } from "./parts.ts";
import { reloaderOf } from "./reload.ts";
import { keepStore } from "./retention.ts";
import { readSettings } from "./settings.ts";
import { openStore } from "./store.ts";
import { deniedTo, keyAge, retentionLog, watchAll } from "./watched.ts";

export interface ServiceOptions {
  readonly logger?: FastifyServerOptions["logger"];
  /** Unix milliseconds. */
  readonly now?: () => number;
  /** A store of the caller's own making, instead of the one that the configuration names. */
  readonly store?: Store;
  /** How many verified JWTs are remembered, by their SHA-256; 0 remembers none. Default 10,000. */
  readonly verifiedJwts?: number;
}

export interface Service {
  readonly app: FastifyInstance;
  readonly operations: readonly Operation[];
  readonly issuer: Issuer;
  readonly store: Store;
  /**
   * Puts another configuration in the place of the running one, all of it between two requests:
   * callers, policy, cors, trusted_proxies, limits, retention and log. The rest needs a restart. What
   * came of it is in the log and in the record.
   *
   * @param read reads it; undefined where there is nothing new
   * @returns the settings that differ and need a restart
   * @throws HandstampError `config_invalid`, or what `read` throws; then nothing has changed
   */
  reload(read: () => Config | undefined): Promise<readonly string[]>;
  /** Stops taking requests, finishes those in hand, writes what waits, closes what was opened. */
  close(): Promise<void>;
}

/**
 * The whole service, without a listener.
 *
 * @throws HandstampError `config_invalid`, `config_missing`, `store_unavailable`
 */
export async function createService(
  config: Config,
  options: ServiceOptions = {},
): Promise<Service> {
  const settings = readSettings(config);
  const store = options.store ?? (await openStore(config));
  try {
    return await serve(await partsOf(config, settings, store, options));
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function serve(parts: Parts): Promise<Service> {
  const { app, config, issuer, journal, now, store } = parts;
  const state = { stopping: false };
  const isReady = () => !state.stopping && journal.ready();
  const operations = operationsOf({ ...parts, policies: parts.live.policies, isReady });
  addOperations(app, operations, {
    authenticate: (presented) => parts.live.identify.authenticate(presented),
    authenticateGuest: () => parts.live.identify.authenticateGuest,
    answered: parts.answered,
    denied: deniedTo(parts.limits, journal, now),
  });
  watchAll({ ...parts, isReady, keyAge: keyAge(config, store, () => now() / 1000) });
  await app.ready();
  const stopKeeping = keep(parts);
  await journal.record(serviceEvent("service.started", now(), { config: config.digest }));
  return {
    app,
    operations,
    issuer,
    store,
    reload: reloaderOf(parts),
    async close() {
      state.stopping = true;
      await app.close();
      await stopKeeping();
      await end(parts);
    },
  };
}

/** The clock that removes what is too old. */
function keep(parts: Parts): () => Promise<void> {
  const { live, app } = parts;
  const retention = () => live.settings.retention;
  return keepStore({ ...parts, retention, log: retentionLog(app.log) });
}

/** What waits is written before the store closes. */
async function end({ journal, live, now, refusals, store }: Parts): Promise<void> {
  await refusals.close();
  // Where it cannot be written, the log of the store's trouble says why.
  await journal.record(serviceEvent("service.stopped", now(), {})).catch(() => undefined);
  await journal.close();
  await live.identify.close();
  await store.close();
}
