import assert from "node:assert/strict";
import { test } from "node:test";
import type { Presented } from "./caller.ts";
import { openCaller, openGuard } from "./open.ts";

function presented(headers: Presented["headers"] = {}, extras: Partial<Presented> = {}): Presented {
  return {
    authorization: undefined,
    cookie: undefined,
    method: "POST",
    ip: "127.0.0.1",
    remoteAddress: "127.0.0.1",
    headers: { host: "localhost:8080", ...headers },
    ...extras,
  };
}

const SERVED: Record<string, Presented> = {
  localhost: presented(),
  "an upper-case host": presented({ host: "LOCALHOST:8080" }),
  "127.0.0.1": presented({ host: "127.0.0.1:8080" }),
  "another address of 127/8": presented({ host: "127.8.9.10" }, { remoteAddress: "127.8.9.10" }),
  IPv6: presented({ host: "[::1]:8080" }, { remoteAddress: "::1" }),
  "a dual-stack socket": presented({}, { remoteAddress: "::ffff:127.0.0.1" }),
  "a page on another local port": presented({ origin: "http://localhost:5173" }),
  "a page on 127.0.0.1": presented({ origin: "http://127.0.0.1:3000" }),
  "a page on IPv6": presented({ origin: "http://[::1]:3000" }),
  "a browser's same-site request": presented({ "sec-fetch-site": "same-site" }),
  "headers that are listed but absent": presented({ forwarded: undefined }),
};

const REFUSED: Record<string, Presented> = {
  "another machine": presented({}, { remoteAddress: "192.168.1.7" }),
  "a public address": presented({}, { remoteAddress: "203.0.113.7" }),
  "an unspecified address": presented({}, { remoteAddress: "0.0.0.0" }),
  "no address": presented({}, { remoteAddress: "" }),
  "a name (DNS rebinding)": presented({ host: "attacker.example:8080" }),
  "a name that begins like loopback": presented({ host: "127.0.0.1.attacker.example" }),
  "a name that begins like localhost": presented({ host: "localhost.attacker.example" }),
  "a public wildcard name": presented({ host: "127.0.0.1.nip.io" }),
  "an octal address": presented({ host: "0177.0.0.1" }),
  "a short address": presented({ host: "127.1" }),
  "a decimal address": presented({ host: "2130706433" }),
  "a LAN address": presented({ host: "192.168.1.5:8080" }),
  "user information in the host": presented({ host: "localhost@attacker.example" }),
  "no host": presented({ host: undefined }),
  "two hosts": presented({ host: ["localhost", "attacker.example"] }),
  "a foreign page": presented({ origin: "https://attacker.example" }),
  "an opaque origin": presented({ origin: "null" }),
  "an origin that begins like localhost": presented({
    origin: "http://localhost.attacker.example",
  }),
  "a file origin": presented({ origin: "file://localhost" }),
  "an extension": presented({ origin: "chrome-extension://localhost" }),
  "a foreign page's image": presented({ "sec-fetch-site": "cross-site" }),
  Forwarded: presented({ forwarded: "for=203.0.113.7" }),
  "X-Forwarded-For": presented({ "x-forwarded-for": "127.0.0.1" }),
  "an empty X-Forwarded-For": presented({ "x-forwarded-for": "" }),
  "X-Forwarded-Proto": presented({ "x-forwarded-proto": "https" }),
  "X-Forwarded-Anything": presented({ "x-forwarded-anything": "1" }),
  "X-Real-IP": presented({ "x-real-ip": "127.0.0.1" }),
  Via: presented({ via: "1.1 tunnel" }),
};

for (const [name, request] of Object.entries(SERVED))
  test(`open: serves ${name}`, () => openGuard(request));

for (const [name, request] of Object.entries(REFUSED))
  test(`open: refuses ${name} and says what to do`, () => {
    assert.throws(() => openGuard(request), {
      code: "unauthenticated",
      message: /HOST=0\.0\.0\.0.*Bearer hs_/,
    });
  });

test("open: the caller is nobody itself and may name anyone", () => {
  const caller = openCaller("default");
  assert.equal(caller.identity, null);
  assert.ok(caller.scopes.has("mint:others"));
  assert.ok(!caller.scopes.has("operate:*"));
  assert.ok(Object.isFrozen(caller));
});
