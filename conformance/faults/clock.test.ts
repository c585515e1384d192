/** The wall clock jumps an hour either way: what is signed follows it, and nothing else is disturbed. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { verifyAll } from "../../packages/server/src/audit/verify.ts";
import { startInside } from "./inside.ts";
import { ask, SETTINGS, signIn } from "./service.ts";

const HOUR = 3_600_000;

for (const [what, jump] of [
  ["an hour ahead", HOUR],
  ["an hour back", -HOUR],
] as const)
  describe(`the clock jumps ${what}`, () => {
    test("tokens, callers, limits, idempotency and the log go on", async () => {
      let shift = 0;
      const now = () => Date.now() + shift;
      const service = await startInside({ ...SETTINGS, limits: { identity: 50 } }, now);
      try {
        // By the service's own clock, as the login would go by it.
        const jwt = (sub: string) => {
          const seconds = Math.floor(now() / 1000);
          return signIn(sub, { iat: seconds, exp: seconds + 600 });
        };
        const before = jwt("alice");
        assert.equal((await ask(service.url, before)).status, 201);
        shift = jump;
        const { status, text } = await ask(service.url, jwt("alice"));
        assert.equal(status, 201, text);
        const times = JSON.parse(text) as { issued_at: string; expires_at: string };
        assert.ok(Math.abs(Date.parse(times.issued_at) - now()) < 5_000);
        assert.equal(Date.parse(times.expires_at) - Date.parse(times.issued_at), HOUR);
        // A login from before is expired by one jump, and not valid yet by the other.
        assert.equal((await ask(service.url, before)).status, 401);
        const [issued, refused] = await burst(service.url, jwt("bob"), 60);
        // The bucket is refilled by one a second or so while the test runs.
        assert.ok(issued >= 50 && issued <= 57 && refused === 60 - issued, `${issued}, ${refused}`);
        const [again, first] = await twice(service.url, jwt("carol"));
        assert.equal(again, first);
        const verdicts = await verifyAll(service.store);
        assert.ok(
          verdicts.every(({ ok }) => ok),
          JSON.stringify(verdicts),
        );
      } finally {
        await service.close();
      }
    });
  });

/** How many of so many are issued, and how many refused for their rate. */
async function burst(url: string, jwt: string, count: number): Promise<[number, number]> {
  const answers = await Promise.all(Array.from({ length: count }, () => ask(url, jwt)));
  const of = (status: number) => answers.filter((answer) => answer.status === status).length;
  return [of(201), of(429)];
}

async function twice(url: string, jwt: string): Promise<[unknown, unknown]> {
  const one = async () => {
    const answer = await fetch(`${url}/v1/tokens`, {
      method: "POST",
      body: JSON.stringify({ provider: "twilio", grants: { chat: {} } }),
      headers: {
        "content-type": "application/json",
        authorization: `Bearer ${jwt}`,
        "idempotency-key": "once",
      },
    });
    return ((await answer.json()) as { token?: string }).token;
  };
  return [await one(), await one()];
}
