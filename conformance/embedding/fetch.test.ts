/** `fetch`: web requests through the whole pipeline, as Next.js, Hono and Remix hand them over. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { verifyAccessToken } from "../../packages/core/src/providers/twilio/index.ts";
import type { Handstamp } from "../../packages/server/src/index.ts";
import { API_SECRET, ask, CHAT, embed, SETTINGS, signIn } from "./handstamp.ts";

const URL_ = "https://app.example.com/v1/tokens";
let handstamp: Handstamp;
before(async () => {
  handstamp = await embed();
});
after(() => handstamp.close());

describe("fetch", () => {
  test("issues a token that the provider would take", async () => {
    const answer = await handstamp.fetch(ask(URL_));
    assert.equal(answer.status, 201);
    assert.equal(answer.headers.get("cache-control"), "no-store");
    const { token, identity } = (await answer.json()) as { token: string; identity: string };
    assert.equal(identity, "alice");
    const { grants } = verifyAccessToken(token, { keySecret: API_SECRET });
    assert.equal((grants as { chat?: unknown }).chat !== undefined, true);
  });

  test("refuses as over a socket: 401, 403, 404, 405, 413, 415", async () => {
    const status = async (request: Request) => (await handstamp.fetch(request)).status;
    assert.equal(await status(ask(URL_, { headers: { authorization: "Bearer a.b.c" } })), 401);
    assert.equal(
      await status(ask(URL_, { body: '{"provider":"twilio","grants":{"video":{"room":"x"}}}' })),
      403,
    );
    assert.equal(await status(ask("https://app.example.com/nothing")), 404);
    assert.equal(await status(new Request(URL_, { method: "PUT" })), 405);
    assert.equal(await status(ask(URL_, { body: "x".repeat(200_000) })), 413);
    assert.equal(await status(ask(URL_, { headers: { "content-type": "text/html" } })), 415);
  });

  test("reads no more of a body than it has to", async () => {
    let pulled = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled += 1;
        controller.enqueue(new Uint8Array(4096));
      },
    });
    const request = ask(URL_, { body: endless, duplex: "half" } as RequestInit);
    assert.equal((await handstamp.fetch(request)).status, 413);
    assert.ok(pulled < 12, `${pulled} chunks of 4 KiB`);
  });

  test("an answer without a body has none", async () => {
    const answer = await handstamp.fetch(new Request(URL_, { method: "OPTIONS" }));
    assert.equal(answer.status, 204);
    assert.equal(answer.body, null);
  });

  test("the limits by address count each peer by itself", async () => {
    const limited = await embed({ settings: { ...SETTINGS, limits: { address: 2 } } });
    try {
      const from = async (remoteAddress?: string) =>
        (await limited.fetch(ask(URL_), remoteAddress ? { remoteAddress } : {})).status;
      assert.deepEqual([await from("198.51.100.1"), await from("198.51.100.1")], [201, 201]);
      const refused = await limited.fetch(ask(URL_), { remoteAddress: "198.51.100.1" });
      assert.equal(refused.status, 429);
      assert.ok(Number(refused.headers.get("retry-after")) >= 1);
      assert.equal(await from("198.51.100.2"), 201);
      assert.deepEqual([await from(), await from(), await from()], [201, 201, 201]);
    } finally {
      await limited.close();
    }
  });
});

describe("below a base path", () => {
  test("the routes are there and nowhere else", async () => {
    const mounted = await embed({ settings: SETTINGS, basePath: "/api/handstamp/" });
    try {
      const at = async (path: string) =>
        (await mounted.fetch(ask(`https://app.example.com${path}`))).status;
      assert.equal(await at("/api/handstamp/v1/tokens"), 201);
      for (const path of [
        "/v1/tokens",
        "/api/handstamp",
        "/api/handstampv1/tokens",
        "/api/v1/tokens",
      ])
        assert.equal(await at(path), 404, path);
    } finally {
      await mounted.close();
    }
  });
});

describe("development mode's open caller", () => {
  const open = (url: string, peer?: string, headers: Record<string, string> = {}) =>
    developed.fetch(
      new Request(url, {
        method: "POST",
        body: JSON.stringify({ ...JSON.parse(CHAT), identity: "anybody" }),
        headers: { "content-type": "application/json", ...headers },
      }),
      peer === undefined ? {} : { remoteAddress: peer },
    );
  let developed: Handstamp;
  before(async () => {
    developed = await embed({});
  });
  after(() => developed.close());

  test("is not served while the peer is unknown", async () => {
    assert.equal((await open("http://localhost/v1/tokens")).status, 401);
  });
  test("is served to this machine, under its own name", async () => {
    assert.equal((await open("http://localhost/v1/tokens", "127.0.0.1")).status, 201);
    assert.equal((await open("http://localhost/v1/tokens", "::ffff:127.0.0.1")).status, 201);
  });
  test("is not served to others, under other names, or through a proxy", async () => {
    assert.equal((await open("http://localhost/v1/tokens", "198.51.100.1")).status, 401);
    assert.equal((await open("http://evil.example/v1/tokens", "127.0.0.1")).status, 401);
    const forwarded = { "x-forwarded-for": "127.0.0.1" };
    assert.equal((await open("http://localhost/v1/tokens", "127.0.0.1", forwarded)).status, 401);
  });
});

test("a credential that is the app's own wins over nothing: another's token is 401", async () => {
  const foreign = signIn({ sub: "mallory", iss: "https://other.example.com" });
  const answer = await handstamp.fetch(
    ask(URL_, { headers: { authorization: `Bearer ${foreign}` } }),
  );
  assert.equal(answer.status, 401);
  assert.match(answer.headers.get("www-authenticate") ?? "", /^Bearer/);
});
