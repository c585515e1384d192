import { HandstampError } from "@handstamp/protocol";
import type { Config } from "../config/config.ts";
import { openSqliteStore, type SqliteOptions } from "../store/sqlite/open.ts";
import type { Store } from "../store/store.ts";

/**
 * Opens the store that the configuration names.
 *
 * @throws HandstampError `store_unavailable`; `config_invalid` for a store that is not served yet
 */
export function openStore(
  { store }: Pick<Config, "store">,
  options: Omit<SqliteOptions, "path"> = {},
): Promise<Store> {
  if (store.kind === "sqlite") return openSqliteStore({ path: store.path, ...options });
  throw new HandstampError(
    "config_invalid",
    "HANDSTAMP_STORE names a PostgreSQL database, which this version does not serve yet: use sqlite:<path>.",
  );
}
