import assert from "node:assert/strict";
import { test } from "node:test";
import { isLoopbackHost, isPublicAddress } from "./address.ts";
import { json, loopbackResolver, serve } from "./kit.test.ts";
import { createOutgoing, type Resolver, urlProblem } from "./outgoing.ts";

const PRIVATE = [
  "10.0.0.1",
  "172.16.0.1",
  "172.31.255.255",
  "192.168.1.1",
  "127.0.0.1",
  "169.254.169.254",
  "100.64.0.1",
  "0.0.0.0",
  "224.0.0.1",
  "240.0.0.1",
  "255.255.255.255",
  "192.0.2.1",
  "198.18.0.1",
  "::",
  "::1",
  "fe80::1",
  "fc00::1",
  "fd12:3456::1",
  "ff02::1",
  "::ffff:10.0.0.1",
  "::ffff:a9fe:a9fe",
  "64:ff9b::a00:1",
  "2002:a00:1::",
  "2001:db8::1",
  "2001::1",
];
for (const address of PRIVATE)
  test(`outgoing: ${address} is not on the public internet`, () =>
    assert.ok(!isPublicAddress(address)));

test("outgoing: public addresses are, and texts that are none are not", () => {
  for (const address of ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "::ffff:8.8.8.8"])
    assert.ok(isPublicAddress(address), address);
  for (const text of ["", "0177.0.0.1", "8.8", "134744072", "0x8.8.8.8", "example.com", "8.8.8.8 "])
    assert.ok(!isPublicAddress(text) && !isLoopbackHost(text), text);
});

const URLS: readonly (readonly [string, RegExp | undefined, boolean?])[] = [
  ["https://login.example.com/jwks.json", undefined],
  ["http://127.0.0.1:3000/session", undefined],
  ["http://localhost:3000/session", undefined],
  ["http://[::1]:3000/session", undefined],
  ["https://127.0.0.1/session", undefined],
  ["https://10.0.0.5/session", undefined, true],
  ["https://10.0.0.5/session", /allow_private/],
  ["https://[fd00::1]/session", /allow_private/],
  ["https://169.254.169.254/latest/meta-data", /allow_private/],
  ["https://0x7f000001/session", undefined],
  ["https://2852039166/", /allow_private/],
  ["http://login.example.com/jwks.json", /https/],
  ["http://10.0.0.5/session", /https/, true],
  ["http://localhost.example.com/", /https/],
  ["ftp://login.example.com/", /https/],
  ["file:///etc/passwd", /https/],
  ["data:application/json,{}", /https/],
  ["https://user:word@login.example.com/", /user name/],
  ["https://login.example.com/#keys", /fragment/],
  ["login.example.com", /must be a URL/],
  ["", /must be a URL/],
];
for (const [url, why, allowPrivate = false] of URLS)
  test(`outgoing: ${url} ${why ? "is refused" : "may be configured"}${allowPrivate ? ", private allowed" : ""}`, () => {
    const problem = urlProblem(url, allowPrivate);
    if (why) assert.match(problem ?? "", why);
    else assert.equal(problem, undefined);
  });

const ask = (url: string, allowPrivate = false) => ({
  url: new URL(url),
  allowPrivate,
  timeout: 2,
  maxBytes: 1024,
});

async function reasonOf(resolve: Resolver, url: string, allowPrivate = false): Promise<string> {
  const outgoing = createOutgoing(resolve);
  try {
    await outgoing.getJson(ask(url, allowPrivate));
    return "it answered";
  } catch (error) {
    return (error as Error).message;
  } finally {
    await outgoing.close();
  }
}

const NOT_ALLOWED = /not allowed/;

test("outgoing: a public name that leads to a private address is refused before connecting", async () => {
  await using server = await serve(json({}));
  const { port } = new URL(server.url);
  for (const address of ["127.0.0.1", "10.0.0.1", "169.254.169.254"]) {
    const rebinding: Resolver = () => Promise.resolve([{ address, family: 4 }]);
    assert.match(await reasonOf(rebinding, `https://login.example.com:${port}/`), NOT_ALLOWED);
  }
  assert.equal(server.hits(), 0);
});

test("outgoing: one private address among public ones is enough to refuse", async () => {
  const mixed: Resolver = () =>
    Promise.resolve([
      { address: "8.8.8.8", family: 4 },
      { address: "127.0.0.1", family: 4 },
    ]);
  assert.match(await reasonOf(mixed, "https://login.example.com/"), NOT_ALLOWED);
});

test("outgoing: the address is checked at every connection, not once", async () => {
  await using server = await serve((_request, response) => {
    response.setHeader("connection", "close");
    response.end("{}");
  });
  let asked = 0;
  const turning: Resolver = () =>
    Promise.resolve([{ address: asked++ === 0 ? "127.0.0.1" : "8.8.8.8", family: 4 }]);
  const outgoing = createOutgoing(turning);
  const wanted = ask(`http://localhost:${new URL(server.url).port}/`);
  assert.equal((await outgoing.getJson(wanted)).status, 200);
  await assert.rejects(outgoing.getJson(wanted), { message: NOT_ALLOWED });
  assert.equal(asked, 2);
  await outgoing.close();
});

test("outgoing: localhost that leads elsewhere is refused", async () => {
  const hijacked: Resolver = () => Promise.resolve([{ address: "8.8.8.8", family: 4 }]);
  assert.match(await reasonOf(hijacked, "http://localhost:9/"), NOT_ALLOWED);
});

test("outgoing: a name without an address, or that cannot be resolved, says so", async () => {
  assert.match(await reasonOf(() => Promise.resolve([]), "https://a.example/"), /no address/);
  const broken: Resolver = () => Promise.reject(new Error("SERVFAIL"));
  assert.match(await reasonOf(broken, "https://a.example/"), /cannot be resolved/);
});

test("outgoing: plain http to another machine is refused when asked too", async () => {
  assert.match(await reasonOf(loopbackResolver, "http://login.example.com/"), /https/);
});

test("outgoing: localhost works, asks for JSON uncompressed, and follows no redirect", async () => {
  await using server = await serve((request, response) => {
    if (request.url === "/away") response.writeHead(307, { location: "/" }).end();
    else
      json({ accept: request.headers.accept, encoding: request.headers["accept-encoding"] })(
        request,
        response,
      );
  });
  const { port } = new URL(server.url);
  const outgoing = createOutgoing(loopbackResolver);
  const answer = await outgoing.getJson(ask(`http://localhost:${port}/`));
  assert.deepEqual(answer, {
    status: 200,
    body: { accept: "application/json", encoding: "identity" },
  });
  const away = await outgoing.getJson(ask(`http://localhost:${port}/away`));
  assert.deepEqual(away, { status: 307, body: undefined });
  assert.equal(server.hits(), 2);
  await outgoing.close();
});

test("outgoing: a body over the cap is refused, one at it is not", async () => {
  const text = (size: number) => JSON.stringify("x".repeat(size - 2));
  await using server = await serve((request, response) =>
    response.end(text(Number(request.url?.slice(1)))),
  );
  const outgoing = createOutgoing(loopbackResolver);
  assert.equal((await outgoing.getJson(ask(`${server.url}/1024`))).status, 200);
  await assert.rejects(outgoing.getJson(ask(`${server.url}/1025`)), {
    message: /longer than 1024/,
  });
  await outgoing.close();
});
