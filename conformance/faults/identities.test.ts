/** Hostile names: refused or canonical, one bucket, one line of the log, never a 500. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { isHandstampError } from "@handstamp/protocol";
import { trustedCaller } from "../../packages/server/src/index.ts";
import { type Inside, startInside } from "./inside.ts";
import { ACCEPTED, REFUSED, VARIANTS } from "./naughty.ts";
import { type Answered, ask, SETTINGS, signIn } from "./service.ts";

const LIMIT = 20;
const ROOMY = { ...SETTINGS, log: { level: "info" } };
const chat = { provider: "twilio", grants: { chat: {} } } as const;
const backend = trustedCaller({ identity: null, scopes: ["mint", "mint:others"] });

let service: Inside;
before(async () => {
  service = await startInside(ROOMY);
});
after(() => service.close());

/** As the caller's own identity, from a JWT; and by its line in the log. */
async function asSubject(name: string): Promise<Answered & { lines: Record<string, unknown>[] }> {
  const from = service.lines.length;
  const answered = await ask(service.url, signIn(name));
  const lines = service.lines.slice(from);
  return { ...answered, lines };
}

/** As the identity that a back end names. */
const named = (identity: string) =>
  service.issuer.issue(
    backend,
    { ...chat, identity, want: "all" },
    { requestId: "test", ip: "", route: "test" },
  );

describe("refused, as a login's subject and as a name in a request:", () => {
  for (const [what, name] of Object.entries(REFUSED))
    test(what, async () => {
      const { status, token, text, lines } = await asSubject(name);
      assert.ok(status === 401 || status === 400, `${status}: ${text}`);
      assert.equal(token, undefined);
      assert.equal(lines.length, 1, JSON.stringify(lines));
      await assert.rejects(
        named(name),
        (error) => isHandstampError(error) && error.code === "identity_invalid",
      );
    });
});

describe("accepted in one canonical form:", () => {
  for (const [what, name] of Object.entries(ACCEPTED))
    test(what, async () => {
      const { status, text, lines } = await asSubject(name);
      const expected = name.normalize("NFC");
      assert.equal(status, 201, text);
      assert.equal((JSON.parse(text) as { identity: string }).identity, expected);
      assert.equal(lines.length, 1);
      // Short ones, such as "0", stand in every line by chance.
      if (name.length > 6)
        assert.ok(
          !JSON.stringify(lines).includes(JSON.stringify(name).slice(1, -1)),
          "the log names a person",
        );
      assert.equal((await named(name)).identity, expected);
      const { items } = await service.store.tokens.list({
        project: "default",
        identity: expected,
        limit: 5,
      });
      assert.ok(items.length >= 2, "it is not found in the record under its canonical form");
    });
});

test("variants of a name share one bucket of the rate limit", async () => {
  const limited = await startInside({ ...ROOMY, limits: { identity: LIMIT, address: 100_000 } });
  try {
    const statuses: number[] = [];
    for (let i = 0; i < LIMIT + 5; i++) {
      const name = VARIANTS[i % VARIANTS.length] ?? "";
      const { status } = await ask(limited.url, signIn(name));
      statuses.push(status);
    }
    const issued = statuses.filter((status) => status === 201).length;
    // The bucket is refilled by one every three seconds while the test runs.
    assert.ok(issued >= LIMIT && issued <= LIMIT + 3, `${issued} of ${statuses.length}`);
    assert.ok(statuses.includes(429));
  } finally {
    await limited.close();
  }
});

test("in paths and queries of the sample servers' routes they are no 500 either", async () => {
  for (const name of [...Object.values(REFUSED), ...Object.values(ACCEPTED)]) {
    const encoded = encodeURIComponent(name.toWellFormed());
    for (const path of [
      `/token/${encoded}`,
      `/token?identity=${encoded}`,
      `/rtm/${encoded}/`,
      `/chat/account/${encoded}/`,
    ]) {
      const headers = { authorization: `Bearer ${signIn("alice")}` };
      const { status } = await fetch(service.url + path, { headers });
      assert.ok(status < 500, `${status} for ${path}`);
    }
  }
});
