/** A service in development mode on a port of its own, and requests to it that hold every answer against `/openapi.json`. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  loadConfig,
  nodeWorld,
  type Running,
  startService,
} from "../../packages/server/src/index.ts";
import { type Description, readDescription } from "./description.ts";

export interface DevelopmentKeys {
  readonly twilio: Readonly<
    Record<
      | "account_sid"
      | "api_key"
      | "api_secret"
      | "chat_service_sid"
      | "sync_service_sid"
      | "twiml_app_sid",
      string
    >
  >;
  readonly agora: Readonly<Record<"app_id" | "app_certificate", string>>;
}

export interface Got {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The text as JSON, or an empty object where it is none. */
  readonly json: Readonly<Record<string, unknown>>;
}

export interface DropIn {
  readonly url: string;
  readonly running: Running;
  readonly keys: DevelopmentKeys;
  readonly description: Description;
  get(path: string, init?: RequestInit): Promise<Got>;
  postJson(path: string, body: unknown): Promise<Got>;
  postForm(path: string, fields: Record<string, string>): Promise<Got>;
  send(method: string, path: string, init?: RequestInit): Promise<Got>;
  close(): Promise<void>;
}

/** Starts it with made-up keys in a folder of its own; `env` is the whole environment that it sees. */
export async function startDropIn(env: Readonly<Record<string, string>> = {}): Promise<DropIn> {
  const folder = mkdtempSync(join(tmpdir(), "handstamp-"));
  const world = { ...nodeWorld(), cwd: folder, env: { PORT: "0", HANDSTAMP_DATA: folder, ...env } };
  const running = await startService(loadConfig(world));
  const { url } = running;
  const description = readDescription(await (await fetch(`${url}/openapi.json`)).json());
  const send = async (method: string, path: string, init: RequestInit = {}): Promise<Got> => {
    const answer = await fetch(url + path, { method, ...init });
    const got = await read(answer);
    checkAlways(got, `${method} ${path}`);
    description.check(method, path, got);
    return got;
  };
  return {
    url,
    running,
    description,
    keys: JSON.parse(readFileSync(join(folder, "development.json"), "utf8")) as DevelopmentKeys,
    send,
    get: (path, init) => send("GET", path, init),
    postJson: (path, body) =>
      send("POST", path, {
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      }),
    postForm: (path, fields) => send("POST", path, { body: new URLSearchParams(fields) }),
    async close() {
      await running.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function read(answer: Response): Promise<Got> {
  const text = await answer.text();
  const isJson = /json/.test(answer.headers.get("content-type") ?? "") && text !== "";
  const json = isJson ? (JSON.parse(text) as Got["json"]) : {};
  return { status: answer.status, headers: answer.headers, text, json };
}

/** What holds of every answer of the service, whatever was asked. */
function checkAlways({ status, headers, text }: Got, what: string): void {
  assert.ok(status < 500, `${what} is ${status}: ${text}`);
  assert.match(headers.get("cache-control") ?? "", /no-store/, `${what} may be kept`);
  assert.equal(headers.get("x-content-type-options"), "nosniff", what);
  assert.ok(headers.get("x-request-id"), `${what} has no request id`);
  assert.doesNotMatch(text, /\bat .*\.[jt]s:\d|node_modules|FST_ERR/, `${what} shows the inside`);
}
