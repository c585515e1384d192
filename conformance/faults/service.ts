/** The real process in production, in a folder of its own, to be harmed by the tests of this folder. */
import { type ChildProcess, spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../packages/server/src/cli/main.ts", import.meta.url));
const LISTENING = 30_000;

export const ISSUER = "https://login.example.com";
export const JWT_SECRET = "faults-jwt-secret-0123456789-abcdefghij";
export const API_SECRET = "Qw3eRt7yUi1oPa5sDf9gHj2kLz6xCv4b";
export const CERTIFICATE = "5cfd2fd1755d40ecb72977518be15d3b";

export const SETTINGS = {
  providers: {
    twilio: {
      account_sid: "AC0a1b2c3d4e5f60718293a4b5c6d7e8f9",
      api_key: "SK0a1b2c3d4e5f60718293a4b5c6d7e8f9",
      api_secret: API_SECRET,
      chat_service_sid: "IS0a1b2c3d4e5f60718293a4b5c6d7e8f9",
    },
    agora: { app_id: "970ca35de60c44645bbae8a215061b33", app_certificate: CERTIFICATE },
  },
  callers: [{ jwt: { issuer: ISSUER, audience: "calls", secret: JWT_SECRET, identity: "sub" } }],
  policy: [{ name: "everyone chats", allow: [{ product: "twilio.chat" }] }],
  limits: { address: 100_000_000, identity: 100_000_000 },
  log: { level: "warn" },
};

export interface Folder {
  readonly path: string;
  readonly data: string;
  readonly database: string;
  readonly config: string;
  configure(settings: object): void;
  remove(): void;
}

/** A folder with a `handstamp.yaml` and a place for the store. */
export function makeFolder(settings: object = SETTINGS): Folder {
  const path = mkdtempSync(join(tmpdir(), "handstamp-faults-"));
  const config = join(path, "handstamp.yaml");
  const configure = (next: object) => writeFileSync(config, JSON.stringify(next, null, 2));
  configure(settings);
  const data = join(path, "data");
  return {
    path,
    data,
    database: join(data, "handstamp.db"),
    config,
    configure,
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}

export interface Process {
  readonly child: ChildProcess;
  readonly said: { stdout: string; stderr: string };
  /** The exit status, or the signal that ended it. */
  readonly ended: Promise<number | string>;
}

export interface Serving extends Process {
  readonly url: string;
  stop(signal?: NodeJS.Signals): Promise<number | string>;
}

/** `handstamp serve` in a folder; it may well refuse to start. */
export function run(folder: Folder, env: Readonly<Record<string, string>> = {}): Process {
  const args = ["--conditions=handstamp-source", MAIN, "serve", "--port", "0", "--json"];
  const child = spawn(process.execPath, args, {
    cwd: folder.path,
    env: { PATH: process.env["PATH"] ?? "", HANDSTAMP_DATA: folder.data, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk: Buffer) => (said.stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (said.stderr += chunk.toString()));
  const ended = once(child, "close").then(([code, signal]) => (code ?? signal) as number | string);
  return { child, said, ended };
}

/** The same, once it listens. @throws when it ends before that, with what it said */
export async function serve(
  folder: Folder,
  env: Readonly<Record<string, string>> = {},
): Promise<Serving> {
  const started = run(folder, env);
  const url = await listening(started);
  const stop = (signal: NodeJS.Signals = "SIGTERM") => {
    started.child.kill(signal);
    return started.ended;
  };
  return { ...started, url, stop };
}

async function listening({ child, said, ended }: Process): Promise<string> {
  const late = setTimeout(() => child.kill("SIGKILL"), LISTENING);
  let over: number | string | undefined;
  void ended.then((how) => (over = how));
  while (!said.stdout.includes("}\n")) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    if (over !== undefined) throw new Error(`it ended with ${over}: ${said.stdout}${said.stderr}`);
  }
  clearTimeout(late);
  const announced = said.stdout.slice(0, said.stdout.indexOf("}\n") + 1);
  return (JSON.parse(announced) as { url: string }).url;
}

/** A JWT of the app's own login. */
export function signIn(sub: string, claims: Readonly<Record<string, unknown>> = {}): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const now = Math.floor(Date.now() / 1000);
  const payload = { iss: ISSUER, aud: "calls", sub, iat: now, exp: now + 3600, ...claims };
  const text = `${part({ alg: "HS256", typ: "JWT" })}.${part(payload)}`;
  return `${text}.${createHmac("sha256", JWT_SECRET).update(text).digest("base64url")}`;
}

export interface Answered {
  readonly status: number;
  readonly text: string;
  readonly ms: number;
  /** The token's id and text, where one was answered. */
  readonly token: { readonly id: string; readonly text: string } | undefined;
}

const CHAT = JSON.stringify({ provider: "twilio", grants: { chat: {} } });

/** Asks for a token. @throws where the connection fails */
export async function ask(url: string, jwt: string, body = CHAT): Promise<Answered> {
  const began = performance.now();
  const answer = await fetch(`${url}/v1/tokens`, {
    method: "POST",
    body,
    headers: { "content-type": "application/json", authorization: `Bearer ${jwt}` },
  });
  const text = await answer.text();
  const ms = performance.now() - began;
  const { id, token } = (text.startsWith("{") ? JSON.parse(text) : {}) as Record<string, string>;
  const issued = id !== undefined && token !== undefined ? { id, text: token } : undefined;
  return { status: answer.status, text, ms, token: issued };
}

export async function isReady(url: string): Promise<boolean> {
  return (await fetch(`${url}/health/ready`)).status === 200;
}

/** Waits until something holds. @throws when it does not within so many seconds */
export async function until(
  what: string,
  seconds: number,
  holds: () => Promise<boolean> | boolean,
) {
  const end = performance.now() + seconds * 1000;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`not within ${seconds} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
