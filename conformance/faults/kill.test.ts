/** kill -9 at random moments under load: what a client has received is in the record. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { checkRecord, type Received } from "./record.ts";
import { ask, makeFolder, type Serving, serve, signIn } from "./service.ts";

/** 200 times takes about five minutes: `npm run test:long`. */
const KILLS = process.env["HANDSTAMP_LONG"] ? 200 : 8;
const CLIENTS = 16;

test(`killed ${KILLS} times under load, it has recorded every token that a client received`, async (t) => {
  const folder = makeFolder();
  const received: Received[] = [];
  try {
    for (let i = 0; i < KILLS; i++) {
      const before = received.length;
      const serving = await serve(folder);
      await loadUntilKilled(serving, received);
      assert.ok(received.length > before, `kill ${i} came before the first token`);
    }
    const entries = await checkRecord(folder.database, received);
    t.diagnostic(`${KILLS} kills, ${received.length} tokens received, ${entries} entries verified`);
  } finally {
    folder.remove();
  }
});

/** Clients ask as fast as they can; some time after the first answer the process is gone. */
async function loadUntilKilled(serving: Serving, received: Received[]): Promise<void> {
  const jwt = signIn("alice");
  let killing: NodeJS.Timeout | undefined;
  const client = async () => {
    for (;;) {
      const { token, status, text } = await ask(serving.url, jwt);
      assert.equal(status, 201, text);
      if (token) received.push(token);
      killing ??= setTimeout(() => serving.child.kill("SIGKILL"), 5 + Math.random() * 200);
    }
  };
  const clients = Array.from({ length: CLIENTS }, client);
  const outcomes = await Promise.allSettled(clients);
  for (const outcome of outcomes)
    if (outcome.status === "rejected")
      assert.ok(!(outcome.reason instanceof assert.AssertionError), outcome.reason);
  assert.equal(await serving.ended, "SIGKILL");
}
