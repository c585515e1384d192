import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isHandstampError, toJsonSchema } from "@handstamp/protocol";
import * as fc from "fast-check";
import { twilio } from "./index.ts";

const RUNS = process.env["HANDSTAMP_LONG"] ? 100_000 : 300;
const HEX = "0123456789abcdef0123456789abcdef";
const KEY = { account: `AC${HEX}`, id: `SK${HEX}`, secret: "Zk3Qm8vR1xYt5Lp0Wb7Nc4Jd9Hs2Gf6A" };
const NOW = 1_795_230_000;

describe("the provider's parse", () => {
  it("gives one spelling for what may be written in two", () => {
    const outgoing = { application_sid: `AP${HEX}` };
    const ours = twilio.parse({
      identity: "alice",
      grants: { voice: { incoming: true, outgoing } },
    });
    const theirs = twilio.parse({
      identity: "alice",
      ttl: 3600,
      grants: { voice: { incoming: { allow: true }, outgoing } },
    });
    assert.deepEqual(ours, theirs);
    assert.deepEqual(ours, {
      identity: "alice",
      ttl: 3600,
      grants: { voice: { incoming: true, outgoing } },
      options: {},
    });
  });

  const refused: readonly (readonly [string, unknown, string, string])[] = [
    ["no object", [], "invalid_request", ""],
    ["an unknown field", { identity: "a", tll: 1 }, "invalid_request", "/tll"],
    ["no identity", { grants: {} }, "identity_invalid", "/identity"],
    ["a number as identity", { identity: 7 }, "identity_invalid", "/identity"],
    [
      "a space for voice",
      { identity: "a b", grants: { voice: {} } },
      "identity_invalid",
      "/identity",
    ],
    ["a zero-width character", { identity: "a\u200b" }, "identity_invalid", "/identity"],
    ["an identity that is not NFC", { identity: "e\u0301" }, "identity_invalid", "/identity"],
    ["a ttl as text", { identity: "a", ttl: "60" }, "ttl_invalid", "/ttl"],
    [
      "a day of voice",
      { identity: "a", ttl: 86_400, grants: { voice: {} } },
      "ttl_invalid",
      "/ttl",
    ],
    [
      "an unknown grant",
      { identity: "a", grants: { vidoe: {} } },
      "invalid_request",
      "/grants/vidoe",
    ],
    [
      "the wire's name",
      { identity: "a", grants: { data_sync: {} } },
      "invalid_request",
      "/grants/data_sync",
    ],
    [
      "an unknown field of a grant",
      { identity: "a", grants: { video: { rom: "x" } } },
      "invalid_request",
      "/grants/video/rom",
    ],
    [
      "an empty room",
      { identity: "a", grants: { video: { room: "" } } },
      "invalid_request",
      "/grants/video/room",
    ],
    [
      "a SID of another kind",
      { identity: "a", grants: { chat: { service_sid: `AC${HEX}` } } },
      "invalid_request",
      "/grants/chat/service_sid",
    ],
    [
      "no app",
      { identity: "a", grants: { voice: { outgoing: {} } } },
      "invalid_request",
      "/grants/voice/outgoing/application_sid",
    ],
    [
      "a region in capitals",
      { identity: "a", options: { region: "IE1" } },
      "invalid_request",
      "/options/region",
    ],
  ];
  for (const [name, request, code, pointer] of refused)
    it(`refuses ${name}`, () => {
      assert.throws(
        () => twilio.parse(request),
        (error) =>
          isHandstampError(error) && error.code === code && error.fields[0]?.pointer === pointer,
      );
    });

  it("throws nothing but coded errors", () => {
    const request = fc.record({ identity: fc.anything(), ttl: fc.anything(), grants: fc.object() });
    fc.assert(
      fc.property(fc.oneof(fc.anything(), request), (value) => {
        try {
          twilio.parse(value);
        } catch (error) {
          assert.ok(isHandstampError(error), String(error));
        }
      }),
      { numRuns: RUNS },
    );
  });
});

describe("the provider's mint and verify", () => {
  const grants = {
    voice: {
      incoming: true,
      outgoing: { application_sid: `AP${HEX}`, params: { to: "bob" } },
      push_credential_sid: `CR${HEX}`,
    },
    video: { room: "lesson-12" },
    chat: { service_sid: `IS${HEX}`, deployment_role_sid: `RL${HEX}` },
    sync: { service_sid: "default" },
    task_router: { workspace_sid: `WS${HEX}`, worker_sid: `WK${HEX}`, role: "worker" },
    player: { anything: [1, { a: null }] },
    rtc: { configuration_profile_sid: `VS${HEX}` },
    ip_messaging: { service_sid: `IS${HEX}`, endpoint_id: "app:alice:phone" },
  };

  it("give back every grant in the request's terms", () => {
    const request = twilio.parse({ identity: "alice", ttl: 60, grants, options: { nbf: NOW } });
    const minted = twilio.mint(request, KEY, { now: NOW });
    assert.deepEqual(twilio.verify(minted.token, [KEY], { now: NOW }), {
      id: minted.id,
      identity: "alice",
      issuedAt: NOW,
      expiresAt: NOW + 60,
      account: KEY.account,
      keyId: KEY.id,
      grants,
    });
  });

  it("mint the same token from the same inputs", () => {
    const request = twilio.parse({ identity: "alice", grants });
    const context = { now: NOW, random: (size: number) => new Uint8Array(size).fill(7) };
    const tokens = [twilio.mint(request, KEY, context), twilio.mint(request, KEY, context)];
    assert.deepEqual(tokens[0], tokens[1]);
  });
});

describe("the provider's products", () => {
  it("name in `allow` only fields that their shape has", () => {
    for (const { key, shape, allow } of twilio.products) {
      const schema = toJsonSchema(shape);
      for (const [name, { path = [name] }] of Object.entries(allow)) {
        let at: Record<string, unknown> | undefined = schema;
        for (const step of path)
          at = (at?.["properties"] as Record<string, Record<string, unknown>> | undefined)?.[step];
        assert.ok(at, `${key}.${name}`);
      }
    }
  });

  it("let a policy decide about every field of a shape", () => {
    for (const { key, shape, allow } of twilio.products) {
      if (!("fields" in shape)) continue;
      const decided = new Set(Object.entries(allow).map(([name, { path }]) => path?.[0] ?? name));
      for (const field of Object.keys(shape.fields))
        assert.ok(decided.has(field), `${key}.${field}`);
    }
  });
});
