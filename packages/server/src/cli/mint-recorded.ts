/** `mint` where there is a record: the last two steps of the pipeline, for whom no policy stands above. */
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { type Minted, type MintRequest, PROVIDERS } from "@handstamp/core";
import { HandstampError, type ProviderId } from "@handstamp/protocol";
import { operatorCaller } from "../callers/operator.ts";
import type { Config } from "../config/config.ts";
import type { Store } from "../store/store.ts";
import type { OwnedProvider } from "./credentials.ts";
import { withStore } from "./place.ts";
import type { Shell } from "./shell.ts";

/** What says that a record is kept here: a key in the environment alone does not. */
const PLACES = ["HANDSTAMP_STORE", "HANDSTAMP_DATA"];

/** True where the settings name a store, or a service has made one. */
export function isInstallation({ world: { env } }: Shell, { file, store }: Config): boolean {
  if (file !== null || store.kind !== "sqlite") return true;
  return PLACES.some((name) => env[name]) || existsSync(store.path);
}

type Made = Pick<Minted, "id" | "token" | "issuedAt" | "expiresAt" | "warnings">;

/**
 * Signs a token and gives it out only once its issue is durably in the record.
 *
 * @throws HandstampError `store_unavailable`, `conflict` where the store has another active key,
 * `forbidden` for a blocked identity
 */
export async function mintRecorded(
  shell: Shell,
  config: Config,
  own: OwnedProvider,
  provider: ProviderId,
  request: MintRequest,
): Promise<Made> {
  const [{ createJournal }, { sign }, { record }, { allowedToOperator }, { freshDraw }] =
    await Promise.all([
      import("../store/journal.ts"),
      import("../issue/sign.ts"),
      import("../issue/record.ts"),
      import("../issue/authorize.ts"),
      import("../issue/draw.ts"),
    ]);
  return withStore(config, true, async (store) => {
    await admitKey(store, config, own, provider, shell.now());
    const journal = createJournal({ store, deadline: DEADLINE });
    const operator = operatorCaller(own.project, shell.user());
    const allowed = allowedToOperator(operator, provider, own.key, request, uidIn(request));
    const signed = sign({ providers: PROVIDERS }, allowed, freshDraw(shell.now()));
    const deps = { journal, now: () => shell.now() * 1000, watch: { issued: () => undefined } };
    const info = { requestId: randomUUID(), ip: "", route: "handstamp mint" };
    try {
      return await record(deps, signed, info);
    } finally {
      await journal.close();
    }
  });
}

/** Milliseconds: longer than the service's lock on the store can last. */
const DEADLINE = 15_000;

/** Enters the key into a store that has none of this provider. It never takes another key's place. */
async function admitKey(
  store: Store,
  config: Config,
  own: OwnedProvider,
  provider: ProviderId,
  now: number,
): Promise<void> {
  const keys = await store.keys.list(own.project, provider);
  const active = keys.find(({ state }) => state === "active");
  if (active && active.id !== own.key.id)
    throw new HandstampError(
      "conflict",
      `The record's active ${PROVIDERS[provider].title} key is ${active.id}, and the settings here name ${own.key.id}. The service takes a new key over when it starts; for a token without a record use another folder.`,
    );
  const { importKeys } = await import("../app/signing-keys.ts");
  const only = { name: own.project, providers: { [provider]: own } };
  await importKeys({ ...config, projects: [only] }, store, now);
}

/** The integer by which a grant knows the identity. */
function uidIn({ grants }: MintRequest): number | undefined {
  const uids = Object.values(grants).map(({ uid }) => uid);
  return uids.find((uid) => typeof uid === "number");
}
