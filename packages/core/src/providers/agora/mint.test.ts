import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { HandstampError } from "@handstamp/protocol";
import { mintToken, parseToken } from "./index.ts";

const appId = "0123456789abcdef0123456789abcdef";
const appCertificate = "fedcba9876543210fedcba9876543210";
const now = 1_800_000_000;
const rtc = { channel: "c", uid: 7, role: "publisher" } as const;

/** The code and the wrong fields of a mint that must fail. Wrong types are the point here. */
function refusal(params: object): string {
  try {
    mintToken({ appId, appCertificate, now, services: { rtc }, ...params });
  } catch (error) {
    if (!(error instanceof HandstampError)) throw error;
    assert.ok(!error.message.includes(appCertificate));
    return [error.code, ...error.fields.map(({ pointer }) => pointer)].join(" ");
  }
  return "minted";
}
const ofRtc = (more: object) => refusal({ services: { rtc: { ...rtc, ...more } } });

test("a uid is a whole number of 1 to 4294967295", () => {
  for (const uid of [1, 7, 4_294_967_295]) assert.equal(ofRtc({ uid }), "minted");
  for (const uid of [0, -1, 2 ** 32, 2 ** 53 + 1, 1.5, Number.NaN, "7", "01", "1e3", null, true])
    assert.equal(ofRtc({ uid }), "invalid_request /services/rtc/uid", String(uid));
  assert.equal(ofRtc({ uid: undefined }), "invalid_request /services/rtc/uid");
  assert.equal(ofRtc({ account: "alice" }), "invalid_request /services/rtc/account");
});

test("wildcards need their flag, and only one may stand", () => {
  const any = (services: object, flags: object) => refusal({ services, ...flags });
  assert.equal(any({ rtc: { ...rtc, uid: 0 } }, { anyUid: true }), "minted");
  assert.equal(any({ rtc: { ...rtc, channel: "*" } }, { anyChannel: true }), "minted");
  assert.equal(ofRtc({ channel: "*" }), "invalid_request /services/rtc/channel");
  assert.equal(
    any({ rtc: { ...rtc, uid: 0, channel: "*" } }, { anyUid: true, anyChannel: true }),
    "invalid_request /services/rtc/channel",
  );
});

test("channels and accounts keep Agora's characters and lengths", () => {
  const allowed = "aZ09 !#$%&()+-:;<=.>?@[]^_{}|~,";
  assert.equal(ofRtc({ channel: allowed }), "minted");
  assert.equal(ofRtc({ channel: "c".repeat(64) }), "minted");
  for (const channel of ["", "c".repeat(65), "a/b", "a*", 'a"', "a\\", "é", "a\n", 7, undefined])
    assert.equal(ofRtc({ channel }), "invalid_request /services/rtc/channel", String(channel));
  const account = (value: unknown) => ofRtc({ uid: undefined, account: value });
  assert.equal(account("a".repeat(255)), "minted");
  for (const value of ["", "a".repeat(256), "é", 7])
    assert.equal(account(value), "invalid_request /services/rtc/account", String(value));
});

test("ttl is whole seconds up to a day, and the mistake is named", () => {
  for (const ttl of [1, 86_400]) assert.equal(refusal({ ttl }), "minted");
  for (const ttl of [0, -1, 86_401, 1.5, Number.NaN, Number.POSITIVE_INFINITY, "3600", null])
    assert.equal(refusal({ ttl }), "ttl_invalid /ttl", String(ttl));
  const words = (ttl: number, pattern: RegExp) =>
    assert.throws(() => mintToken({ appId, appCertificate, ttl, services: { rtc } }), pattern);
  words(now + 3600, /absolute unix time/);
  words((now + 3600) * 1000, /time in milliseconds/);
  words(3_600_000, /looks like milliseconds/);
});

test("a privilege never outlives its token", () => {
  assert.equal(ofRtc({ privilegeTtl: 3600 }), "minted");
  assert.equal(ofRtc({ privilegeTtl: 3601 }), "invalid_request /services/rtc/privilegeTtl");
  assert.equal(
    ofRtc({ privileges: { join: 3601 } }),
    "invalid_request /services/rtc/privileges/join",
  );
  const { warnings } = mintToken({
    appId,
    appCertificate,
    services: { rtc: { ...rtc, privilegeTtl: 0 } },
  });
  assert.match(warnings.join(), /will-expire callback does not fire/);
});

test("privileges stay inside the role and are known", () => {
  assert.equal(ofRtc({ privileges: ["join", "publish_audio"] }), "minted");
  for (const privileges of [[], ["fly"], ["join", "join"], ["toString"], [7], "join"])
    assert.match(ofRtc({ privileges }), /^invalid_request \/services\/rtc\/privileges/);
  assert.match(ofRtc({ role: "subscriber", privileges: ["publish_audio"] }), /privileges/);
  assert.equal(ofRtc({ role: "host" }), "invalid_request /services/rtc/role");
  assert.match(refusal({ services: { streaming: { channel: "c", uid: 7 } } }), /privileges/);
});

test("every wrong field is named at once, and unknown ones too", () => {
  assert.equal(
    refusal({ services: { rtc: { channel: "", uid: -1, role: "x", expire: 60 }, rtm: {} } }),
    "invalid_request /services/rtc/expire /services/rtc/role /services/rtc/channel /services/rtc/uid /services/rtm/userId",
  );
  assert.equal(refusal({ services: { video: {} } }), "invalid_request /services/video");
  assert.equal(refusal({ services: { constructor: {} } }), "invalid_request /services/constructor");
  assert.equal(refusal({ services: {} }), "invalid_request /services");
  assert.equal(refusal({ services: null }), "invalid_request /services");
  assert.equal(refusal({ services: [{}] }), "invalid_request /services/0");
});

test("app ID and certificate are 32 hex digits, and are never printed", () => {
  for (const wrong of [
    "",
    appId.slice(1),
    `${appId} `,
    `${appId}0`,
    "z".repeat(32),
    undefined,
    7,
  ]) {
    assert.equal(refusal({ appId: wrong }), "key_invalid");
    assert.equal(refusal({ appCertificate: wrong }), "key_invalid");
  }
  assert.equal(refusal({ appCertificate: appId }), "key_invalid");
});

test("salt and now are whole numbers in range; the salt comes from `random` otherwise", () => {
  for (const salt of [0, -1, 1.5, 2 ** 32, "7"])
    assert.equal(refusal({ salt }), "invalid_request /salt", String(salt));
  for (const time of [0, 1.5, now * 1000, "now"])
    assert.equal(refusal({ now: time }), "invalid_request /now", String(time));
  const saltOf = (fill: number) => {
    const random = (size: number) => new Uint8Array(size).fill(fill);
    return parseToken(mintToken({ appId, appCertificate, random, services: { rtc } }).token).salt;
  };
  assert.equal(saltOf(0), 1);
  for (const fill of [1, 127, 255]) assert.ok(saltOf(fill) >= 1 && saltOf(fill) <= 99_999_999);
});

test("a token that would be too long is refused", () => {
  const digest = (i: number) => createHash("sha256").update(`${i}`).digest("hex");
  const withNames = (count: number) =>
    refusal({
      services: {
        rtm2: {
          userId: "u",
          permissions: { message: { read: Array.from({ length: count }, (_, i) => digest(i)) } },
        },
      },
    });
  assert.equal(withNames(100), "minted");
  assert.equal(withNames(200), "token_too_large");
});

test("an account that is a number says that the uid is the same token", () => {
  const { token, warnings } = mintToken({
    appId,
    appCertificate,
    now,
    salt: 1,
    services: { rtc: { channel: "c", account: "7", role: "publisher" } },
  });
  assert.match(warnings.join(), /are the same in a token/);
  assert.equal(token, mintToken({ appId, appCertificate, now, salt: 1, services: { rtc } }).token);
});

test("006 holds one RTC or RTM service", () => {
  assert.equal(refusal({ version: 6 }), "minted");
  assert.equal(refusal({ version: 5 }), "invalid_request /version");
  assert.equal(
    refusal({ version: 6, services: { chat: { userId: "u" } } }),
    "invalid_request /services",
  );
  assert.equal(
    refusal({ version: 6, services: { rtc, rtm: { userId: "u" } } }),
    "invalid_request /services",
  );
  assert.equal(
    refusal({ version: 6, services: { rtc: { ...rtc, privilegeTtl: 0 } } }),
    "invalid_request /services",
  );
});
