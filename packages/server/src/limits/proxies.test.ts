import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { isHandstampError } from "@handstamp/protocol";
import { readTrustedProxies } from "./proxies.ts";

describe("trusted_proxies", () => {
  test("trusts the listed addresses and ranges, in either way of writing IPv4", () => {
    const trusts = readTrustedProxies(["10.0.0.0/8", "192.0.2.7", "2001:db8::/32", "::1"]);
    for (const yes of ["10.1.2.3", "::ffff:10.1.2.3", "192.0.2.7", "2001:db8:1::9", "::1"])
      assert.ok(trusts(yes), yes);
    for (const no of [
      "11.0.0.1",
      "192.0.2.8",
      "2001:db9::1",
      "127.0.0.1",
      "::",
      "unknown",
      "",
      undefined,
    ])
      assert.ok(!trusts(no), String(no));
  });

  test("trusts nobody when it is left out", () => {
    assert.ok(!readTrustedProxies(undefined)("127.0.0.1"));
  });

  for (const wrong of [
    "loopback",
    "1",
    "10.0.0.0/33",
    "::/129",
    "0.0.0.0/0",
    "::/0",
    "10.0.0.1/8",
    "10.1",
    "010.0.0.1",
    "10.0.0.0/8/8",
    "10.0.0.0/",
    "10.0.0.0/-1",
    "fe80::1%eth0",
    "proxy.example.com",
    "",
  ])
    test(`refuses ${JSON.stringify(wrong)}`, () => {
      assert.throws(
        () => readTrustedProxies(["::1", wrong]),
        (error) => isHandstampError(error) && error.fields[0]?.pointer === "/trusted_proxies/1",
      );
    });
});
