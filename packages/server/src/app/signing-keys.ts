import { hash } from "node:crypto";
import { HandstampError, type ProviderId } from "@handstamp/protocol";
import type { Config, SigningKey } from "../config/config.ts";
import type { SigningKeyRow } from "../store/rows.ts";
import type { Effect, Entry, Store } from "../store/store.ts";

/**
 * Makes the configured keys the active ones: a new one is imported, the one before it becomes passive.
 * A deleted key never returns, and another secret under a known id is reported, not taken.
 *
 * @throws HandstampError `config_invalid` naming the key's id, never its secret
 */
export async function importKeys(config: Config, store: Store, now: number): Promise<void> {
  const entries: Entry[] = [];
  for (const { name, providers } of config.projects)
    for (const [provider, settings] of Object.entries(providers))
      if (settings)
        entries.push(...(await entriesFor(store, name, provider as ProviderId, settings.key, now)));
  const outcomes = entries.length > 0 ? await store.commit(entries) : [];
  const refused = outcomes.find((outcome) => !outcome.committed);
  if (refused)
    throw new HandstampError(
      "store_unavailable",
      "The signing keys could not be entered into the store; start again.",
      {
        detail: refused.committed ? "" : refused.reason,
      },
    );
}

async function entriesFor(
  store: Store,
  project: string,
  provider: ProviderId,
  key: SigningKey,
  now: number,
): Promise<Entry[]> {
  const rows = await store.keys.list(project, provider);
  const fingerprint = hash("sha256", key.secret.reveal(), "hex");
  const known = rows.find(({ id }) => id === key.id);
  if (known) checkKnown(known, fingerprint, project);
  if (known?.state === "active") return [];
  const before = rows.find(({ state }) => state === "active");
  return [
    ...(before
      ? [entry(project, "keys.changed", before.id, [toState(before, "passive", now)], now)]
      : []),
    known
      ? entry(project, "keys.changed", key.id, [toState(known, "active", now)], now)
      : entry(
          project,
          "keys.imported",
          key.id,
          [created(project, provider, key, fingerprint, now)],
          now,
        ),
  ];
}

function checkKnown(row: SigningKeyRow, fingerprint: string, project: string): void {
  const name = `The ${row.provider} key ${row.id} of project ${project}`;
  if (row.state === "deleted")
    throw new HandstampError(
      "config_invalid",
      `${name} was deleted and never returns: configure another key.`,
    );
  if (row.fingerprint !== fingerprint)
    throw new HandstampError(
      "config_invalid",
      `${name} is known with another secret. If the secret was mistyped, correct it; a new secret comes with a new key.`,
    );
}

function created(
  project: string,
  provider: ProviderId,
  key: SigningKey,
  fingerprint: string,
  now: number,
): Effect {
  const row = {
    project,
    provider,
    id: key.id,
    state: "active",
    fingerprint,
    createdAt: now,
    changedAt: now,
  } as const;
  return { kind: "key_created", row };
}

function toState(
  { project, provider, id, state }: SigningKeyRow,
  to: SigningKeyRow["state"],
  at: number,
): Effect {
  return { kind: "key_state", project, provider, key: id, from: [state], to, at };
}

function entry(
  project: string,
  type: "keys.imported" | "keys.changed",
  key: string,
  effects: readonly Effect[],
  now: number,
): Entry {
  return {
    event: {
      type,
      at: now * 1000,
      project,
      actor: { kind: "service", id: "start" },
      request: null,
      identity: null,
      products: [],
      data: { key, state: effects[0]?.kind === "key_state" ? effects[0].to : "active" },
    },
    effects,
  };
}
