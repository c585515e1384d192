/** Clients of Twilio's sample servers, request for request, against a running service. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type DropIn, type Got, startDropIn } from "./service.ts";
import { checkTimes, readTwilio } from "./witness.ts";

let service: DropIn;
before(async () => {
  service = await startDropIn();
});
after(() => service.close());

/** The token of an answer, verified, its life and the times beside it checked. */
function tokenOf({ status, json, text }: Got, ttl = 3600) {
  assert.equal(status, 200, text);
  const claims = readTwilio(json["token"], service.keys);
  assert.equal(claims.exp - claims.iat, ttl);
  checkTimes(json, claims.exp, ttl);
  return claims;
}

function everyGrant(identity: string, device?: string): Record<string, unknown> {
  const { chat_service_sid, sync_service_sid, twiml_app_sid } = service.keys.twilio;
  const endpoint = device ? { endpoint_id: `handstamp:${identity}:${device}` } : {};
  return {
    identity,
    chat: { service_sid: chat_service_sid, ...endpoint },
    data_sync: { service_sid: sync_service_sid, ...endpoint },
    voice: { incoming: { allow: true }, outgoing: { application_sid: twiml_app_sid } },
    video: {},
  };
}

describe("the SDK starters and the Vapor tutorial", () => {
  const forms: Record<string, () => Promise<Got>> = {
    "GET /token?identity=": () => service.get("/token?identity=Jane"),
    "GET /token?id=": () => service.get("/token?id=Jane"),
    "GET /token/?identity=": () => service.get("/token/?identity=Jane"),
    "GET /token/:id": () => service.get("/token/Jane"),
    "POST JSON id (Node)": () => service.postJson("/token", { id: "Jane" }),
    "POST form id (Node)": () => service.postForm("/token", { id: "Jane" }),
    "POST JSON identity (Python)": () => service.postJson("/token", { identity: "Jane" }),
    "POST form identity (Python)": () => service.postForm("/token", { identity: "Jane" }),
    "POST with fields of the app's own": () =>
      service.postJson("/token", { id: "Jane", theme: { dark: true }, x: null }),
  };
  for (const [form, ask] of Object.entries(forms))
    test(`${form} answers identity and token`, async () => {
      const got = await ask();
      assert.deepEqual(tokenOf(got).grants, everyGrant("Jane"));
      assert.deepEqual(Object.keys(got.json), ["identity", "token", "expires_at", "refresh_at"]);
      assert.equal(got.json["identity"], "Jane");
    });

  test("Vapor: the device becomes the endpoint", async () => {
    const got = await service.get("/token?identity=Jane&device=iphone7");
    assert.deepEqual(tokenOf(got).grants, everyGrant("Jane", "iphone7"));
  });

  const nameless: Record<string, () => Promise<Got>> = {
    "GET /token": () => service.get("/token"),
    "an empty identity": () => service.get("/token?identity="),
    "POST without a body": () => service.send("POST", "/token"),
    "POST with an empty form": () => service.postForm("/token", {}),
    "POST with JSON announced and none sent": () =>
      service.send("POST", "/token", { headers: { "content-type": "application/json" }, body: "" }),
    "POST null": () => service.postJson("/token", { id: null }),
  };
  for (const [form, ask] of Object.entries(nameless))
    test(`${form} is given a friendly name that every product accepts`, async () => {
      const got = await ask();
      const name = String(got.json["identity"]);
      assert.match(name, /^([A-Z][a-z]+){2}\d+$/);
      assert.deepEqual(tokenOf(got).grants, everyGrant(name));
    });

  test("two who give no name are two people", async () => {
    const [one, other] = await Promise.all([service.get("/token"), service.get("/token")]);
    assert.notEqual(one.json["identity"], other.json["identity"]);
  });

  test("an identity that Voice refuses gets the other grants", async () => {
    const got = await service.get("/token/jane%40example.com");
    const { voice: _voice, ...others } = everyGrant("jane@example.com");
    assert.deepEqual(tokenOf(got).grants, others);
  });

  test("ttl in seconds, as query and as body", async () => {
    tokenOf(await service.get("/token?identity=Jane&ttl=600"), 600);
    tokenOf(await service.postJson("/token", { id: "Jane", ttl: 600 }), 600);
    tokenOf(await service.postForm("/token", { id: "Jane", ttl: "86399" }), 86_399);
  });
});

describe("the voice quickstarts", () => {
  const bare: Record<string, () => Promise<Got>> = {
    "GET /accessToken?identity=": () => service.get("/accessToken?identity=bob"),
    "POST /accessToken as a form": () => service.postForm("/accessToken", { identity: "bob" }),
  };
  for (const [form, ask] of Object.entries(bare))
    test(`${form} answers the bare token as text`, async () => {
      const { status, text, headers } = await ask();
      assert.equal(status, 200);
      assert.equal(headers.get("content-type"), "text/plain; charset=utf-8");
      const { grants } = readTwilio(text, service.keys);
      assert.deepEqual(grants, { identity: "bob", voice: everyGrant("bob")["voice"] });
    });

  test("GET /accessToken without an identity is served too", async () => {
    assert.ok(readTwilio((await service.get("/accessToken")).text, service.keys).grants["voice"]);
  });
});

describe("the function templates", () => {
  const grants = {
    video: { video: { room: "myroom" } },
    chat: () => ({ chat: everyGrant("x")["chat"] }),
    sync: () => ({ data_sync: everyGrant("x")["data_sync"] }),
    voice: () => ({ voice: everyGrant("x")["voice"] }),
  } as const;
  for (const [family, expected] of Object.entries(grants)) {
    const asked = { identity: "anna", room_name: "myroom" };
    const only = () => ({
      identity: "anna",
      ...(typeof expected === "function" ? expected() : expected),
    });
    test(`GET /${family}-token has the one grant`, async () => {
      const got = await service.get(`/${family}-token?${new URLSearchParams(asked)}`);
      assert.deepEqual(tokenOf(got).grants, only());
    });
    test(`POST /${family}-token by JSON and by form`, async () => {
      assert.deepEqual(tokenOf(await service.postJson(`/${family}-token`, asked)).grants, only());
      assert.deepEqual(tokenOf(await service.postForm(`/${family}-token`, asked)).grants, only());
    });
  }
  test("/video-token?room= and the passcode template's body", async () => {
    const byRoom = await service.get("/video-token?identity=anna&room=r1");
    assert.deepEqual(tokenOf(byRoom).grants["video"], { room: "r1" });
    const byPasscode = await service.postJson("/video-token", {
      passcode: "123456",
      identity: "anna",
      room_name: "r2",
    });
    assert.deepEqual(tokenOf(byPasscode).grants["video"], { room: "r2" });
  });
});

describe("the React video app", () => {
  const form = {
    passcode: "12345678901234",
    user_identity: "Ann Lee",
    room_name: "lesson-12",
    create_room: true,
    create_conversation: true,
  };

  test("POST /token answers token and room_type for four hours", async () => {
    const got = await service.postJson("/token", form);
    assert.equal(got.json["room_type"], "group");
    assert.deepEqual(tokenOf(got, 14_400).grants, {
      identity: "Ann Lee",
      video: { room: "lesson-12" },
      chat: { service_sid: service.keys.twilio.chat_service_sid },
    });
  });

  test("without a conversation there is no chat grant", async () => {
    const got = await service.postJson("/token", { ...form, create_conversation: false });
    assert.deepEqual(Object.keys(tokenOf(got, 14_400).grants), ["identity", "video"]);
  });

  test("the request that tries a passcode creates no room", async () => {
    const { room_name: _room, ...trial } = form;
    tokenOf(
      await service.postJson("/token", {
        ...trial,
        create_room: false,
        create_conversation: false,
      }),
      14_400,
    );
  });

  const wrong: Record<string, [object, RegExp]> = {
    "no user_identity": [{ passcode: "1", room_name: "r" }, /^\/user_identity is missing/],
    "no room_name": [{ user_identity: "bob" }, /^\/room_name is missing/],
    "create_room as text": [
      { ...form, create_room: "true" },
      /^\/create_room must be true or false/,
    ],
    "create_conversation as text": [
      { ...form, create_conversation: "no" },
      /^\/create_conversation must/,
    ],
    "an empty user_identity": [{ ...form, user_identity: "" }, /^\/user_identity is missing/],
  };
  for (const [what, [body, explanation]] of Object.entries(wrong))
    test(`${what} is 400 with error.message and error.explanation`, async () => {
      const { status, json } = await service.postJson("/token", body);
      assert.equal(status, 400);
      const error = json["error"] as { message: string; explanation: string };
      assert.equal(error.message, "The request is not valid");
      assert.match(error.explanation, explanation);
      assert.equal(json["code"], "invalid_request");
    });
});

describe("what Twilio would refuse is refused here", () => {
  const refused: Record<string, [string, string]> = {
    "two identities": ["/token?identity=a&identity=b", "invalid_request"],
    "a control character": ["/token/a%00b", "identity_invalid"],
    "a line break": ["/token/a%0d%0ab", "identity_invalid"],
    "10 000 characters": [`/token?identity=${"x".repeat(10_000)}`, "identity_invalid"],
    "a voice identity with a space": ["/accessToken?identity=a%20b", "identity_invalid"],
    "a voice identity that is an address": [
      "/voice-token?identity=jane%40example.com",
      "identity_invalid",
    ],
    "ttl 0": ["/token?identity=a&ttl=0", "ttl_invalid"],
    "ttl in words": ["/token?identity=a&ttl=1h", "ttl_invalid"],
    "a ttl with an exponent": ["/token?identity=a&ttl=1e3", "ttl_invalid"],
    "more than a day": ["/token?identity=a&ttl=86401", "ttl_invalid"],
    "a whole day with voice": ["/token?identity=a&ttl=86400", "ttl_invalid"],
    milliseconds: ["/token?identity=a&ttl=3600000", "ttl_invalid"],
  };
  for (const [what, [path, code]] of Object.entries(refused))
    test(`${what} is 400 ${code}, in the video app's form`, async () => {
      const { status, json } = await service.get(path);
      assert.equal(status, 400);
      assert.equal(json["code"], code);
      assert.deepEqual(Object.keys(json["error"] as object), ["message", "explanation"]);
    });

  const bodies: Record<string, unknown> = {
    "a list": [],
    "a text": "x",
    "a number": 1,
    "an identity that is a list": { identity: ["a"] },
    "an identity that is a number": { identity: 1 },
    "half a surrogate pair": { identity: "\ud800" },
    "a ttl with a fraction": { id: "a", ttl: 1.5 },
    "a ttl that is true": { id: "a", ttl: true },
    "a negative ttl": { id: "a", ttl: -5 },
  };
  for (const [what, body] of Object.entries(bodies))
    test(`a body with ${what} is 400`, async () => {
      assert.equal((await service.postJson("/token", body)).status, 400);
    });
});
