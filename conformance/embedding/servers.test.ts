/** Inside node:http and Express: the listener, `fetch` behind a route, and `issue` for signed-in users. */
import assert from "node:assert/strict";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, test } from "node:test";
import { isHandstampError } from "@handstamp/protocol";
import express, { type ErrorRequestHandler } from "express";
import { type Handstamp, trustedCaller } from "../../packages/server/src/index.ts";
import { CHAT, embed, signIn } from "./handstamp.ts";

let handstamp: Handstamp;
before(async () => {
  handstamp = await embed();
});
after(() => handstamp.close());

async function serving<T>(listener: RequestListener, use: (url: string) => Promise<T>): Promise<T> {
  const server: Server = createServer(listener).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const post = (url: string, headers: Record<string, string> = {}) =>
  fetch(url, {
    method: "POST",
    body: CHAT,
    headers: {
      "content-type": "application/json",
      authorization: `Bearer ${signIn({ sub: "alice" })}`,
      ...headers,
    },
  });

describe("node:http", () => {
  test("the listener serves the HTTP interface", () =>
    serving(handstamp.listener, async (url) => {
      assert.equal((await post(`${url}/v1/tokens`)).status, 201);
      assert.equal((await post(`${url}/v1/tokens`, { authorization: "" })).status, 401);
      assert.equal((await fetch(`${url}/health/ready`)).status, 200);
    }));
});

describe("Express", () => {
  const app = express();
  before(() => {
    app.use("/tokens", handstamp.listener);
    app.use(express.json());
    app.post("/call", (request, response, next) => {
      const { user, room } = request.body as { user: { id: string; role: string }; room: string };
      const caller = trustedCaller({ identity: user.id, claims: { role: user.role } });
      const issuing = handstamp.issue(caller, { provider: "twilio", grants: { video: { room } } });
      issuing.then((issued) => response.json(issued), next);
    });
    app.use(((error, _request, response, _next) => {
      const code = isHandstampError(error) ? error.code : "unforeseen";
      response.status(code === "forbidden" ? 403 : 500).json({ code });
    }) satisfies ErrorRequestHandler);
  });

  test("the HTTP interface below a mount point", () =>
    serving(app, async (url) => {
      assert.equal((await post(`${url}/tokens/v1/tokens`)).status, 201);
      assert.equal((await post(`${url}/v1/tokens`)).status, 404);
    }));

  test("issue for a user whom Express has signed in: policy decides", () =>
    serving(app, async (url) => {
      const call = async (role: string, room: string) => {
        const answer = await fetch(`${url}/call`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ user: { id: "alice", role }, room }),
        });
        return [answer.status, await answer.json()] as [number, Record<string, unknown>];
      };
      const [status, issued] = await call("tutor", "lesson-1");
      assert.equal(status, 200);
      assert.equal(issued["identity"], "alice");
      assert.equal(Number(issued["expiresAt"]) - Number(issued["issuedAt"]), 3600);
      assert.deepEqual(await call("tutor", "staff"), [403, { code: "forbidden" }]);
      assert.deepEqual(await call("pupil", "lesson-1"), [403, { code: "forbidden" }]);
    }));
});

describe("issue", () => {
  const chat = { provider: "twilio", grants: { chat: {} } } as const;
  const code = (wanted: string) => (error: unknown) =>
    isHandstampError(error) && error.code === wanted;

  test("is for the caller's own identity", async () => {
    const caller = trustedCaller({ identity: "alice" });
    assert.equal((await handstamp.issue(caller, chat)).identity, "alice");
    await assert.rejects(handstamp.issue(caller, { ...chat, identity: "bob" }), code("forbidden"));
    const backend = trustedCaller({ identity: null, scopes: ["mint", "mint:others"] });
    assert.equal((await handstamp.issue(backend, { ...chat, identity: "bob" })).identity, "bob");
  });

  test("needs the scope mint, a known project and a well-formed request", async () => {
    const reader = trustedCaller({ identity: "alice", scopes: ["read"] });
    await assert.rejects(handstamp.issue(reader, chat), code("forbidden"));
    const stranger = trustedCaller({ identity: "alice", project: "other" });
    await assert.rejects(handstamp.issue(stranger, chat), code("forbidden"));
    const wrong = { ...chat, ttl: "3600" } as never;
    await assert.rejects(
      handstamp.issue(trustedCaller({ identity: "alice" }), wrong),
      code("invalid_request"),
    );
  });

  test("is limited by identity, whatever its case and script", async () => {
    const limited = await embed();
    try {
      // With a Cyrillic e and in capitals: one bucket of 120.
      const names = ["eve", "EVE", "Eve", "\u0435ve"];
      const outcomes = await Promise.allSettled(
        Array.from({ length: 124 }, (_, i) =>
          limited.issue(trustedCaller({ identity: names[i % 4] ?? "" }), chat),
        ),
      );
      const refused = outcomes.filter(({ status }) => status === "rejected");
      assert.equal(refused.length >= 3 && refused.length <= 4, true, String(refused.length));
    } finally {
      await limited.close();
    }
  });
});
