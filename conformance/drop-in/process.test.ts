/** The real process, as an operator runs it: it starts, answers, and stops when it is told to. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { DevelopmentKeys } from "./service.ts";
import { readAgora, readTwilio } from "./witness.ts";

const MAIN = fileURLToPath(new URL("../../packages/server/src/cli/main.ts", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "handstamp-"));
const children: ChildProcess[] = [];
after(() => {
  for (const child of children) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});
/** A test that waits longer has found a hang; in milliseconds. */
const PATIENCE = { timeout: 20_000 };

interface Serving {
  readonly child: ChildProcess;
  readonly said: { stdout: string; stderr: string };
  /** The exit status. */
  readonly ended: Promise<number | null>;
}

/** `handstamp serve --port 0 --json` with this environment alone, in an empty folder. */
function serve(env: Readonly<Record<string, string>> = {}): Serving {
  const child = spawn(
    process.execPath,
    ["--conditions=handstamp-source", MAIN, "serve", "--port", "0", "--json"],
    {
      cwd: folder,
      env: { PATH: process.env["PATH"] ?? "", ...env },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  children.push(child);
  const said = { stdout: "", stderr: "" };
  child.stdout?.on("data", (chunk: Buffer) => (said.stdout += chunk.toString()));
  child.stderr?.on("data", (chunk: Buffer) => (said.stderr += chunk.toString()));
  return { child, said, ended: once(child, "close").then(([code]) => code as number | null) };
}

async function listening(serving: Serving): Promise<URL> {
  while (!serving.said.stdout.includes("\n")) {
    const over = await Promise.race([serving.ended, once(serving.child.stdout as never, "data")]);
    if (!Array.isArray(over)) throw new Error(`it ended with ${over}: ${serving.said.stderr}`);
  }
  return new URL((JSON.parse(serving.said.stdout.split("\n")[0] ?? "") as { url: string }).url);
}

/** Opens a POST whose body is still on its way: the service has its headers and waits. */
async function halfAPost(url: URL): Promise<Socket> {
  const socket = connect(Number(url.port), "127.0.0.1");
  await once(socket, "connect");
  socket.write(
    "POST /token HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n" +
      'Content-Type: application/json\r\nContent-Length: 14\r\n\r\n{"id":',
  );
  const [chunk] = (await once(socket, "data")) as [Buffer];
  assert.match(chunk.toString(), /^HTTP\/1\.1 100 /);
  return socket;
}

async function readToEnd(socket: Socket): Promise<string> {
  let text = "";
  for await (const chunk of socket) text += String(chunk);
  return text;
}

test(
  "it starts without anything set up, answers, and finishes what is in hand on SIGTERM",
  PATIENCE,
  async () => {
    const serving = serve();
    const url = await listening(serving);
    const path = join(folder, ".handstamp", "development.json");
    const keys = JSON.parse(readFileSync(path, "utf8")) as DevelopmentKeys;
    assert.equal(statSync(path).mode & 0o777, 0o600);

    const twilio = (await (await fetch(new URL("/token?identity=alice", url))).json()) as {
      token: string;
    };
    assert.equal(readTwilio(twilio.token, keys).grants["identity"], "alice");
    const agora = (await (await fetch(new URL("/rtc/c/publisher/uid/0/", url))).json()) as {
      rtcToken: string;
    };
    assert.equal(readAgora(agora.rtcToken, keys).services.length, 1);

    const inHand = await halfAPost(url);
    serving.child.kill("SIGTERM");
    await refused(url);
    inHand.write('"alice"}');
    const answered = performance.now();
    const answer = await readToEnd(inHand);
    assert.match(answer, /^HTTP\/1\.1 200 OK[\s\S]*"identity":"alice"/);
    assert.equal(await serving.ended, 0);
    assert.ok(performance.now() - answered < 2000, "it stops as soon as nothing is in hand");
    assert.match(serving.said.stdout, /"event": ?"stopped"/);
    for (const secret of [keys.twilio.api_secret, keys.agora.app_certificate])
      assert.ok(
        !(serving.said.stdout + serving.said.stderr).includes(secret),
        "a secret was printed",
      );
  },
);

/** Waits until no new connection is taken. */
async function refused(url: URL): Promise<void> {
  for (;;) {
    const socket = connect(Number(url.port), "127.0.0.1");
    const [event] = await Promise.race([
      once(socket, "connect").then(() => ["open"]),
      once(socket, "error").then(() => ["refused"]),
    ]).catch(() => ["refused"]);
    socket.destroy();
    if (event === "refused") return;
  }
}

test(
  "a client that never finishes its request does not keep it from stopping",
  PATIENCE,
  async () => {
    const serving = serve();
    const stuck = await halfAPost(await listening(serving));
    stuck.on("error", () => undefined);
    const began = performance.now();
    serving.child.kill("SIGTERM");
    assert.equal(await serving.ended, 0);
    const seconds = (performance.now() - began) / 1000;
    assert.ok(seconds < 9, `it took ${seconds} s; a container runtime kills after 10`);
    stuck.destroy();
  },
);

test(
  "with credentials and no callers it does not start, and says why without saying what",
  PATIENCE,
  async () => {
    const secret = "fedcba9876543210fedcba9876543210";
    const hex = "0123456789abcdef0123456789abcdef";
    const env = {
      TWILIO_ACCOUNT_SID: `AC${hex}`,
      TWILIO_API_KEY: `SK${hex}`,
      TWILIO_API_SECRET: secret,
    };
    const serving = serve(env);
    assert.equal(await serving.ended, 1);
    const printed = serving.said.stdout + serving.said.stderr;
    assert.match(printed, /config_missing|callers is missing/);
    assert.match(printed, /handstamp init/);
    assert.ok(!printed.includes(secret) && !printed.includes(hex), printed);
  },
);

test("with a broken handstamp.yaml it names the place", PATIENCE, async () => {
  const path = join(folder, "handstamp.yaml");
  writeFileSync(path, "callers: []\npolicies: []\n");
  const serving = serve();
  assert.equal(await serving.ended, 1);
  rmSync(path);
  assert.match(serving.said.stdout + serving.said.stderr, /line 2, column 1/);
});
