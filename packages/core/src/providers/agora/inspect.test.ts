import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateSync, inflateSync } from "node:zlib";
import { inspectToken, mintToken } from "./index.ts";
import type { MintParams } from "./mint.ts";
import { signatureOf } from "./signature.ts";
import { packMessage, placeSignature, type WireService } from "./wire.ts";

const appId = "0123456789abcdef0123456789abcdef";
const secret = "fedcba9876543210fedcba9876543210";
const key = { account: appId, id: "primary", secret };
const now = 1_800_000_000;

const mint = (services: MintParams["services"], more: Partial<MintParams> = {}) =>
  mintToken({ appId, appCertificate: secret, now, salt: 7, services, ...more });

interface Odd {
  expire?: number;
  issuedAt?: number;
  appId?: string;
  services?: WireService[];
}

/** A token that our own mint would refuse to make. */
function odd({ expire = 3600, issuedAt = now, services = [], ...rest }: Odd): string {
  const message = { appId, issuedAt, expire, salt: 7, services, ...rest };
  const { content, info } = packMessage(message);
  placeSignature(content, signatureOf(info, issuedAt, 7, secret));
  return `007${deflateSync(content).toString("base64")}`;
}

const join = (channel: string, uid: string, life = 3600): WireService => ({
  service: "rtc",
  privileges: [
    [1, life],
    [2, life],
  ],
  body: [channel, uid],
});
const codes = (token: string, options: object = {}) =>
  inspectToken(token, { now, ...options }).problems.map(
    ({ code, severity, providerCode }) =>
      `${severity} ${code}${providerCode ? ` ${providerCode}` : ""}`,
  );

test("a good token has no problem, and every byte has a name", () => {
  const { token, id } = mint({
    rtc: { channel: "lesson-12", account: "alice", role: "publisher" },
    rtm2: { userId: "alice", permissions: { message: { read: ["a", "b"] } } },
    apaas: { room: "r", userId: "alice", role: 1 },
  });
  const seen = inspectToken(token, { now, keys: [key] });
  assert.equal(seen.verified, true);
  assert.equal(seen.keyId, "primary");
  assert.equal(seen.id, id);
  assert.equal(seen.identity, "alice");
  assert.equal(seen.expiresAt, now + 3600);
  assert.deepEqual(
    seen.problems.map(({ code }) => code),
    ["user_account"],
  );
  const bytes = seen.parts[1]?.bytes ?? [];
  let at = 0;
  for (const field of bytes) {
    assert.equal(field.offset, at, field.name);
    assert.equal(field.hex.length, field.size * 2);
    at += field.size;
  }
  const content = inflateSync(Buffer.from(token.slice(3), "base64"));
  assert.equal(bytes.map(({ hex }) => hex).join(""), content.toString("hex"));
  assert.deepEqual(
    bytes.find(({ name }) => name === "issued at"),
    {
      name: "issued at",
      offset: 68,
      size: 4,
      hex: "00d2496b",
      value: now,
      meaning: "2027-01-15T08:00:00Z",
    },
  );
});

/** Each line is one mistake and all that must be said about it. */
const MISTAKES: readonly [string, string, readonly string[]][] = [
  [
    "expired",
    odd({ issuedAt: now - 3700, services: [join("c", "x")] }),
    ["error expired 109", "error privilege_expired 109", "error privilege_expired 109"],
  ],
  [
    "issued in the future",
    odd({ issuedAt: now + 61, services: [join("c", "x")] }),
    ["error issued_in_future 110"],
  ],
  ["a small skew", odd({ issuedAt: now + 5, services: [join("c", "x")] }), ["info clock_skew"]],
  [
    "an absolute expiry",
    odd({ expire: now + 3600, services: [join("c", "x")] }),
    ["warning expire_is_absolute"],
  ],
  [
    "milliseconds",
    odd({ expire: 3_600_000, services: [join("c", "x")] }),
    ["warning expire_in_milliseconds"],
  ],
  [
    "seven days",
    odd({ expire: 604_800, services: [join("c", "x")] }),
    ["warning ttl_over_24_hours"],
  ],
  [
    "a privilege that outlives the token",
    odd({ expire: 60, services: [join("c", "x")] }),
    ["warning privilege_outlives_token", "warning privilege_outlives_token"],
  ],
  [
    "an absolute privilege",
    odd({ services: [join("c", "x", now)] }),
    ["warning privilege_is_absolute", "warning privilege_is_absolute"],
  ],
  [
    "a privilege that ended before the token",
    odd({ issuedAt: now - 100, services: [join("c", "x", 10)] }),
    ["error privilege_expired 109", "error privilege_expired 109"],
  ],
  [
    "privilege 0",
    odd({ services: [join("c", "x", 0)] }),
    ["info privilege_until_token_end", "info privilege_until_token_end"],
  ],
  ["uid 0", odd({ services: [join("c", "")] }), ["warning any_uid"]],
  ["any channel", odd({ services: [join("*", "x")] }), ["warning any_channel"]],
  [
    "both wildcards",
    odd({ services: [join("*", "")] }),
    ["error two_wildcards 110", "warning any_channel", "warning any_uid"],
  ],
  ["leading zeros", odd({ services: [join("c", "007")] }), ["warning uid_not_canonical"]],
  ["the text 0", odd({ services: [join("c", "0")] }), ["warning uid_not_canonical"]],
  ["2^32", odd({ services: [join("c", "4294967296")] }), ["warning uid_not_canonical"]],
  [
    "a variable that was not set",
    odd({ services: [join("c", "undefined")] }),
    ["warning value_undefined"],
  ],
  ["an integer uid", odd({ services: [join("c", "7")] }), ["info uid_or_account"]],
  ["a bad channel", odd({ services: [join("a/b", "x")] }), ["error channel_invalid 102"]],
  ["a long channel", odd({ services: [join("c".repeat(65), "x")] }), ["error channel_invalid 102"]],
  ["a bad account", odd({ services: [join("c", "é")] }), ["error account_invalid 110"]],
  ["no service", odd({}), ["error no_services"]],
  ["an app token", mint({ chat: { admin: true } }).token, ["warning app_token"]],
  [
    "Chat without a user",
    odd({ services: [{ service: "chat", privileges: [[1, 3600]], body: [""] }] }),
    ["error user_id_invalid 110"],
  ],
  ["a wrong app ID", odd({ appId: "x", services: [join("c", "x")] }), ["error app_id_invalid 101"]],
  [
    "an unknown privilege",
    odd({ services: [{ service: "rtm", privileges: [[9, 3600]], body: ["u"] }] }),
    ["warning unknown_privilege"],
  ],
  [
    "no privilege",
    odd({ services: [{ service: "rtm", privileges: [], body: ["u"] }] }),
    ["error privilege_missing 110"],
  ],
  [
    "a privilege twice",
    odd({
      services: [
        {
          service: "rtm",
          privileges: [
            [1, 60],
            [1, 60],
          ],
          body: ["u"],
        },
      ],
    }),
    ["warning duplicate_privilege"],
  ],
  [
    "RTM twice",
    odd({
      services: [
        { service: "rtm", privileges: [[1, 60]], body: ["u"] },
        { service: "rtm", privileges: [[1, 60]], body: ["u"] },
      ],
    }),
    ["info duplicate_service"],
  ],
];

/** Said of nearly every RTC token, so left out above. */
const USUAL = new Set(["info no_rtm_service", "info user_account"]);

for (const [what, token, expected] of MISTAKES)
  test(`inspect names ${what}`, () => {
    const found = codes(token).filter((code) => !USUAL.has(code));
    assert.deepEqual(found, expected);
  });

test("inspect says why a certificate does not fit", () => {
  const { token } = mint({ rtm: { userId: "u" } });
  const held = (account: string, given: string) => {
    const seen = inspectToken(token, { now, keys: [{ account, id: "k", secret: given }] });
    return [seen.verified, ...seen.problems.map(({ code }) => code)];
  };
  const other = "0".repeat(32);
  assert.deepEqual(held(appId, secret), [true]);
  assert.deepEqual(held(appId, `${secret}\n`), [false, "certificate_whitespace"]);
  assert.deepEqual(held(secret, appId), [false, "certificate_swapped"]);
  assert.deepEqual(held(appId, appId), [false, "certificate_is_app_id"]);
  assert.deepEqual(held(appId, secret.toUpperCase()), [false, "certificate_case"]);
  assert.deepEqual(held(appId, other), [false, "signature_invalid"]);
  assert.deepEqual(held(other, other), [false, "app_id_mismatch"]);
  assert.equal(inspectToken(token, { now }).verified, null);
});

test("a broken token shows what came before the break", () => {
  const { token } = mint({ rtm: { userId: "u" } });
  const content = inflateSync(Buffer.from(token.slice(3), "base64"));
  const cut = `007${deflateSync(content.subarray(0, 76)).toString("base64")}`;
  const seen = inspectToken(cut, { now, keys: [key] });
  assert.equal(seen.verified, false);
  assert.equal(seen.problems[0]?.code, "token_malformed");
  assert.match(seen.problems[0]?.message ?? "", /ends inside the salt/);
  assert.equal(seen.parts[1]?.bytes?.at(-1)?.name, "expires after");
});

test("006: what can be said with and without its subject", () => {
  const { token, id } = mint({ rtc: { channel: "c", uid: 7, role: "publisher" } }, { version: 6 });
  const alone = inspectToken(token, { now, keys: [key] });
  assert.equal(alone.verified, null);
  assert.deepEqual(
    alone.problems.map(({ code }) => code),
    ["subject_not_inside", "old_format"],
  );
  const full = inspectToken(token, { now, keys: [key], channel: "c", uid: 7 });
  assert.deepEqual([full.verified, full.id, full.expiresAt], [true, id, now + 3600]);
  const other = inspectToken(token, { now, keys: [key], channel: "c", uid: 8 });
  assert.deepEqual([other.verified, other.problems[0]?.code], [false, "subject_mismatch"]);
});

test("retired formats and endless texts are named", () => {
  assert.deepEqual(codes(`004${appId}`), ["error token_malformed 110"]);
  assert.deepEqual(codes(`007${"A".repeat(9000)}`), ["error token_too_large 110"]);
  const bomb = `007${deflateSync(Buffer.alloc(4_000_000)).toString("base64")}`;
  assert.deepEqual(codes(bomb), ["error token_malformed 110"]);
});

test("many services and privileges are read in linear time", () => {
  const fpa: WireService = { service: "fpa", privileges: [[1, 60]], body: [] };
  const token = odd({ services: Array.from({ length: 6000 }, () => fpa) });
  const start = performance.now();
  assert.equal(inspectToken(token, { now, keys: [key] }).verified, true);
  assert.ok(performance.now() - start < 2000);
});
