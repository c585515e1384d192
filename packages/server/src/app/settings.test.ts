/** Each section is refused with file, line and column, and counts over HTTP as it says. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { isHandstampError } from "@handstamp/protocol";
import { nodeWorld } from "../config/world.ts";
import { loadConfig } from "./load.ts";
import { createService, type Service } from "./service.ts";
import { readSettings } from "./settings.ts";

const SECRET = "settings-jwt-secret-0123456789-abcdefgh";
const BASE = `providers:
  agora:
    app_id: 970ca35de60c44645bbae8a215061b33
    app_certificate: 5cfd2fd1755d40ecb72977518be15d3b
callers:
  - jwt: { issuer: "https://login.example.com", audience: calls, secret: ${SECRET}, identity: sub }
`;
const LINES = BASE.split("\n").length;
const folder = mkdtempSync(join(tmpdir(), "handstamp-settings-"));
after(() => rmSync(folder, { recursive: true, force: true }));

function configFrom(text: string, env: Record<string, string> = {}) {
  const world = { ...nodeWorld(), cwd: folder, env: { HANDSTAMP_DATA: folder, ...env } };
  return loadConfig({ ...world, readFile: (path) => (path.endsWith(".yaml") ? text : null) });
}

describe("refused with file, line and column:", () => {
  const WRONG: Readonly<Record<string, string>> = {
    "an origin with a path": 'cors:\n  allow_origin: ["https://app.example.com/"]',
    "an unknown field of cors": "cors:\n  allow_origins: []",
    "* beside another origin": 'cors:\n  allow_origin: ["*", "https://app.example.com"]',
    "a proxy by name": "trusted_proxies:\n  - loopback",
    "every address as a proxy": 'trusted_proxies:\n  - "0.0.0.0/0"',
    "a limit of zero": "limits:\n  address: 0",
    "a limit in words": 'limits:\n  address: "100"',
    "an unknown limit": "limits:\n  adress: 100",
    "a retention of a day": "retention:\n  days: 1",
    "a level that does not exist": "log:\n  level: loud",
    "an unknown field of log": "log:\n  levels: info",
  };
  for (const [what, text] of Object.entries(WRONG))
    test(what, () => {
      assert.throws(
        () => readSettings(configFrom(BASE + text)),
        (error) => {
          assert.ok(isHandstampError(error));
          assert.match(
            error.message,
            new RegExp(`handstamp\\.yaml, line ${LINES + 1}, column \\d+: /`),
          );
          assert.match(error.code, /^config_/);
          return true;
        },
      );
    });

  test("* with a session caller, from the file or the environment", () => {
    const session = BASE.replace(
      "callers:\n",
      'shared_identities: true\ncallers:\n  - session: { url: "http://127.0.0.1:3000/me", forward: [cookie], identity: id }\n',
    );
    const refused = (error: unknown) =>
      isHandstampError(error) && /session caller/.test(error.message);
    assert.throws(
      () => readSettings(configFrom(`${session}cors:\n  allow_origin: ["*"]`)),
      refused,
    );
    assert.throws(() => readSettings(configFrom(session, { CORS_ALLOW_ORIGIN: "*" })), refused);
  });
});

describe("over HTTP:", () => {
  const asking = async (text: string, use: (service: Service) => Promise<void>) => {
    const data = mkdtempSync(join(folder, "data-"));
    const service = await createService(configFrom(BASE + text, { HANDSTAMP_DATA: data }));
    try {
      await use(service);
    } finally {
      await service.close();
    }
  };
  const get = (service: Service, remoteAddress: string, headers: Record<string, string>) =>
    service.app.inject({ method: "GET", url: "/metrics", remoteAddress, headers });

  test("X-Forwarded-For counts from a trusted proxy alone", () =>
    asking('trusted_proxies: ["10.0.0.0/8"]\nlimits: { address: 2 }', async (service) => {
      const status = async (peer: string, forwarded: string) =>
        (await get(service, peer, { "x-forwarded-for": forwarded })).statusCode;
      // Behind the proxy each client has a bucket of its own.
      for (const client of ["198.51.100.1", "198.51.100.2", "198.51.100.3"])
        assert.equal(await status("10.0.0.1", client), 401);
      assert.equal(await status("10.0.0.1", "198.51.100.1"), 401);
      assert.equal(await status("10.0.0.1", "198.51.100.1"), 429);
      // What a client put in front of what the proxy saw is not believed.
      assert.equal(await status("10.0.0.1", "203.0.113.99, 198.51.100.1"), 429);
      // And a stranger cannot choose an address.
      assert.equal(await status("203.0.113.1", "198.51.100.9"), 401);
      assert.equal(await status("203.0.113.1", "198.51.100.10"), 401);
      assert.equal(await status("203.0.113.1", "198.51.100.11"), 429);
    }));

  test("429 says when to come back", () =>
    asking("limits: { refused: 1 }", async (service) => {
      await get(service, "203.0.113.1", {});
      const refused = await get(service, "203.0.113.1", {});
      assert.equal(refused.statusCode, 429);
      assert.ok(
        Number(refused.headers["retry-after"]) >= 1 && Number(refused.headers["retry-after"]) <= 60,
      );
      assert.equal(refused.json().code, "rate_limited");
    }));

  test("a request id comes from a trusted proxy, if it is well-formed, and from nobody else", () =>
    asking('trusted_proxies: ["10.0.0.1"]', async (service) => {
      const id = async (peer: string, given: string) =>
        (await get(service, peer, { "x-request-id": given })).headers["x-request-id"];
      const uuid = "0b8c1d8e-5d0c-4b47-9c7b-7f8f7c2f7a55";
      assert.equal(await id("10.0.0.1", uuid), uuid);
      assert.notEqual(await id("203.0.113.1", uuid), uuid);
      for (const bad of [
        "short",
        "x".repeat(65),
        "has space in it",
        '"quoted-request-id"',
        "<script>alert</script>",
      ])
        assert.match(String(await id("10.0.0.1", bad)), /^[\w-]{16}$/);
    }));

  test("an origin of the list, of the environment, and no other", () =>
    asking('cors: { allow_origin: ["https://a.example.com"] }', async (service) => {
      const allowed = async (origin: string) =>
        (await get(service, "203.0.113.1", { origin })).headers["access-control-allow-origin"];
      assert.equal(await allowed("https://a.example.com"), "https://a.example.com");
      for (const other of [
        "https://b.example.com",
        "null",
        "https://a.example.com.evil.example",
        "http://a.example.com",
        "http://localhost",
      ])
        assert.equal(await allowed(other), undefined, other);
    }));

  test("* answers * and never with credentials", () =>
    asking('cors: { allow_origin: ["*"] }', async (service) => {
      const { headers } = await get(service, "203.0.113.1", { origin: "https://any.example.com" });
      assert.equal(headers["access-control-allow-origin"], "*");
      assert.equal(headers["access-control-allow-credentials"], undefined);
    }));

  test("strangers' refusals are one event of the log, and the last are written at the end", async () => {
    const data = mkdtempSync(join(folder, "data-"));
    const config = configFrom(BASE, { HANDSTAMP_DATA: data });
    const service = await createService(config);
    for (let i = 0; i < 7; i++) await get(service, "203.0.113.1", {});
    await service.close();
    const again = await createService(config);
    const { items } = await again.store.audit.list({ type: "anonymous.refused", limit: 10 });
    await again.close();
    const sums = items.map(
      ({ text }) => (JSON.parse(text) as { data: { reason: string; count: number } }).data,
    );
    assert.deepEqual(
      sums.map(({ reason, count }) => [reason, count]),
      [["unauthenticated", 7]],
    );
  });
});
