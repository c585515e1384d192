/** For the tests of this folder: the pipeline on real providers, a real policy and a real store. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PROVIDERS } from "@handstamp/core";
import type { JsonObject, Scope } from "@handstamp/protocol";
import { uidsOf } from "../app/uids.ts";
import type { StoredEvent } from "../audit/events.ts";
import { type Caller, judgedCaller } from "../callers/caller.ts";
import type { SigningKey } from "../config/config.ts";
import { compilePolicy, type Policy } from "../policy/index.ts";
import { Secret } from "../secret.ts";
import { createJournal } from "../store/journal.ts";
import { openSqliteStore } from "../store/sqlite/open.ts";
import { type Effect, type Entry, type Store, storedEvent } from "../store/store.ts";
import type { IssueDeps, Project } from "./deps.ts";
import { freshDraw } from "./draw.ts";
import { createIssuer, type Issuer } from "./issue.ts";
import type { Recorded } from "./record.ts";
import type { IssueRequest, RequestInfo } from "./types.ts";

export const CHAT_SERVICE = `IS${"c".repeat(32)}`;
export const TWILIO_KEY: SigningKey = {
  account: "AC0123456789abcdef0123456789abcdef",
  id: "SK0123456789abcdef0123456789abcdef",
  secret: new Secret("Kitbcdefghijklmnopqrstuvwxyz0123"),
};
export const AGORA_KEY: SigningKey = {
  account: "970ca35de60c44645bbae8a215061b33",
  id: "cert_0123456789ab",
  secret: new Secret("5cfd2fd1755d40ecb72977518be15d3b"),
};
/** Unix milliseconds. */
export const NOW = 1_763_700_000_000;

const RULES = [
  {
    name: "everyone",
    allow: [
      { product: "twilio.chat" },
      { product: "twilio.video", room: "lesson-*" },
      { product: "agora.rtc", channel: "lesson-*", role: ["publisher", "subscriber"] },
      { product: "agora.rtm" },
      { product: "agora.chat" },
    ],
    max_ttl: "4h",
  },
];

export const INFO: RequestInfo = {
  requestId: "req_1",
  ip: "203.0.113.7",
  route: "POST /v1/tokens",
};

export interface Kit extends AsyncDisposable {
  readonly issuer: Issuer;
  readonly store: Store;
  readonly policy: () => Policy;
  /** Another pipeline on the same store. */
  issuerOf(change: Partial<IssueDeps>): Issuer;
  /** Asks as this caller; chat in the default service where nothing else is said. */
  issue(caller: Caller, request?: Partial<IssueRequest>): Promise<Recorded>;
  /** Another policy from now on. */
  rules(rules: unknown): void;
  /** The log, oldest first, without what the kit itself has entered. */
  events(): Promise<StoredEvent[]>;
  commit(...effects: Effect[]): Promise<void>;
  readonly clock: { now: number };
}

/** @param change what a test puts in the place of a real part */
export async function kit(change: Partial<IssueDeps> = {}): Promise<Kit> {
  const folder = mkdtempSync(join(tmpdir(), "handstamp-issue-"));
  const store = await openSqliteStore({ path: join(folder, "test.db"), thread: false });
  const journal = createJournal({ store });
  const clock = { now: NOW };
  const policy = { current: compile(RULES) };
  const deps: IssueDeps = {
    providers: PROVIDERS,
    projects: new Map([["default", project(() => policy.current)]]),
    journal,
    store,
    now: () => clock.now,
    draw: () => freshDraw(Math.floor(clock.now / 1000)),
    uidOf: uidsOf(store, journal, () => clock.now),
    limits: async () => {},
    watch: { issued: () => {}, step: (_name, run) => run() },
    ...change,
  };
  const issuer = createIssuer(deps);
  const commit = async (...effects: Effect[]): Promise<void> => {
    const [outcome] = await store.commit([{ event: SETUP, effects }]);
    assert.ok(outcome?.committed, JSON.stringify(outcome));
  };
  await commit(active("twilio", TWILIO_KEY), active("agora", AGORA_KEY));
  return {
    issuer,
    store,
    policy: () => policy.current,
    issuerOf: (other) => createIssuer({ ...deps, ...other }),
    clock,
    commit,
    issue: (caller, request = {}) => issuer.issue(caller, { ...CHAT, ...request }, INFO),
    rules: (rules) => {
      policy.current = compile(rules);
    },
    async events() {
      const records = await store.audit.read(store.chain, 0, 1000);
      return records.map(storedEvent).filter(({ type }) => type !== SETUP.type);
    },
    async [Symbol.asyncDispose]() {
      await journal.close();
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const CHAT: IssueRequest = { provider: "twilio", grants: { chat: {} }, want: "all" };
const SETUP: Entry["event"] = {
  type: "service.started",
  at: NOW,
  project: "default",
  actor: { kind: "service", id: "test" },
  request: null,
  identity: null,
  products: [],
  data: {},
};

function compile(rules: unknown): Policy {
  const { twilio, agora } = PROVIDERS;
  return compilePolicy(rules, [...twilio.products, ...agora.products]);
}

function project(policy: () => Policy): Project {
  return {
    name: "default",
    providers: {
      twilio: { key: TWILIO_KEY, settings: { chat_service_sid: CHAT_SERVICE } },
      agora: { key: AGORA_KEY, settings: {} },
    },
    policy,
  };
}

function active(provider: "twilio" | "agora", { id }: SigningKey): Effect {
  const at = NOW / 1000;
  const row = { project: "default", provider, id, state: "active", fingerprint: "f" } as const;
  return { kind: "key_created", row: { ...row, createdAt: at, changedAt: at } };
}

/** A person who has signed in. */
export function person(identity: string, claims: JsonObject = {}): Caller {
  return judgedCaller({
    kind: "jwt",
    project: "default",
    id: `jwt:https://login.example.com|${identity}`,
    identity,
    scopes: new Set(["mint"] as const),
    claims,
  });
}

/** A back end with an API token that is in the store. */
export async function backEnd(
  { commit }: Pick<Kit, "commit">,
  id: string,
  limits: { readonly onBehalf?: readonly string[]; readonly products?: readonly string[] } = {},
): Promise<Caller> {
  const scopes: readonly Scope[] = ["mint", "mint:others"];
  const none = { expiresAt: null, lastUsedAt: null, revokedAt: null, createdBy: "test" };
  const { onBehalf = null, products = null } = limits;
  const row = { id, project: "default", name: id, digest: id, scopes, products, onBehalf };
  await commit({ kind: "api_token_created", row: { ...none, ...row, createdAt: NOW / 1000 } });
  return judgedCaller({
    kind: "api_token",
    project: "default",
    id,
    identity: null,
    scopes: new Set(scopes),
    claims: { name: id },
    ...limits,
  });
}
