/** SIGTERM and SIGHUP to the real process under load: nothing that was answered is lost, nothing hangs. */
import assert from "node:assert/strict";
import { renameSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { DatabaseSync } from "node:sqlite";
import { describe, test } from "node:test";
import { checkRecord, type Received } from "./record.ts";
import {
  ask,
  type Folder,
  makeFolder,
  SETTINGS,
  type Serving,
  serve,
  signIn,
  until,
} from "./service.ts";

const jwt = signIn("alice");

async function inFolder(use: (folder: Folder) => Promise<void>): Promise<void> {
  const folder = makeFolder();
  try {
    await use(folder);
  } finally {
    folder.remove();
  }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Asks as fast as it can until the connection is refused. @returns every status that was answered */
async function client(serving: Serving, received: Received[]): Promise<Set<number>> {
  const statuses = new Set<number>();
  try {
    for (;;) {
      const { status, token } = await ask(serving.url, jwt);
      statuses.add(status);
      if (token) received.push(token);
    }
  } catch {
    return statuses;
  }
}

describe("SIGTERM", () => {
  test("under load: every answer is a token, every token is recorded, the end is 0", () =>
    inFolder(async (folder) => {
      const serving = await serve(folder);
      const received: Received[] = [];
      const clients = Array.from({ length: 8 }, () => client(serving, received));
      await until("some tokens", 20, () => received.length > 50);
      const began = performance.now();
      assert.equal(await serving.stop(), 0);
      assert.ok(performance.now() - began < 10_000);
      const statuses = new Set((await Promise.all(clients)).flatMap((each) => [...each]));
      assert.deepEqual([...statuses], [201]);
      await checkRecord(folder.database, received);
    }));

  test("with idle keep-alive connections: they are closed, and it ends at once", () =>
    inFolder(async (folder) => {
      const serving = await serve(folder);
      const agent = new Agent({ keepAlive: true });
      const closed = await Promise.all(
        Array.from({ length: 20 }, () => keepOpen(serving.url, agent)),
      );
      const began = performance.now();
      assert.equal(await serving.stop(), 0);
      assert.ok(performance.now() - began < 3_000, `${performance.now() - began} ms`);
      await Promise.all(closed.map(({ end }) => end));
      agent.destroy();
    }));

  test("while the store is locked: it ends within its deadline, and answers no token", () =>
    inFolder(async (folder) => {
      const serving = await serve(folder);
      const received: Received[] = [];
      const other = new DatabaseSync(folder.database);
      other.exec("BEGIN IMMEDIATE");
      const asking = ask(serving.url, jwt);
      await pause(100);
      const began = performance.now();
      await serving.stop();
      assert.ok(performance.now() - began < 10_500, `${performance.now() - began} ms`);
      const { status, token } = await asking;
      assert.deepEqual([status, token], [503, undefined]);
      other.exec("ROLLBACK");
      other.close();
      await checkRecord(folder.database, received);
    }));

  test("a second one ends it at once, and what was answered is recorded", () =>
    inFolder(async (folder) => {
      const serving = await serve(folder);
      const received: Received[] = [];
      const clients = Array.from({ length: 8 }, () => client(serving, received));
      await until("some tokens", 20, () => received.length > 20);
      serving.child.kill("SIGTERM");
      await pause(20);
      serving.child.kill("SIGTERM");
      const began = performance.now();
      assert.ok([0, "SIGTERM"].includes(await serving.ended));
      assert.ok(performance.now() - began < 3_000);
      await Promise.all(clients);
      await checkRecord(folder.database, received);
    }));
});

/** A request whose connection stays open afterwards. */
function keepOpen(url: string, agent: Agent): Promise<{ end: Promise<unknown> }> {
  return new Promise((resolve, reject) => {
    const sent = request(`${url}/health/live`, { agent }, (answer) => {
      const end = new Promise((done) => answer.socket.once("close", done));
      answer.resume().on("end", () => resolve({ end }));
    });
    sent.on("error", reject).end();
  });
}

describe("the configuration is loaded again", () => {
  const video = JSON.stringify({ provider: "twilio", grants: { video: { room: "r" } } });
  const status = async ({ url }: Serving) => (await ask(url, jwt, video)).status;
  const allowing = {
    ...SETTINGS,
    policy: [{ name: "video", allow: [{ product: "twilio.video", any_room: true }] }],
  };

  test("when the file is written, replaced, or SIGHUP comes; the process stays", () =>
    inFolder(async (folder) => {
      const serving = await serve(folder);
      assert.equal(await status(serving), 403);
      folder.configure(allowing);
      await until("the new policy", 10, async () => (await status(serving)) === 201);
      writeFileSync(`${folder.config}.swp`, JSON.stringify(SETTINGS));
      renameSync(`${folder.config}.swp`, folder.config);
      await until("the old policy", 10, async () => (await status(serving)) === 403);
      folder.configure({ ...allowing, limits: { identity: 1_000 } });
      serving.child.kill("SIGHUP");
      await until("the policy and the limits", 10, async () => (await status(serving)) === 201);
      assert.equal(await serving.stop(), 0);
      await checkRecord(folder.database, []);
    }));

  test("and a broken file changes nothing, and is named with line and column", () =>
    inFolder(async (folder) => {
      folder.configure(allowing);
      const serving = await serve(folder);
      writeFileSync(folder.config, `${JSON.stringify(allowing).slice(0, -1)},\n  "polcy": []}`);
      await until("it is in the log", 10, () => /was not loaded/.test(serving.said.stderr));
      assert.match(serving.said.stderr, /handstamp\.yaml, line 2, column 3/);
      assert.match(serving.said.stderr, /did you mean \\"policy\\"/);
      assert.equal(await status(serving), 201);
      await serving.stop();
      const log = new DatabaseSync(folder.database, { readOnly: true });
      const refused = log.prepare(
        "SELECT count(*) AS n FROM audit WHERE type = 'operation.refused'",
      );
      assert.ok(Number(refused.get()?.["n"]) >= 1);
      log.close();
    }));

  test("and what needs a restart is named", () =>
    inFolder(async (folder) => {
      const serving = await serve(folder);
      const { twilio } = SETTINGS.providers;
      folder.configure({ ...SETTINGS, providers: { twilio } });
      await until("it is in the log", 10, () => /need a restart/.test(serving.said.stderr));
      assert.match(serving.said.stderr, /"settings":\["providers"\]/);
      assert.equal((await ask(serving.url, jwt)).status, 201);
      await serving.stop();
    }));

  test("and a file that is gone leaves the policy in force", () =>
    inFolder(async (folder) => {
      const serving = await serve(folder);
      renameSync(folder.config, `${folder.config}.away`);
      serving.child.kill("SIGHUP");
      await until("it is in the log", 10, () => /was not loaded/.test(serving.said.stderr));
      assert.equal(await status(serving), 403);
      assert.equal((await fetch(`${serving.url}/token?identity=x`)).status, 401);
      await serving.stop();
    }));
});
