/** Holds what clients received against what the record says, with the store that is left behind. */
import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { verifyAll } from "../../packages/server/src/audit/verify.ts";
import { openSqliteStore } from "../../packages/server/src/store/sqlite/open.ts";

export interface Received {
  readonly id: string;
  readonly text: string;
}

/**
 * Every token that a client received is in the record under its id and with its digest, and every
 * chain verifies.
 *
 * @returns how many entries the log has
 */
export async function checkRecord(
  database: string,
  received: readonly Received[],
): Promise<number> {
  const store = await openSqliteStore({ path: database, thread: false });
  try {
    for (const { id, text } of received) {
      const issuance = await store.tokens.get("default", id);
      assert.ok(issuance, `the token ${id} was answered and is not in the record`);
      assert.equal(issuance.digest, hash("sha256", text, "base64url"), id);
    }
    const verdicts = await verifyAll(store);
    for (const verdict of verdicts) assert.ok(verdict.ok, JSON.stringify(verdict));
    return verdicts.reduce((sum, verdict) => sum + (verdict.ok ? verdict.entries : 0), 0);
  } finally {
    await store.close();
  }
}
