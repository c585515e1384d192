import assert from "node:assert/strict";
import { test } from "node:test";
import { HandstampError } from "@handstamp/protocol";
import { agora } from "./index.ts";

const key = {
  account: "0123456789abcdef0123456789abcdef",
  id: "primary",
  secret: "fedcba9876543210fedcba9876543210",
};
const now = 1_800_000_000;

function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (!(error instanceof HandstampError)) throw error;
    return [error.code, ...error.fields.map(({ pointer }) => pointer)].join(" ");
  }
  return "accepted";
}
const parse = (grants: object, more: object = {}) =>
  agora.parse({ identity: "alice", ttl: 3600, grants, ...more });

test("what a request asks for is what the token grants", () => {
  const grants = {
    rtc: {
      channel: "lesson-12",
      uid: 7,
      role: "publisher",
      privilege_ttl: 600,
      privileges: ["join", "publish_audio"],
    },
    rtm: { user_id: "alice" },
    rtm2: { user_id: "alice", permissions: { server_groups: { write: ["g"] } } },
    streaming: { channel: "c", uid: 7, privileges: ["mix"] },
    fpa: {},
    chat: { admin: true },
    fcdn: { channel: "c", account: "alice", privileges: ["play"] },
    apaas: { room: "r", user_id: "alice", role: 1 },
    convoai: {},
    stt: {},
  };
  const minted = agora.mint(parse(grants), key, { now });
  const verified = agora.verify(minted.token, [key], { now });
  assert.equal(verified.id, minted.id);
  assert.equal(verified.keyId, "primary");
  assert.equal(verified.identity, "alice");
  const life = (privileges: string[]) => ({ privileges, privilege_ttl: 3600 });
  assert.deepEqual(verified.grants, {
    rtc: grants.rtc,
    rtm: { ...grants.rtm, ...life(["login"]) },
    rtm2: { ...grants.rtm2, ...life(["login"]) },
    streaming: { ...grants.streaming, ...life(["mix"]) },
    fpa: life(["login"]),
    chat: { admin: true, ...life(["app"]) },
    fcdn: { ...grants.fcdn, ...life(["play"]) },
    apaas: { ...grants.apaas, ...life(["room_user"]) },
    convoai: {},
    stt: {},
  });
});

test("user ids and text accounts are the caller's own where none is named", () => {
  assert.deepEqual(parse({ rtm: {}, chat: {}, fcdn: { channel: "c" }, rtc: {} }).grants, {
    rtm: { user_id: "alice" },
    chat: { user_id: "alice" },
    fcdn: { channel: "c", account: "alice" },
    rtc: {},
  });
  assert.deepEqual(parse({ chat: { admin: true } }).grants, { chat: { admin: true } });
  assert.deepEqual(parse({ chat: { admin: false } }).grants, { chat: { user_id: "alice" } });
});

test("an account made of digits would be somebody's uid: refused", () => {
  const account = { channel: "c", account: "7", role: "publisher" };
  assert.equal(
    refusal(() => parse({ rtc: account })),
    "invalid_request /grants/rtc/account",
  );
  assert.equal(
    refusal(() => parse({ fcdn: { channel: "c" } }, { identity: "7" })),
    "invalid_request /grants/fcdn/account",
  );
  const forged = { identity: "7", ttl: 60, grants: { rtc: account }, options: {} };
  assert.equal(
    refusal(() => agora.mint(forged, key)),
    "invalid_request /grants/rtc/account",
  );
});

test("Agora's rules hold before the policy sees a request, with the request's own names", () => {
  const at = (grants: object, more: object = {}) => refusal(() => parse(grants, more));
  assert.equal(at({ rtc: { channel: "a/b" } }), "invalid_request /grants/rtc/channel");
  assert.equal(at({ rtc: { uid: 2 ** 32 } }), "invalid_request /grants/rtc/uid");
  assert.equal(at({ rtc: { channel: "*", uid: 0 } }), "invalid_request /grants/rtc/channel");
  assert.equal(at({ rtm: { user_id: "é" } }), "invalid_request /grants/rtm/user_id");
  assert.equal(at({ rtc: { privilege_ttl: 3601 } }), "invalid_request /grants/rtc/privilege_ttl");
  assert.equal(at({ rtc: { user: 1 } }), "invalid_request /grants/rtc/user");
  assert.equal(at({ rtc: {} }, { ttl: 86_401 }), "ttl_invalid /ttl");
  assert.equal(at({ rtc: {} }, { identity: "" }), "identity_invalid /identity");
  assert.equal(at({ rtc: {} }, { salt: 1 }), "invalid_request /salt");
});

test("what neither the request nor the policy names is missing at the mint", () => {
  const minted = refusal(() => agora.mint(parse({ rtc: {}, streaming: {} }), key));
  assert.equal(
    minted,
    "invalid_request /grants/rtc/channel /grants/rtc/uid /grants/streaming/privileges /grants/streaming/channel",
  );
});

test("a role that nobody names is a subscriber", () => {
  const { token, warnings } = agora.mint(parse({ rtc: { channel: "c", uid: 7 } }), key, { now });
  const { rtc } = agora.verify(token, [key], { now }).grants;
  assert.deepEqual([rtc?.["role"], rtc?.["privileges"]], ["subscriber", ["join"]]);
  assert.match(warnings.join(), /co-host authentication/);
});

test("the policy's vocabulary names the wildcards and their flags", () => {
  const product = agora.products.find(({ key: name }) => name === "rtc");
  assert.equal(product?.allow["channel"]?.open, "any_channel");
  assert.equal(product?.allow["channel"]?.wildcard, "*");
  assert.equal(product?.allow["uid"]?.open, "any_uid");
  assert.equal(product?.allow["uid"]?.wildcard, 0);
});
