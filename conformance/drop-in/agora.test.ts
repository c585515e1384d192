/**
 * Clients of Agora's token servers against a running service: the Swift helpers, the community's Go
 * service and the official Go demo. Tokens are read and verified by agora-token.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type DropIn, type Got, startDropIn } from "./service.ts";
import { checkTimes, readAgora } from "./witness.ts";

let service: DropIn;
before(async () => {
  service = await startDropIn();
});
after(() => service.close());

/** Headers of the community service: `private, no-cache, no-store, must-revalidate`. */
function checkHeaders({ headers }: Got): void {
  assert.equal(headers.get("cache-control"), "private, no-cache, no-store, must-revalidate");
  assert.equal(headers.get("expires"), "-1");
  assert.equal(headers.get("pragma"), "no-cache");
}

/** The services of one token of an answer, its life and the times beside it checked. */
function servicesOf(got: Got, name: string, ttl = 3600): readonly string[] {
  assert.equal(got.status, 200, got.text);
  checkHeaders(got);
  const said = readAgora(got.json[name], service.keys);
  assert.equal(said.ttl, ttl);
  checkTimes(got.json, said.expiresAt, ttl);
  return said.services;
}

const publisher = (channel: string, uid: string, ttl = 3600) =>
  `rtc "${channel}" "${uid}" 1:${ttl} 2:${ttl} 3:${ttl} 4:${ttl}`;
const subscriber = (channel: string, uid: string, ttl = 3600) =>
  `rtc "${channel}" "${uid}" 1:${ttl}`;
const rtm = (userId: string, ttl = 3600) => `rtm "${userId}" 1:${ttl}`;

async function checkRefused(got: Got, status: number): Promise<void> {
  assert.equal(got.status, status, got.text);
  checkHeaders(got);
  assert.equal(got.json["status"], status);
  assert.equal(typeof got.json["error"], "string");
  assert.equal(got.json["message"], got.json["error"]);
}

describe("the Swift helpers", () => {
  test("/rtc/my-channel/publisher/uid/0/ answers rtcToken", async () => {
    const got = await service.get("/rtc/my-channel/publisher/uid/0/");
    assert.deepEqual(servicesOf(got, "rtcToken"), [publisher("my-channel", "")]);
    assert.deepEqual(Object.keys(got.json), ["rtcToken", "expires_at", "refresh_at"]);
  });
  test("/rtm/{id} without a slash answers rtmToken", async () => {
    assert.deepEqual(servicesOf(await service.get("/rtm/alice"), "rtmToken"), [rtm("alice")]);
  });
});

describe("the community service's paths", () => {
  const rtcPaths: Record<string, string> = {
    "/rtc/fsda/publisher/uid/0/": publisher("fsda", ""),
    "/rtc/fsda/publisher/uid/0": publisher("fsda", ""),
    "/rtc/fsda/publisher/uid/": publisher("fsda", ""),
    "/rtc/fsda/publisher/uid": publisher("fsda", ""),
    "/rtc/fsda/publisher/uid/2345/": publisher("fsda", "2345"),
    "/rtc/fsda/publisher/uid/4294967295/": publisher("fsda", "4294967295"),
    "/rtc/fsda/subscriber/uid/1/": subscriber("fsda", "1"),
    "/rtc/fsda/audience/uid/1/": subscriber("fsda", "1"),
    "/rtc/fsda/PUBLISHER/uid/1/": subscriber("fsda", "1"),
    "/rtc/fsda/publisher/userAccount/bob/": publisher("fsda", "bob"),
    "/rtc/fsda/publisher/userAccount/0/": publisher("fsda", "0"),
    "/rtc/a%20room%20%231%21/publisher/uid/1/": publisher("a room #1!", "1"),
    "/rtc/a+b/publisher/uid/1/": publisher("a+b", "1"),
    [`/rtc/${"c".repeat(64)}/publisher/uid/1/`]: publisher("c".repeat(64), "1"),
  };
  for (const [path, expected] of Object.entries(rtcPaths))
    test(`GET ${path}`, async () => {
      assert.deepEqual(servicesOf(await service.get(path), "rtcToken"), [expected]);
    });

  const rtePaths: Record<string, [string, string]> = {
    "/rte/channelName/publisher/uid/0/rtmid/": [publisher("channelName", ""), rtm("rtmid")],
    "/rte/channelName/publisher/uid/2345/": [publisher("channelName", "2345"), rtm("2345")],
    "/rte/channelName/publisher/uid/2345": [publisher("channelName", "2345"), rtm("2345")],
    "/rte/channelName/audience/uid/2345/rtmid": [subscriber("channelName", "2345"), rtm("rtmid")],
    "/rte/channelName/publisher/userAccount/bob/": [publisher("channelName", "bob"), rtm("bob")],
  };
  for (const [path, [rtc, expectedRtm]] of Object.entries(rtePaths))
    test(`GET ${path} answers two tokens`, async () => {
      const got = await service.get(path);
      assert.deepEqual(servicesOf(got, "rtcToken"), [rtc]);
      assert.deepEqual(servicesOf(got, "rtmToken"), [expectedRtm]);
    });

  const chatPaths: Record<string, string> = {
    "/chat/app/": 'chat "" 2:3600',
    "/chat/app": 'chat "" 2:3600',
    "/chat/account/username/": 'chat "username" 1:3600',
    "/chat/account/username": 'chat "username" 1:3600',
  };
  for (const [path, expected] of Object.entries(chatPaths))
    test(`GET ${path}`, async () => {
      assert.deepEqual(servicesOf(await service.get(path), "chatToken"), [expected]);
    });

  test("expiry is the token's and the privileges' life", async () => {
    const rtc = await service.get("/rtc/c/publisher/uid/1/?expiry=600");
    assert.deepEqual(servicesOf(rtc, "rtcToken", 600), [publisher("c", "1", 600)]);
    const rte = await service.get("/rte/c/publisher/uid/1/?expiry=86400");
    assert.deepEqual(servicesOf(rte, "rtmToken", 86_400), [rtm("1", 86_400)]);
    const chat = await service.get("/chat/account/bob/?expiry=60");
    assert.deepEqual(servicesOf(chat, "chatToken", 60), ['chat "bob" 1:60']);
    servicesOf(await service.get("/rtm/alice/?expiry="), "rtmToken");
  });

  test("/ping says pong", async () => {
    const got = await service.get("/ping");
    assert.deepEqual([got.status, got.json], [200, { message: "pong" }]);
    checkHeaders(got);
  });

  const wrong: Record<number, Record<string, string>> = {
    400: {
      "a uid in letters": "/rtc/fsda/publisher/uid/test/?expiry=600",
      "a uid of 2^32": "/rtc/c/publisher/uid/4294967296/",
      "a negative uid": "/rtc/c/publisher/uid/-1/",
      "a uid with an exponent": "/rtc/c/publisher/uid/1e3/",
      "a uid with a fraction": "/rtc/c/publisher/uid/1.0/",
      "a uid in hex": "/rtc/c/publisher/uid/0x10/",
      "a uid after a space": "/rtc/c/publisher/uid/%201/",
      "a uid in other digits": `/rtc/c/publisher/uid/${encodeURIComponent("١٢")}/`,
      "a uid with a leading zero": "/rtc/c/publisher/uid/007/",
      "expiry in letters": "/rtc/fsda/publisher/uid/0/?expiry=failing",
      "a negative expiry": "/rtc/c/publisher/uid/1/?expiry=-1",
      "an expiry of 0": "/rtc/c/publisher/uid/1/?expiry=0",
      "an expiry beyond a day": "/rtc/c/publisher/uid/1/?expiry=86401",
      "an expiry that is a point in time": "/rtc/c/publisher/uid/1/?expiry=1795232510",
      "an expiry of 2^32 + 60": "/rtc/c/publisher/uid/1/?expiry=4294967356",
      "an expiry of 2^64": "/rtc/c/publisher/uid/1/?expiry=18446744073709551616",
      "two expiries": "/rtc/c/publisher/uid/1/?expiry=60&expiry=70",
      "an unknown tokenType": "/rtc/fsda/publisher/nonsense/0/",
      "a tokenType that objects have": "/rtc/fsda/publisher/constructor/0/",
      "an empty account": "/rtc/c/publisher/userAccount/",
      "an account that is a number": "/rtc/c/publisher/userAccount/12/",
      "an empty channel": "/rtc//publisher/uid/0/",
      "a slash in the channel": "/rtc/a%2Fb/publisher/uid/0/",
      "a quote in the channel": "/rtc/a%22b/publisher/uid/0/",
      "NUL in the channel": "/rtc/a%00b/publisher/uid/0/",
      "CRLF in the channel": "/rtc/a%0D%0Ab/publisher/uid/0/",
      "Unicode in the channel": `/rtc/${encodeURIComponent("klasse-ä")}/publisher/uid/0/`,
      "a channel of 65 bytes": `/rtc/${"c".repeat(65)}/publisher/uid/0/`,
      "every channel for everyone": "/rtc/*/publisher/uid/0/",
      "RTM user 0": "/rtm/0/?expiry=600",
      "an RTM user of 65 bytes": `/rtm/${"a".repeat(65)}/`,
      "Unicode in the RTM user": `/rtm/${encodeURIComponent("ália")}`,
      "/rte/ with uid 0 and no RTM id": "/rte/channelName/publisher/uid/0/?expiry=600",
      "/rte/ with no uid and no RTM id": "/rte/channelName/publisher/uid/",
      "/rte/ with RTM id 0": "/rte/channelName/publisher/uid/5/0/",
      "/rte/ with a failing expiry": "/rte/channelName/publisher/uid/2345/?expiry=failing",
      "/chat/ with a failing expiry": "/chat/app/?expiry=failing",
    },
    404: {
      "/chat/account/ without an id": "/chat/account/",
      "/chat/ with anything else": "/chat/invalid/",
      "/chat/app/ with an id": "/chat/app/bob",
    },
  };
  for (const [status, cases] of Object.entries(wrong))
    for (const [what, path] of Object.entries(cases))
      test(`${what} is ${status}`, async () =>
        checkRefused(await service.get(path), Number(status)));
});

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
      assert.deepEqual(servicesOf(got, "token", ttl), [expected]);
    });

  test("the same as a form", async () => {
    const got = await service.postForm("/getToken", {
      tokenType: "rtc",
      channel: "c",
      uid: "1",
      expire: "600",
    });
    assert.deepEqual(servicesOf(got, "token", 600), [subscriber("c", "1", 600)]);
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
