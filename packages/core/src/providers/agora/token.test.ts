import assert from "node:assert/strict";
import { test } from "node:test";
import { HandstampError } from "@handstamp/protocol";
import { mintToken, parseToken, roomUserServices, verifyToken } from "./index.ts";

const appId = "0123456789abcdef0123456789abcdef";
const appCertificate = "fedcba9876543210fedcba9876543210";
const now = 1_800_000_000;

/** The stable code of what is thrown. */
export function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof HandstampError) return error.code;
    throw error;
  }
  return "nothing thrown";
}

const minted = mintToken({
  appId,
  appCertificate,
  ttl: 3600,
  now,
  salt: 42,
  services: {
    chat: { userId: "alice" },
    rtm: { userId: "alice" },
    rtc: { channel: "lesson-12", uid: 7, role: "publisher" },
  },
});

test("a token holds what was asked for, sorted by service", () => {
  const parsed = parseToken(minted.token);
  assert.deepEqual(parsed, {
    version: 7,
    id: minted.id,
    appId,
    issuedAt: now,
    expiresAt: now + 3600,
    salt: 42,
    services: [
      {
        service: "rtc",
        channel: "lesson-12",
        uid: 7,
        role: "publisher",
        privileges: { join: 3600, publish_audio: 3600, publish_video: 3600, publish_data: 3600 },
      },
      { service: "rtm", userId: "alice", privileges: { login: 3600 } },
      { service: "chat", userId: "alice", privileges: { user: 3600 } },
    ],
  });
});

test("a token that was read can be minted again, with the same id", () => {
  const { services } = parseToken(minted.token);
  const again = mintToken({ appId, appCertificate, ttl: 3600, now, salt: 42, services });
  assert.equal(again.id, minted.id);
  assert.equal(again.token, minted.token);
});

test("verify says whose certificate signed", () => {
  const keys = [
    { account: appId, id: "old", secret: "00000000000000000000000000000000" },
    { account: appId, id: "new", secret: appCertificate },
  ];
  assert.equal(verifyToken(minted.token, { keys, now }).keyId, "new");
});

test("verify refuses another app, another certificate, and times that do not hold", () => {
  const verify = (options: object) =>
    codeOf(() => verifyToken(minted.token, { appCertificate, now, ...options }));
  assert.equal(verify({}), "nothing thrown");
  assert.equal(verify({ appId: appCertificate }), "token_signature_invalid");
  assert.equal(verify({ appCertificate: appId }), "token_signature_invalid");
  assert.equal(verify({ appCertificate: undefined }), "key_invalid");
  assert.equal(verify({ appCertificate: `${appCertificate} ` }), "key_invalid");
  assert.equal(verify({ now: now + 3599 }), "nothing thrown");
  assert.equal(verify({ now: now + 3600 }), "token_expired");
  assert.equal(verify({ now: now - 60 }), "nothing thrown");
  assert.equal(verify({ now: now - 61 }), "token_not_yet_valid");
});

test("a room-user token holds the room, Signaling and Chat under the MD5 of the user", () => {
  const services = roomUserServices({ room: "r1", userId: "alice", role: 1 });
  const { token } = mintToken({ appId, appCertificate, services });
  assert.deepEqual(
    parseToken(token).services.map(({ service, privileges }) => [service, privileges]),
    [
      ["rtm", { login: 3600 }],
      ["chat", { user: 3600 }],
      ["apaas", { room_user: 3600 }],
    ],
  );
  assert.equal(
    (parseToken(token).services[1] as { userId: string }).userId,
    "6384e2b2184bcbf58eccf10ca7a6563c",
  );
});

test("formats older than 006 are named", () => {
  for (const version of ["003", "004", "005"])
    assert.throws(() => parseToken(`${version}${appId}AAAA`), {
      code: "token_malformed",
      message: new RegExp(`${version} is a format for SDKs older than 2.1`),
    });
});
