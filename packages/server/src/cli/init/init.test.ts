import assert from "node:assert/strict";
import process from "node:process";
import { describe, it } from "node:test";
import { isHandstampError, type ProviderId } from "@handstamp/protocol";
import { assert as assertProperty, property, string } from "fast-check";
import type { World } from "../../config/world.ts";
import type { Answers, SignIn } from "./answers.ts";
import { compose, variablesOf } from "./compose.ts";
import { tryConfiguration } from "./try.ts";

const world: World = {
  env: {},
  cwd: "/app",
  readFile: () => null,
  writePrivateFile: () => assert.fail("nothing is written"),
  randomHex: (bytes) => "0123456789abcdef".repeat(bytes).slice(0, bytes * 2),
};

const PROVIDERS: readonly (readonly ProviderId[])[] = [["twilio"], ["agora"], ["twilio", "agora"]];
const issuer = "https://login.example.com";
const issued = { issuer, audience: "calls", identity: "sub" };
const SIGN_INS: readonly SignIn[] = [
  { kind: "discovery", ...issued },
  { kind: "jwks", ...issued, jwks: `${issuer}/jwks.json` },
  { kind: "secret", ...issued, variable: "CALLS_JWT_SECRET" },
  { kind: "session", url: "http://127.0.0.1:3000/session", identity: "user.id" },
  { kind: "api_token" },
];
const ROOMS = ["lesson-*", "lesson-${caller.claims.course}", "hall", "*", ""];
const ORIGINS = [[], ["https://app.example.com", "https://www.example.com"]];

const VARIANTS: readonly Answers[] = PROVIDERS.flatMap((providers) =>
  SIGN_INS.flatMap((signIn) =>
    ROOMS.flatMap((rooms) => ORIGINS.map((origins) => ({ providers, signIn, rooms, origins }))),
  ),
);

describe("what init writes", () => {
  for (const answers of VARIANTS)
    it(`loads: ${answers.providers.join("+")}, ${answers.signIn.kind}, rooms "${answers.rooms}", ${answers.origins.length} origins`, () =>
      tryConfiguration(compose(answers, {}), answers, world, "/app/handstamp.yaml"));

  it("names a setting by the variable that is set, and never holds its value", () => {
    const env = { TWILIO_API_KEY_SECRET: "canary-4711", TWILIO_CHAT_SERVICE_SID: "IScanary-4712" };
    const answers: Answers = {
      providers: ["twilio"],
      signIn: { kind: "api_token" },
      rooms: "",
      origins: [],
    };
    const text = compose(answers, env);
    assert.match(text, /^ {4}api_secret: "\$\{env:TWILIO_API_KEY_SECRET\}"$/m);
    assert.match(text, /^ {4}chat_service_sid: "\$\{env:TWILIO_CHAT_SERVICE_SID\}"$/m);
    assert.match(text, /^ {4}# sync_service_sid: /m);
    assert.doesNotMatch(text, /canary/);
    assert.ok(variablesOf(answers, env).includes("TWILIO_API_KEY_SECRET"));
  });

  it("loads or is refused in words, whatever is typed", () => {
    const text = string({ unit: "binary", maxLength: 40 });
    assertProperty(
      property(text, text, text, (audience, identity, rooms) => {
        const signIn: SignIn = { kind: "discovery", issuer, audience, identity };
        const answers: Answers = { providers: ["twilio", "agora"], signIn, rooms, origins: [] };
        try {
          tryConfiguration(compose(answers, {}), answers, world, "/app/handstamp.yaml");
        } catch (error) {
          assert.ok(isHandstampError(error), String(error));
        }
      }),
      { numRuns: process.env["HANDSTAMP_LONG"] ? 100_000 : 300 },
    );
  });

  it("would be refused with a URL that leaves the token open", () => {
    const signIn: SignIn = { kind: "session", url: "http://app.example.com/", identity: "id" };
    const answers: Answers = { providers: ["twilio"], signIn, rooms: "", origins: [] };
    assert.throws(
      () => tryConfiguration(compose(answers, {}), answers, world, "/app/handstamp.yaml"),
      /session\/url must begin with https/,
    );
  });
});
