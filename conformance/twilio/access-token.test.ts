/**
 * Our Access Tokens against Twilio's own Node library, and against two JWT libraries that know
 * nothing of either.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { describe, it } from "node:test";
import { mintAccessToken, verifyAccessToken } from "@handstamp/core/twilio";
import * as fc from "fast-check";
import { jwtVerify } from "jose";
import twilio from "twilio";

// It brings no types.
const jsonwebtoken = createRequire(import.meta.url)("jsonwebtoken") as {
  verify(token: string, secret: string, options: object): unknown;
};
const RUNS = process.env["HANDSTAMP_LONG"] ? 20_000 : 400;
const { AccessToken } = twilio.jwt;

const sid = (prefix: string) =>
  fc
    .string({
      unit: fc.constantFrom(...Array.from("0123456789abcdef")),
      minLength: 32,
      maxLength: 32,
    })
    .map((hex) => prefix + hex);
const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 30 });
const some = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const chat = fc.record(
  {
    serviceSid: sid("IS"),
    endpointId: text,
    deploymentRoleSid: sid("RL"),
    pushCredentialSid: sid("CR"),
  },
  { requiredKeys: [] },
);
const GRANTS = fc.record(
  {
    voice: fc.record(
      {
        incoming: fc.boolean(),
        outgoing: fc.record(
          { applicationSid: sid("AP"), params: fc.dictionary(fc.string(), fc.string()) },
          { requiredKeys: ["applicationSid"] },
        ),
        pushCredentialSid: sid("CR"),
        endpointId: text,
      },
      { requiredKeys: [] },
    ),
    video: fc.record({ room: text }, { requiredKeys: [] }),
    chat,
    sync: fc.record({ serviceSid: sid("IS"), endpointId: text }, { requiredKeys: [] }),
    taskRouter: fc.record(
      { workspaceSid: sid("WS"), workerSid: sid("WK"), role: text },
      { requiredKeys: [] },
    ),
    player: fc.dictionary(fc.string(), fc.jsonValue()),
  },
  { requiredKeys: [] },
);
const REQUEST = fc.record({
  accountSid: sid("AC"),
  keySid: sid("SK"),
  keySecret: fc.nat().map((n) => createHash("sha256").update(String(n)).digest("hex").slice(0, 40)),
  identity: fc.string({
    unit: fc.constantFrom(...Array.from("abcXYZ019_")),
    minLength: 1,
    maxLength: 121,
  }),
  ttl: fc.integer({ min: 60, max: 86_399 }),
  region: some(fc.constantFrom("us1", "ie1", "au1", "dublin")),
  nbf: some(fc.integer({ min: 0, max: 1_700_000_000 })),
  grants: GRANTS,
});
type Request = typeof REQUEST extends fc.Arbitrary<infer T> ? T : never;

/** What Twilio's library makes of the same request. */
function theirs(request: Request): string {
  const { accountSid, keySid, keySecret, identity, ttl, region, nbf, grants } = request;
  const token = new AccessToken(accountSid, keySid, keySecret, {
    identity,
    ttl,
    ...(region === undefined ? {} : { region }),
    ...(nbf === undefined ? {} : { nbf }),
  });
  for (const [name, grant] of Object.entries(grants)) token.addGrant(theirGrant(name, grant));
  return token.toJwt();
}

type Grant = Parameters<InstanceType<typeof AccessToken>["addGrant"]>[0];

function theirGrant(name: string, grant: object): Grant {
  const { incoming, outgoing, ...voice } = grant as NonNullable<Request["grants"]["voice"]>;
  const options: Readonly<Record<string, () => Grant>> = {
    voice: () =>
      new AccessToken.VoiceGrant({
        ...voice,
        ...(incoming === undefined ? {} : { incomingAllow: incoming }),
        ...(outgoing === undefined ? {} : { outgoingApplicationSid: outgoing.applicationSid }),
        ...(outgoing?.params === undefined ? {} : { outgoingApplicationParams: outgoing.params }),
      }),
    video: () => new AccessToken.VideoGrant(grant),
    chat: () => new AccessToken.ChatGrant(grant),
    sync: () => new AccessToken.SyncGrant(grant),
    taskRouter: () => new AccessToken.TaskRouterGrant(grant),
    player: () => new AccessToken.PlaybackGrant({ grant }),
  };
  const make = options[name];
  assert.ok(make, name);
  return make();
}

function ours(request: Request) {
  const { region, nbf, ...rest } = request;
  return mintAccessToken({
    ...rest,
    ...(region === undefined ? {} : { region }),
    ...(nbf === undefined ? {} : { nbf }),
  } as Parameters<typeof mintAccessToken>[0]);
}

const textOf = (token: string, part: 0 | 1): string =>
  Buffer.from(token.split(".")[part] ?? "", "base64url").toString();

describe("Access Tokens and twilio-node", () => {
  it("have the same header, byte for byte, and the same grants in the same order", () => {
    fc.assert(
      fc.property(REQUEST, (request) => {
        const [a, b] = [ours(request).token, theirs(request)];
        assert.equal(textOf(a, 0), textOf(b, 0));
        const [ourClaims, theirClaims] = [JSON.parse(textOf(a, 1)), JSON.parse(textOf(b, 1))];
        assert.equal(JSON.stringify(ourClaims.grants), JSON.stringify(theirClaims.grants));
        assert.deepEqual(Object.keys(ourClaims), Object.keys(theirClaims));
        assert.equal(ourClaims.exp - ourClaims.iat, theirClaims.exp - theirClaims.iat);
        for (const claim of ["nbf", "iss", "sub"])
          assert.equal(ourClaims[claim], theirClaims[claim]);
      }),
      { numRuns: RUNS },
    );
  });

  it("verify under each other's secret, and not under another", () => {
    fc.assert(
      fc.property(REQUEST, (request) => {
        const { keySecret, keySid, accountSid } = request;
        const token = ours(request).token;
        assert.ok(jsonwebtoken.verify(token, keySecret, { algorithms: ["HS256"], issuer: keySid }));
        const content = verifyAccessToken(theirs(request), { keySecret, accountSid });
        assert.deepEqual(content.grants, verifyAccessToken(token, { keySecret }).grants);
        assert.throws(() => verifyAccessToken(theirs(request), { keySecret: `${keySecret}x` }), {
          code: "token_signature_invalid",
          providerCode: 20107,
        });
      }),
      { numRuns: RUNS },
    );
  });

  it("fill the grant's legacy form as old tutorials do", () => {
    const zeros = "0".repeat(32);
    const { token } = mintAccessToken({
      accountSid: `AC${zeros}`,
      keySid: `SK${zeros}`,
      keySecret: "Zk3Qm8vR1xYt5Lp0Wb7Nc4Jd9Hs2Gf6A",
      identity: "alice",
      grants: {
        ipMessaging: { serviceSid: `IS${zeros}`, endpointId: "app:alice:phone" },
        video: { configurationProfileSid: `VS${zeros}` },
        rtc: { configurationProfileSid: `VS${zeros}` },
      },
    });
    assert.deepEqual(JSON.parse(textOf(token, 1)).grants, {
      identity: "alice",
      ip_messaging: { service_sid: `IS${zeros}`, endpoint_id: "app:alice:phone" },
      video: { configuration_profile_sid: `VS${zeros}` },
      rtc: { configuration_profile_sid: `VS${zeros}` },
    });
  });
});

describe("Access Tokens and jose", () => {
  it("are verified by it", async () => {
    await fc.assert(
      fc.asyncProperty(REQUEST, async (request) => {
        const { token, id, expiresAt } = ours(request);
        const { payload, protectedHeader } = await jwtVerify(
          token,
          Buffer.from(request.keySecret),
          {
            algorithms: ["HS256"],
            issuer: request.keySid,
            subject: request.accountSid,
            typ: "JWT",
          },
        );
        assert.deepEqual([payload.jti, payload.exp], [id, expiresAt]);
        assert.equal(protectedHeader.cty, "twilio-fpa;v=1");
      }),
      { numRuns: RUNS },
    );
  });
});

describe("The signature of a generated token", () => {
  it("fails for every bit that is flipped in what was signed", () => {
    fc.assert(
      fc.property(REQUEST, (request) => {
        const { token } = ours(request);
        const [header, payload, signature] = token.split(".") as [string, string, string];
        for (const [at, part] of [header, payload].entries()) {
          const bytes = Buffer.from(part, "base64url");
          for (let bit = 0; bit < bytes.length * 8; bit++) {
            bytes[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7));
            const changed = [header, payload].with(at, bytes.toString("base64url"));
            assert.throws(
              () =>
                verifyAccessToken([...changed, signature].join("."), {
                  keySecret: request.keySecret,
                }),
              { name: "HandstampError", code: /^token_/ },
            );
            bytes[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7));
          }
        }
      }),
      { numRuns: RUNS / 100 },
    );
  });
});
