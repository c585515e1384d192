/** Clients that ask Agora's token servers by path: the Swift helpers and the community's Go service. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { checkHeaders, checkRefused, publisher, rtm, servicesOf, subscriber } from "./agora.ts";
import { type DropIn, startDropIn } from "./service.ts";

let service: DropIn;
before(async () => {
  service = await startDropIn();
});
after(() => service.close());

describe("the Swift helpers", () => {
  test("/rtc/my-channel/publisher/uid/0/ answers rtcToken", async () => {
    const got = await service.get("/rtc/my-channel/publisher/uid/0/");
    assert.deepEqual(servicesOf(service, got, "rtcToken"), [publisher("my-channel", "")]);
    assert.deepEqual(Object.keys(got.json), ["rtcToken", "expires_at", "refresh_at"]);
  });
  test("/rtm/{id} without a slash answers rtmToken", async () => {
    assert.deepEqual(servicesOf(service, await service.get("/rtm/alice"), "rtmToken"), [
      rtm("alice"),
    ]);
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
      assert.deepEqual(servicesOf(service, await service.get(path), "rtcToken"), [expected]);
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
      assert.deepEqual(servicesOf(service, got, "rtcToken"), [rtc]);
      assert.deepEqual(servicesOf(service, got, "rtmToken"), [expectedRtm]);
    });

  const chatPaths: Record<string, string> = {
    "/chat/app/": 'chat "" 2:3600',
    "/chat/app": 'chat "" 2:3600',
    "/chat/account/username/": 'chat "username" 1:3600',
    "/chat/account/username": 'chat "username" 1:3600',
  };
  for (const [path, expected] of Object.entries(chatPaths))
    test(`GET ${path}`, async () => {
      assert.deepEqual(servicesOf(service, await service.get(path), "chatToken"), [expected]);
    });

  test("expiry is the token's and the privileges' life", async () => {
    const rtc = await service.get("/rtc/c/publisher/uid/1/?expiry=600");
    assert.deepEqual(servicesOf(service, rtc, "rtcToken", 600), [publisher("c", "1", 600)]);
    const rte = await service.get("/rte/c/publisher/uid/1/?expiry=86400");
    assert.deepEqual(servicesOf(service, rte, "rtmToken", 86_400), [rtm("1", 86_400)]);
    const chat = await service.get("/chat/account/bob/?expiry=60");
    assert.deepEqual(servicesOf(service, chat, "chatToken", 60), ['chat "bob" 1:60']);
    servicesOf(service, await service.get("/rtm/alice/?expiry="), "rtmToken");
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
