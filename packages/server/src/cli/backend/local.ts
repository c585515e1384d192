import { randomBytes, randomUUID } from "node:crypto";
import { type JsonObject, validate } from "@handstamp/protocol";
import { readRules } from "../../app/projects.ts";
import type { Caller } from "../../callers/caller.ts";
import type { Config } from "../../config/config.ts";
import type { Answer, Ask, Operation } from "../../http/operation.ts";
import type { Policy } from "../../policy/index.ts";
import { readAudit } from "../../routes/audit/read.ts";
import { createCaller } from "../../routes/callers/create.ts";
import { deleteCaller } from "../../routes/callers/delete.ts";
import { listCallers } from "../../routes/callers/list.ts";
import { testPolicy } from "../../routes/policy/decide.ts";
import { readTokens } from "../../routes/tokens/read.ts";
import type { Entry, Outcome, Store } from "../../store/store.ts";
import type { ApiRequest, Backend } from "./backend.ts";

export interface LocalOptions {
  readonly config: Config;
  readonly caller: Caller;
  /** Opens the store, once, when something needs it. */
  readonly open: () => Promise<Store>;
  /** Unix seconds. */
  readonly now: () => number;
}

/** The service's own operations over the store of this machine, without HTTP between. */
export function localBackend({ config, caller, open, now }: LocalOptions): Backend {
  let opened: Promise<Store> | undefined;
  const store = () => (opened ??= open());
  return {
    async ask(request) {
      const operation =
        request.id === "testPolicy"
          ? testPolicy(policyDeps(config, now))
          : operationOn(await store(), request.id, now);
      const { body } = await answerTo(operation, request, caller);
      return (body ?? {}) as JsonObject;
    },
    async close() {
      await (await opened)?.close();
    },
  };
}

function operationOn(store: Store, id: ApiRequest["id"], now: () => number): Operation {
  const deps = {
    store,
    journal: { record: (entry: Entry) => commitOne(store, entry) },
    now: () => now() * 1000,
    random: randomBytes,
  };
  const operations = [
    createCaller(deps),
    listCallers(deps),
    deleteCaller(deps),
    readAudit(deps),
    ...readTokens(store),
  ];
  return operations.find((operation) => operation.id === id) as Operation;
}

async function commitOne(store: Store, entry: Entry): Promise<Outcome> {
  const [outcome] = await store.commit([entry]);
  return outcome as Outcome;
}

function policyDeps(config: Config, now: () => number) {
  const rules = new Map(readRules(config).map(({ project, policy }) => [project, policy]));
  return {
    policyOf: (project: string) => rules.get(project) as Policy,
    settingsOf: (project: string) => {
      const { providers = {} } = config.projects.find(({ name }) => name === project) ?? {};
      const entries = Object.entries(providers);
      return Object.fromEntries(entries.map(([id, provider]) => [id, provider?.settings]));
    },
    now: () => now() * 1000,
  };
}

/** What the router does of it here: the request is checked against the operation's shapes. */
async function answerTo(
  operation: Operation,
  { params = {}, query = {}, body = {} }: ApiRequest,
  caller: Caller,
): Promise<Answer> {
  if (operation.query) validate(operation.query, query, "/query");
  if (operation.body) validate(operation.body, body, "");
  const { method, path } = operation;
  const asked: Ask = {
    caller,
    presented: { ...NOTHING_PRESENTED, method },
    params,
    query,
    body,
    requestId: randomUUID(),
    idempotencyKey: undefined,
    ip: "",
    route: `${method} ${path}`,
  };
  return operation.handle(asked);
}

/** There is no request, and so no credential in one. */
const NOTHING_PRESENTED = {
  authorization: undefined,
  cookie: undefined,
  headers: {},
  ip: "",
  remoteAddress: "",
} as const;
