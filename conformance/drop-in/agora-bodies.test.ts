/** Clients that ask Agora's token servers by POST: the community's Go service and the official Go demo. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { checkHeaders, checkRefused, publisher, rtm, servicesOf, subscriber } from "./agora.ts";
import { type DropIn, type Got, startDropIn } from "./service.ts";
import { checkTimes, readAgora } from "./witness.ts";

let service: DropIn;
before(async () => {
  service = await startDropIn();
});
after(() => service.close());

describe("POST /getToken", () => {
  const served: Record<string, [object, string, number?]> = {
    "rtc with a uid": [
      { tokenType: "rtc", channel: "c", role: "publisher", uid: "123" },
      publisher("c", "123"),
    ],
    "rtc with an account": [
      { tokenType: "rtc", channel: "my_channel", role: "publisher", uid: "user123", expire: 3600 },
      publisher("my_channel", "user123"),
    ],
    "rtc for a subscriber, no expiry": [
      { tokenType: "rtc", channel: "my_channel", role: "subscriber", uid: "123" },
      subscriber("my_channel", "123"),
    ],
    "rtc without a role": [{ tokenType: "rtc", channel: "c", uid: "1" }, subscriber("c", "1")],
    "rtc with uid 0": [{ tokenType: "rtc", channel: "c", uid: "0" }, subscriber("c", "")],
    "rtc with a uid as a number": [
      { tokenType: "rtc", channel: "c", uid: 7 },
      subscriber("c", "7"),
    ],
    "rtc with an account that begins with digits": [
      { tokenType: "rtc", channel: "c", uid: "12abc" },
      subscriber("c", "12abc"),
    ],
    "rtc for ten minutes": [
      { tokenType: "rtc", channel: "c", uid: "1", expire: 600 },
      subscriber("c", "1", 600),
      600,
    ],
    "rtc with the zero of a Go struct as expiry": [
      { tokenType: "rtc", channel: "c", uid: "1", expire: 0 },
      subscriber("c", "1"),
    ],
    rtm: [{ tokenType: "rtm", uid: "user123", expire: 3600 }, rtm("user123")],
    "rtm with a channel, which does not matter": [
      { tokenType: "rtm", uid: "user123", channel: "c" },
      rtm("user123"),
    ],
    "chat for a user": [{ tokenType: "chat", uid: "user123" }, 'chat "user123" 1:3600'],
    "chat without a uid is an app token": [{ tokenType: "chat", expire: 3600 }, 'chat "" 2:3600'],
  };
  for (const [what, [body, expected, ttl]] of Object.entries(served))
    test(what, async () => {
      const got = await service.postJson("/getToken", body);
      assert.deepEqual(servicesOf(service, got, "token", ttl), [expected]);
    });

  test("the same as a form", async () => {
    const got = await service.postForm("/getToken", {
      tokenType: "rtc",
      channel: "c",
      uid: "1",
      expire: "600",
    });
    assert.deepEqual(servicesOf(service, got, "token", 600), [subscriber("c", "1", 600)]);
  });

  const rtc = { tokenType: "rtc", channel: "c", uid: "1" };
  const wrong: Record<string, unknown> = {
    "an empty object": {},
    null: null,
    "a list": [rtc],
    "a text": "rtc",
    "an unknown type": { ...rtc, tokenType: "video" },
    "a type that objects have": { ...rtc, tokenType: "constructor" },
    "a type that is a number": { ...rtc, tokenType: 1 },
    "no type": { channel: "c", uid: "1" },
    "no channel": { tokenType: "rtc", uid: "1" },
    "no uid": { tokenType: "rtc", channel: "c" },
    "an empty uid": { ...rtc, uid: "" },
    "rtm without a uid": { tokenType: "rtm" },
    "rtm for user 0": { tokenType: "rtm", uid: "0" },
    "a channel that is a number": { ...rtc, channel: 1 },
    "a uid that is true": { ...rtc, uid: true },
    "a uid that is an object": { ...rtc, uid: {} },
    "a uid with a fraction": { ...rtc, uid: 1.5 },
    "a uid of 2^32": { ...rtc, uid: "4294967296" },
    "a uid of 2^32 as a number": { ...rtc, uid: 4_294_967_296 },
    "a negative uid": { ...rtc, uid: "-1" },
    "a uid with an exponent": { ...rtc, uid: "1e3" },
    "a negative expiry": { ...rtc, expire: -5 },
    "an expiry with a fraction": { ...rtc, expire: 1.5 },
    "an expiry in words": { ...rtc, expire: "1h" },
    "an expiry beyond a day": { ...rtc, expire: 86_401 },
    "an expiry in milliseconds": { ...rtc, expire: 3_600_000 },
    "an illegal channel": { ...rtc, channel: "a/b" },
    "a channel in Unicode": { ...rtc, channel: "klasse-ä" },
    "a channel that is too long": { ...rtc, channel: "c".repeat(65) },
    "an account in Unicode": { ...rtc, uid: "ália" },
  };
  for (const [what, body] of Object.entries(wrong))
    test(`${what} is 400`, async () =>
      checkRefused(await service.postJson("/getToken", body), 400));

  test("no body is 400", async () => checkRefused(await service.send("POST", "/getToken"), 400));
});

describe("POST /token/generate of the official demo", () => {
  const body = {
    channelName: "lesson-12",
    uid: "7",
    tokenExpireTs: 3600,
    privilegeExpireTs: 3600,
    serviceRtc: { enable: true, role: 1 },
    serviceRtm: { enable: true },
    serviceChat: { enable: true },
  };

  /** The services of the token of the demo's answer. */
  function demoServices({ status, json, text }: Got, ttl = 3600): readonly string[] {
    assert.deepEqual([status, json["code"], json["message"]], [200, 0, "Success"], text);
    const data = json["data"] as Got["json"];
    const said = readAgora(data["token"], service.keys);
    assert.equal(said.ttl, ttl);
    checkTimes(data, said.expiresAt, ttl);
    return said.services;
  }

  test("one token for three services", async () => {
    const got = await service.postJson("/token/generate", body);
    assert.deepEqual(demoServices(got), [publisher("lesson-12", "7"), rtm("7"), 'chat "7" 1:3600']);
    checkHeaders(got);
  });
  test("role 2 is a subscriber; what is not enabled is left out", async () => {
    const got = await service.postJson("/token/generate", {
      ...body,
      serviceRtc: { enable: true, role: 2 },
      serviceRtm: { enable: false },
      serviceChat: undefined,
    });
    assert.deepEqual(demoServices(got), [subscriber("lesson-12", "7")]);
  });
  test("privileges may end before the token", async () => {
    const got = await service.postJson("/token/generate", {
      ...body,
      privilegeExpireTs: 600,
      serviceChat: undefined,
    });
    assert.deepEqual(demoServices(got), [publisher("lesson-12", "7", 600), rtm("7", 600)]);
  });
  const wrong: Record<string, object> = {
    "nothing enabled": { channelName: "c", uid: "7" },
    "no channel": { ...body, channelName: undefined },
    "an absolute time": { ...body, tokenExpireTs: 1_795_232_510 },
    "privileges that outlive the token": { ...body, tokenExpireTs: 600 },
    "a uid of 2^32": { ...body, uid: "4294967296" },
    "a service that is a text": { ...body, serviceRtc: "yes" },
  };
  for (const [what, given] of Object.entries(wrong))
    test(`${what} is 400 with a code that is not 0`, async () => {
      const { status, json } = await service.postJson("/token/generate", given);
      assert.deepEqual([status, json["code"]], [400, 400]);
      assert.equal(typeof json["message"], "string");
    });
});
