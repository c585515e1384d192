import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { encodeBase64url } from "#platform";
import { signHs256 } from "../../lib/jwt.ts";
import { twilio } from "./index.ts";
import { PROBLEMS } from "./problems.ts";

const HEX = "0123456789abcdef0123456789abcdef";
const NOW = 1_795_230_000;
const SECRET = "Zk3Qm8vR1xYt5Lp0Wb7Nc4Jd9Hs2Gf6A";
const sid = (prefix: string): string => prefix + HEX;
const KEY = { account: sid("AC"), id: sid("SK"), secret: SECRET };
const HEADER = { alg: "HS256", typ: "JWT", cty: "twilio-fpa;v=1" };
const PAYLOAD = {
  jti: `${sid("SK")}-${"a5".repeat(16)}`,
  grants: { identity: "alice", video: { room: "lesson-12" } },
  iat: NOW,
  exp: NOW + 3600,
  iss: sid("SK"),
  sub: sid("AC"),
};
const sign = (payload: object = {}, header: object = {}, secret = SECRET): string =>
  signHs256(
    encodeBase64url(JSON.stringify({ ...HEADER, ...header })),
    JSON.stringify({ ...PAYLOAD, ...payload }),
    secret,
  );
const TOKEN = sign();
const look = (text: string, keys = [KEY], now = NOW + 60) => twilio.inspect(text, { keys, now });
const seen = (text: string, keys = [KEY], now = NOW + 60) =>
  look(text, keys, now).problems.map(({ code, providerCode }) => [code, providerCode]);
const grants = (more: object) => sign({ grants: { identity: "alice", ...more } });

describe("inspect finds", () => {
  const [header, payload, signature] = TOKEN.split(".") as [string, string, string];
  type Case = readonly [name: string, text: string, code: string, providerCode: number | undefined];
  const cases: readonly Case[] = [
    ["a cut token", `${header}.${payload.slice(0, 40)}`, "not_three_parts", 20101],
    ["five parts", `${TOKEN}.a.b`, "not_three_parts", 20101],
    ["a line end inside", `${TOKEN.slice(0, 90)}\n${TOKEN.slice(90)}`, "whitespace_inside", 20101],
    ["padding", `${header}==.${payload}.${signature}`, "not_canonical", 20101],
    [
      "the standard alphabet",
      `${header}.${payload}.${signature.slice(0, -2)}+/`,
      "not_canonical",
      20101,
    ],
    ["no signature", `${header}.${payload}.`, "unsigned", 20107],
    ["a broken header", `${header.slice(3)}.${payload}.${signature}`, "header_unreadable", 20102],
    ["a broken payload", `${header}.${payload.slice(2)}.${signature}`, "payload_unreadable", 20101],
    ["too long a token", sign({ x: "x".repeat(9000) }), "too_large", 20101],
    ["alg none", sign({}, { alg: "none" }), "alg_not_hs256", 20102],
    ["alg RS256", sign({}, { alg: "RS256" }), "alg_not_hs256", 20102],
    ["alg in lower case", sign({}, { alg: "hs256" }), "alg_not_hs256", 20102],
    ["no cty", sign({}, { cty: undefined }), "cty_missing", 20102],
    ["another cty", sign({}, { cty: "twilio-fpa;v=2" }), "cty_wrong", 20102],
    ["another typ", sign({}, { typ: "at+jwt" }), "typ_wrong", 20102],
    ["a key in the header", sign({}, { jwk: {} }), "header_forbidden", 20102],
    ["a region", sign({}, { twr: "us1" }), "region", 20101],
    ["video in another region", sign({}, { twr: "ie1" }), "region_video", 20101],
    ["a region that is none", sign({}, { twr: "" }), "region_wrong", 20101],
    ["no iss", sign({ iss: undefined }), "iss_missing", 20103],
    ["an account as iss", sign({ iss: sid("AC") }), "iss_not_key", 20103],
    ["no sub", sign({ sub: undefined }), "sub_missing", 20103],
    ["a service as sub", sign({ sub: sid("IS") }), "sub_not_account", 20103],
    ["swapped parties", sign({ iss: sid("AC"), sub: sid("SK") }), "iss_sub_swapped", 20103],
    ["no jti", sign({ jti: undefined }), "jti_missing", 20151],
    ["a jti by the second", sign({ jti: `${sid("SK")}-${NOW}` }), "jti_by_second", undefined],
    ["no exp", sign({ exp: undefined }), "exp_missing", 20156],
    ["exp as text", sign({ exp: "soon" }), "exp_not_a_time", 20156],
    ["exp in milliseconds", sign({ exp: (NOW + 3600) * 1000 }), "exp_in_milliseconds", 20157],
    ["ttl as text in the Node library", sign({ exp: NOW }), "exp_not_after_iat", 20156],
    ["exp before iat", sign({ exp: NOW - 60 }), "exp_not_after_iat", 20156],
    ["a ttl of a week", sign({ exp: NOW + 604_801 }), "ttl_too_long", 20157],
    ["a ttl in milliseconds", sign({ exp: NOW + 3_600_000 }), "ttl_in_milliseconds", 20157],
    [
      "a day of voice",
      sign({ exp: NOW + 86_400, grants: { identity: "a", voice: { incoming: { allow: true } } } }),
      "ttl_too_long_for_voice",
      31207,
    ],
    ["iat to come", sign({ iat: NOW + 120 }), "iat_in_future", 20105],
    ["iat in milliseconds", sign({ iat: NOW * 1000 }), "iat_not_a_time", 20151],
    ["nbf to come", sign({ nbf: NOW + 120 }), "not_yet_valid", 20105],
    ["nbf as text", sign({ nbf: "now" }), "nbf_not_a_time", 20151],
    ["nbf after exp", sign({ nbf: NOW + 7200 }), "nbf_after_exp", 20105],
    ["no grants", sign({ grants: undefined }), "grants_missing", 20106],
    ["empty grants", grants({}), "grants_empty", 20106],
    ["no identity", sign({ grants: { video: { room: "a" } } }), "identity_missing", 20106],
    ["a number as identity", sign({ grants: { identity: 7 } }), "identity_not_a_string", 20106],
    ["an empty identity", grants({ identity: "" }), "identity_missing", 20106],
    [
      "spaces for voice",
      grants({ identity: "a b", voice: {} }),
      "identity_invalid_for_voice",
      31105,
    ],
    [
      "too wide for video",
      grants({ identity: "語".repeat(65), video: {} }),
      "identity_too_long_for_video",
      53202,
    ],
    [
      "an e-mail address for chat",
      grants({ identity: "a@b.c", chat: {} }),
      "identity_reserved_characters",
      20106,
    ],
    ["an unknown grant", grants({ vidoe: {} }), "grant_unknown", 20106],
    ["a grant that is a list", grants({ video: [] }), "grant_not_an_object", 20106],
    ["a legacy grant", grants({ ip_messaging: {} }), "grant_legacy", undefined],
    ["a field in camelCase", grants({ chat: { serviceSid: sid("IS") } }), "field_unknown", 20106],
    ["a SID of another kind", grants({ chat: { service_sid: sid("AC") } }), "field_invalid", 20106],
    ["incoming that is true", grants({ voice: { incoming: true } }), "field_invalid", 20106],
    ["outgoing without an app", grants({ voice: { outgoing: {} } }), "field_invalid", 20106],
    ["voice for nothing", grants({ voice: {} }), "voice_without_permission", 31201],
    ["any room", grants({ video: {} }), "video_any_room", undefined],
    ["chat without a service", grants({ chat: {} }), "chat_without_service", 20106],
    [
      "chat for two minutes",
      sign({ exp: NOW + 120, grants: { identity: "a", chat: { service_sid: sid("IS") } } }),
      "ttl_below_minimum",
      51130,
    ],
    ["Sync without a service", grants({ data_sync: {} }), "sync_without_service", 20106],
    [
      "endpoint_id",
      grants({ chat: { service_sid: sid("IS"), endpoint_id: "a:b:c" } }),
      "endpoint_id_deprecated",
      20106,
    ],
    ["another secret", sign({}, {}, "another-secret-of-thirty-two-chars"), "wrong_secret", 20107],
    ["a secret with a line end", sign({}, {}, `${SECRET}\n`), "signed_with_whitespace", 20107],
    ["a secret in quotes", sign({}, {}, `"${SECRET}"`), "signed_with_quotes", 20107],
    ["another account", sign({ sub: `AC${"f".repeat(32)}` }), "account_mismatch", 20103],
    ["another key's SID", sign({ iss: `SK${"f".repeat(32)}` }), "signed_with_other_key", 20103],
    ["a key not given", sign({ iss: `SK${"f".repeat(32)}` }, {}, HEX), "key_unknown", undefined],
    ["quotes around", `"${TOKEN}"`, "quoted", 20101],
    ["Bearer before", `Bearer ${TOKEN}`, "bearer_prefix", 20101],
    ["a header before", `Authorization: Bearer ${TOKEN}`, "bearer_prefix", 20101],
    ["a name before", `TOKEN=${TOKEN}`, "name_prefix", 20101],
    ["white space around", ` ${TOKEN}\r\n`, "surrounding_whitespace", 20101],
    ["the JSON answer", JSON.stringify({ identity: "alice", token: TOKEN }), "json_object", 20101],
    ["TwiML", '<?xml version="1.0"?><Response><Say>Hi</Say></Response>', "twiml", 20101],
    ["HTML", "<!DOCTYPE html><html></html>", "html", 20101],
    ["nothing", "", "empty", 20101],
    ["undefined", "undefined", "javascript_value", 20101],
    ["a SID", sid("SK"), "sid", 20101],
  ];
  for (const [name, text, code, providerCode] of cases)
    it(`${name}: ${code}`, () => {
      const found = look(text).problems.find((problem) => problem.code === code);
      assert.ok(found, JSON.stringify(seen(text)));
      assert.equal(found.providerCode, providerCode);
      assert.ok(found.message.endsWith(".") && found.mend.endsWith("."), found.message);
    });

  it("only what is wrong: each of these alone", () => {
    assert.deepEqual(seen(sign({}, { cty: undefined })), [["cty_missing", 20102]]);
    assert.deepEqual(seen(sign({ exp: NOW + 604_801 })), [["ttl_too_long", 20157]]);
    assert.deepEqual(seen(sign({}, {}, "another-secret-of-thirty-two-chars")), [
      ["wrong_secret", 20107],
    ]);
    assert.deepEqual(seen(TOKEN, [KEY], NOW + 3600), [["expired", 20104]]);
  });

  it("all of them at once, the gravest first", () => {
    const text = sign({ exp: NOW - 60, sub: undefined, jti: `${sid("SK")}-1` }, {}, HEX);
    const { problems, verified } = look(text);
    assert.equal(verified, false);
    assert.deepEqual(
      problems.map(({ code }) => code),
      ["sub_missing", "exp_not_after_iat", "expired", "wrong_secret", "jti_by_second"],
    );
  });

  it("by how much it expired, in words", () => {
    const { problems } = look(TOKEN, [KEY], NOW + 3600 + 7500);
    assert.equal(problems[0]?.message, "It expired 2 hours 5 minutes ago.");
    assert.equal(problems[0]?.pointer, "/payload/exp");
  });

  it("a secret that has white space, and that it would match without", () => {
    assert.deepEqual(seen(TOKEN, [{ ...KEY, secret: `${SECRET}\n` }]), [
      ["secret_whitespace", 20107],
    ]);
    assert.equal(look(TOKEN, [{ ...KEY, secret: ` ${SECRET}` }]).verified, false);
  });

  it("an auth token in the secret's place", () => {
    assert.deepEqual(seen(TOKEN, [{ ...KEY, secret: HEX }]), [["secret_is_auth_token", 20107]]);
    assert.deepEqual(seen(sign({}, {}, HEX), [{ ...KEY, secret: HEX }]), [
      ["secret_is_auth_token", 20107],
    ]);
  });

  it("no secret in any of its words", () => {
    const texts = [TOKEN, sign({}, {}, HEX), sign({ iss: SECRET, sub: SECRET })];
    const secrets = [SECRET, `${SECRET}\n`, HEX, "your_api_secret"];
    for (const text of texts)
      for (const secret of secrets)
        for (const { message, mend } of look(text, [{ ...KEY, secret }]).problems)
          for (const hidden of [SECRET, HEX]) assert.ok(!`${message} ${mend}`.includes(hidden));
  });

  it("every problem of its table, in these tests", () => {
    const tested = new Set<string>(cases.map(([, , code]) => code));
    for (const code of [
      "expired",
      "secret_whitespace",
      "secret_is_auth_token",
      "secret_unusable",
      "capability_token",
    ])
      tested.add(code);
    assert.deepEqual(
      Object.keys(PROBLEMS).filter((code) => !tested.has(code)),
      [],
    );
  });

  it("an unusable secret", () => {
    assert.deepEqual(seen(TOKEN, [{ ...KEY, secret: "your_api_secret" }]), [
      ["secret_unusable", 20107],
    ]);
  });
});
