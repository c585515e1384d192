/** An API token put into a store before the service opens it, as an operator's command does. */
import { randomBytes } from "node:crypto";
import type { Scope } from "@handstamp/protocol";
import { createApiToken } from "../../packages/server/src/callers/index.ts";
import { openSqliteStore } from "../../packages/server/src/store/sqlite/open.ts";

const UNSET = {
  products: null,
  onBehalf: null,
  expiresAt: null,
  lastUsedAt: null,
  revokedAt: null,
};

export async function putApiToken(database: string, scopes: readonly Scope[]): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const made = createApiToken({ project: "default", name: "test", scopes }, randomBytes, now);
  const { products: _p, onBehalf: _o, ...row } = made.row;
  const store = await openSqliteStore({ path: database, thread: false });
  await store.commit([
    {
      event: {
        type: "callers.created",
        at: now * 1000,
        project: "default",
        actor: { kind: "cli", id: "test" },
        request: null,
        identity: null,
        products: [],
        data: { id: row.id },
      },
      effects: [{ kind: "api_token_created", row: { ...row, ...UNSET, createdBy: "test" } }],
    },
  ]);
  await store.close();
  return made.token.reveal();
}
