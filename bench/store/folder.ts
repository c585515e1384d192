import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tokenIssued } from "../../packages/server/src/store/issuance.ts";
import { openSqliteStore } from "../../packages/server/src/store/sqlite/open.ts";
import type { Entry, Store } from "../../packages/server/src/store/store.ts";

const NOW = Math.floor(Date.now() / 1000);
const KEY = `SK${"0".repeat(32)}`;
const CALLER = "bench";

/** A store in a folder of its own with what an issue requires: a key and an API token. */
export async function withStore<T>(
  options: { readonly thread: boolean },
  work: (store: Store, path: string) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "handstamp-bench-"));
  const path = join(folder, "handstamp.db");
  const store = await openSqliteStore({ path, ...options });
  try {
    await store.commit([key(), apiToken()]);
    return await work(store, path);
  } finally {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The `n`th issue, of one of 50,000 people, with the requirements that the pipeline asks for. */
export function issue(n: number): Entry {
  const project = "default";
  const identity = `user-${(n * 7919) % 50_000}`;
  const issuance = {
    id: `${KEY}-${crypto.randomUUID()}`,
    project,
    provider: "twilio" as const,
    products: ["twilio.video", "twilio.chat"],
    identity,
    uid: null,
    grants: { video: { room: "lesson-12" }, chat: { service_sid: `IS${"0".repeat(32)}` } },
    key: KEY,
    issuedAt: NOW,
    expiresAt: NOW + 3600,
    caller: { kind: "api_token", id: CALLER },
    rule: "tutors run their lessons",
    request: `req-${n}`,
    digest: "n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg",
  };
  return {
    event: tokenIssued(issuance, NOW * 1000 + n),
    require: [
      { kind: "key_active", project, provider: "twilio", key: KEY },
      { kind: "identity_allowed", project, identity },
      { kind: "api_token_valid", project, id: CALLER },
    ],
    effects: [{ kind: "api_token_used", id: CALLER, at: NOW }],
  };
}

function event(type: "keys.created" | "callers.created") {
  const actor = { kind: "cli", id: "bench" };
  const nobody = { request: null, identity: null, products: [], data: {} };
  return { type, at: NOW * 1000, project: "default", actor, ...nobody };
}

function key(): Entry {
  const row = {
    project: "default",
    provider: "twilio",
    id: KEY,
    state: "active",
    fingerprint: "00",
    createdAt: NOW,
    changedAt: NOW,
  } as const;
  return { event: event("keys.created"), effects: [{ kind: "key_created", row }] };
}

function apiToken(): Entry {
  const row = {
    id: CALLER,
    project: "default",
    name: "Benchmark",
    digest: "00",
    scopes: ["mint"],
    products: null,
    onBehalf: null,
    createdAt: NOW,
    createdBy: "bench",
    expiresAt: null,
    lastUsedAt: null,
    revokedAt: null,
  } as const;
  return { event: event("callers.created"), effects: [{ kind: "api_token_created", row }] };
}
