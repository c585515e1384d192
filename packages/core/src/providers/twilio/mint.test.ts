import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isHandstampError } from "@handstamp/protocol";
import * as fc from "fast-check";
import { type AccessTokenOptions, mintAccessToken, verifyAccessToken } from "./index.ts";

const RUNS = process.env["HANDSTAMP_LONG"] ? 100_000 : 300;
const HEX = "0123456789abcdef0123456789abcdef";
const NOW = 1_795_230_000;
const SECRET = "Zk3Qm8vR1xYt5Lp0Wb7Nc4Jd9Hs2Gf6A";
const sid = (prefix: string): string => prefix + HEX;
const OPTIONS: AccessTokenOptions = {
  accountSid: sid("AC"),
  keySid: sid("SK"),
  keySecret: SECRET,
  identity: "alice",
  now: NOW,
  random: (size) => new Uint8Array(size).fill(0xa5),
  grants: { video: { room: "lesson-12" } },
};
const mint = (more: object = {}) => mintAccessToken({ ...OPTIONS, ...more });
const partsOf = (token: string): string[] =>
  token.split(".", 2).map((part) => Buffer.from(part, "base64url").toString());
const verify = (token: string, more: object = {}) =>
  verifyAccessToken(token, { keySecret: SECRET, now: NOW, ...more });

function failure(action: () => unknown): {
  code: string;
  providerCode: number | undefined;
  message: string;
} {
  try {
    action();
  } catch (error) {
    assert.ok(isHandstampError(error), String(error));
    return error;
  }
  return assert.fail("nothing was thrown");
}

describe("mintAccessToken", () => {
  it("writes the header and the claims of the Node library, in its order", () => {
    const { token } = mint({
      ttl: 600,
      nbf: NOW - 5,
      region: "ie1",
      grants: {
        voice: {
          endpointId: "e",
          pushCredentialSid: sid("CR"),
          outgoing: { applicationSid: sid("AP"), params: { to: "bob" } },
          incoming: true,
        },
        sync: { serviceSid: "default" },
        chat: { serviceSid: sid("IS"), deploymentRoleSid: sid("RL") },
        player: { requestCredentials: null },
        rtc: { configurationProfileSid: sid("VS") },
      },
    });
    assert.deepEqual(partsOf(token), [
      '{"alg":"HS256","typ":"JWT","cty":"twilio-fpa;v=1","twr":"ie1"}',
      `{"jti":"${sid("SK")}-${"a5".repeat(16)}","grants":{"identity":"alice","voice":{"incoming":{"allow":true},"outgoing":{"application_sid":"${sid("AP")}","params":{"to":"bob"}},"push_credential_sid":"${sid("CR")}","endpoint_id":"e"},"data_sync":{"service_sid":"default"},"chat":{"service_sid":"${sid("IS")}","deployment_role_sid":"${sid("RL")}"},"player":{"requestCredentials":null},"rtc":{"configuration_profile_sid":"${sid("VS")}"}},"nbf":${NOW - 5},"iat":${NOW},"exp":${NOW + 600},"iss":"${sid("SK")}","sub":"${sid("AC")}"}`,
    ]);
  });

  it("says what it made", () => {
    assert.deepEqual(
      { ...mint(), token: "" },
      {
        token: "",
        id: `${sid("SK")}-${"a5".repeat(16)}`,
        issuedAt: NOW,
        expiresAt: NOW + 3600,
        warnings: [],
      },
    );
  });

  it("gives each token an id of its own", () => {
    const { random: _, ...unseeded } = OPTIONS;
    const ids = Array.from({ length: 1000 }, () => mintAccessToken(unseeded).id);
    assert.equal(new Set(ids).size, 1000);
    assert.match(ids[0] ?? "", /^SK[0-9a-f]{32}-[0-9a-f]{32}$/);
  });

  it("quotes any text as JSON", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 }), (room) => {
        const { token } = mint({ grants: { video: { room } } });
        assert.deepEqual(verify(token).grants, { video: { room } });
      }),
      { numRuns: RUNS },
    );
  });

  it("leaves out what is undefined, and incoming where it is false", () => {
    const grants = {
      voice: { incoming: false },
      video: undefined,
      chat: { serviceSid: undefined },
    };
    assert.match(
      partsOf(mint({ grants }).token)[1] ?? "",
      /"grants":\{"identity":"alice","voice":\{\},"chat":\{\}\}/,
    );
  });
});

describe("mintAccessToken refuses", () => {
  const cases: readonly (readonly [string, object, string, RegExp?])[] = [
    ["ttl 0", { ttl: 0 }, "ttl_invalid", /seconds/],
    ["a negative ttl", { ttl: -60 }, "ttl_invalid", /seconds/],
    ["NaN", { ttl: Number.NaN }, "ttl_invalid"],
    ["infinity", { ttl: Number.POSITIVE_INFINITY }, "ttl_invalid"],
    ["a fraction", { ttl: 0.5 }, "ttl_invalid"],
    ["a ttl as text", { ttl: "100" }, "ttl_invalid", /seconds.*not as text/],
    [
      "milliseconds",
      { ttl: 7_200_000 },
      "ttl_invalid",
      /7200000 looks like milliseconds: pass 7200/,
    ],
    ["more than a day", { ttl: 86_401 }, "ttl_invalid"],
    [
      "a whole day of voice",
      { ttl: 86_400, grants: { voice: { incoming: true } } },
      "ttl_invalid",
      /86399/,
    ],
    ["a key as account", { accountSid: sid("SK") }, "key_invalid", /accountSid is an API key SID/],
    ["an account as key", { keySid: sid("AC") }, "key_invalid", /keySid is an account SID/],
    ["a short SID", { keySid: "SK123" }, "key_invalid"],
    ["a SID with other letters", { keySid: `SK${"g".repeat(32)}` }, "key_invalid"],
    ["no secret", { keySecret: undefined }, "key_invalid"],
    ["an empty secret", { keySecret: "" }, "key_invalid"],
    [
      "a short secret",
      { keySecret: SECRET.slice(1) },
      "key_invalid",
      /at least 32 characters, and this has 31/,
    ],
    ["a secret with a line end", { keySecret: `${SECRET}\n` }, "key_invalid", /white space/],
    ["a placeholder", { keySecret: "your_api_secret" }, "key_invalid", /placeholder/],
    ["a row of x", { keySecret: "x".repeat(32) }, "key_invalid", /placeholder/],
    ["a SID as secret", { keySecret: sid("SK") }, "key_invalid", /is a SID/],
    ["no identity", { identity: "" }, "identity_invalid"],
    ["a number as identity", { identity: 7 }, "identity_invalid", /String\(id\)/],
    ["an object as identity", { identity: {} }, "identity_invalid"],
    ["half a surrogate pair", { identity: "a\ud800" }, "identity_invalid"],
    ["a control character", { identity: "a\u0000" }, "identity_invalid"],
    ["257 characters", { identity: "a".repeat(257), grants: { sync: {} } }, "identity_invalid"],
    [
      "an e-mail address for voice",
      { identity: "a@b.c", grants: { voice: {} } },
      "identity_invalid",
      /voice/,
    ],
    [
      "122 characters for voice",
      { identity: "a".repeat(122), grants: { voice: {} } },
      "identity_invalid",
    ],
    ["129 characters for video", { identity: "a".repeat(129) }, "identity_invalid", /video/],
    [
      "65 double-byte characters for video",
      { identity: "語".repeat(65) },
      "identity_invalid",
      /two/,
    ],
    ["an unknown grant", { grants: { vidoe: {} } }, "invalid_request", /known are voice, video/],
    ["an inherited name", { grants: { constructor: {} } }, "invalid_request", /not known/],
    [
      "an unknown field",
      { grants: { chat: { serviceSID: sid("IS") } } },
      "invalid_request",
      /known are serviceSid/,
    ],
    ["an empty room", { grants: { video: { room: "" } } }, "invalid_request", /must not be empty/],
    [
      "a SID of another kind",
      { grants: { chat: { serviceSid: sid("AC") } } },
      "invalid_request",
      /is an account SID/,
    ],
    [
      "a SID with a quote",
      { grants: { chat: { serviceSid: `IS"${HEX.slice(1)}` } } },
      "invalid_request",
    ],
    [
      "params without an app",
      { grants: { voice: { outgoing: { params: {} } } } },
      "invalid_request",
      /applicationSid/,
    ],
    [
      "incoming as text",
      { grants: { voice: { incoming: "yes" } } },
      "invalid_request",
      /true or false/,
    ],
    ["grants as a list", { grants: [] }, "invalid_request"],
    ["grants of null", { grants: { video: null } }, "invalid_request"],
    ["a region with a quote", { region: 'ie1","x":"' }, "invalid_request", /region/],
    ["nbf in milliseconds", { nbf: NOW * 1000 }, "invalid_request", /milliseconds/],
    ["nbf after the end", { nbf: NOW + 3600 }, "invalid_request"],
    ["now in milliseconds", { now: NOW * 1000 }, "invalid_request"],
    ["more than fits", { grants: { player: { a: "a".repeat(9000) } } }, "invalid_request", /8192/],
  ];
  for (const [name, more, code, message] of cases)
    it(name, () => {
      const error = failure(() => mint(more));
      assert.equal(error.code, code);
      if (message) assert.match(error.message, message);
      assert.ok(!error.message.includes(SECRET.slice(0, 8)), "the message holds the secret");
    });

  it("gives Twilio's code where there is one", () => {
    assert.equal(failure(() => mint({ ttl: 90_000 })).providerCode, 20157);
    assert.equal(failure(() => mint({ ttl: 86_400, grants: { voice: {} } })).providerCode, 31207);
    assert.equal(
      failure(() => mint({ identity: "a b", grants: { voice: {} } })).providerCode,
      31105,
    );
    assert.equal(failure(() => mint({ identity: "語".repeat(65) })).providerCode, 53202);
  });
});

describe("mintAccessToken accepts", () => {
  const cases: readonly (readonly [string, object])[] = [
    ["one second", { ttl: 1 }],
    ["a day", { ttl: 86_400 }],
    ["a day of voice but one second", { ttl: 86_399, grants: { voice: { incoming: true } } }],
    [
      "121 characters for voice",
      { identity: "a".repeat(121), grants: { voice: { incoming: true } } },
    ],
    ["64 double-byte characters for video", { identity: "語".repeat(64) }],
    ["an empty region", { region: "" }],
    ["an auth token's form of secret", { keySecret: HEX }],
  ];
  for (const [name, more] of cases) it(name, () => assert.deepEqual(mint(more).warnings, []));

  const warned: readonly (readonly [string, object, RegExp])[] = [
    [
      "an e-mail address for chat",
      { identity: "a@b.c", grants: { chat: { serviceSid: sid("IS") } } },
      /reserved|advises/,
    ],
    ["chat without a service", { grants: { chat: {} } }, /service SID/],
    [
      "endpoint_id in chat",
      { grants: { chat: { serviceSid: sid("IS"), endpointId: "a:b:c" } } },
      /deprecated/,
    ],
    ["three minutes of chat", { ttl: 180, grants: { chat: { serviceSid: sid("IS") } } }, /180 s/],
    ["video in another region", { region: "ie1" }, /us1/],
    ["no grants", { grants: {} }, /opens nothing/],
    ["a zero-width character", { identity: "ali\u200bce" }, /invisible/],
    ["an identity that is not NFC", { identity: "e\u0301" }, /NFC/],
  ];
  for (const [name, more, warning] of warned)
    it(`${name}, with a warning`, () => {
      const { warnings } = mint(more);
      assert.equal(warnings.length, 1);
      assert.match(warnings[0] ?? "", warning);
    });
});
