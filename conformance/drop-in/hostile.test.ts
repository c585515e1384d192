/** Bytes that nobody well-meaning sends, over raw sockets: never a 500, never a hang, nothing of the inside. */
import assert from "node:assert/strict";
import { connect } from "node:net";
import { after, before, describe, test } from "node:test";
import { type DropIn, startDropIn } from "./service.ts";

let service: DropIn;
before(async () => {
  service = await startDropIn();
});
after(() => service.close());

/** How long an answer may take before it counts as a hang, in milliseconds. */
const PATIENCE = 5000;

interface Raw {
  /** 0 where the connection was closed without an answer. */
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

/** Sends the bytes and reads until the service closes the connection. */
function send(bytes: string | Buffer): Promise<Raw> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(service.url).port), "127.0.0.1");
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new Error(`no end after ${PATIENCE} ms`));
    }, PATIENCE);
    let text = "";
    socket.on("data", (chunk) => (text += chunk.toString("latin1")));
    socket.on("error", () => undefined);
    socket.on("close", () => {
      clearTimeout(timer);
      const [head = "", ...rest] = text.split("\r\n\r\n");
      resolve({
        status: Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0),
        head,
        body: rest.join("\r\n\r\n"),
      });
    });
    socket.write(typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes);
  });
}

/** A request whose connection ends with it. */
function message(start: string, headers: readonly string[] = [], body = ""): string {
  return [start, "Host: localhost", "Connection: close", ...headers, "", body].join("\r\n");
}
const json = (body: string, headers: readonly string[] = []) =>
  message(
    "POST /token HTTP/1.1",
    [
      "Content-Type: application/json",
      `Content-Length: ${Buffer.byteLength(body, "latin1")}`,
      ...headers,
    ],
    body,
  );

const form = (body: string) =>
  message(
    "POST /token HTTP/1.1",
    ["Content-Type: application/x-www-form-urlencoded", `Content-Length: ${body.length}`],
    body,
  );

function checkSilent({ status, head, body }: Raw): void {
  assert.ok(status < 500, `${status}: ${body}`);
  const secrets = [service.keys.twilio.api_secret, service.keys.agora.app_certificate];
  for (const secret of secrets)
    assert.ok(!(head + body).includes(secret), "a secret is in the answer");
  assert.doesNotMatch(
    body,
    /\bat .*\.[jt]s:\d|node_modules|FST_ERR|HPE_/,
    "the inside is in the answer",
  );
}

describe("what is no HTTP is answered as problem details and cut off", () => {
  const cases: Record<string, string | Buffer> = {
    "binary noise": "\x00\x01\x02\r\n\r\n",
    "a TLS hello": Buffer.from("16030100a5010000a10303", "hex"),
    "Content-Length with Transfer-Encoding": message(
      "POST /token HTTP/1.1",
      ["Content-Length: 4", "Transfer-Encoding: chunked"],
      "0\r\n\r\n",
    ),
    "two Content-Lengths": message(
      "POST /token HTTP/1.1",
      ["Content-Length: 2", "Content-Length: 3"],
      "{} ",
    ),
    "two equal Content-Lengths": message(
      "POST /token HTTP/1.1",
      ["Content-Length: 2", "Content-Length: 2"],
      "{}",
    ),
    "a negative Content-Length": message("POST /token HTTP/1.1", ["Content-Length: -2"], "{}"),
    "a Content-Length with a plus": message("POST /token HTTP/1.1", ["Content-Length: +2"], "{}"),
    "a folded header": message("GET /ping HTTP/1.1", ["X-A: b\r\n c"]),
    "bare line feeds": "GET /ping HTTP/1.1\nHost: localhost\n\n",
    "a space before the colon": message("GET /ping HTTP/1.1", ["X-A : b"]),
    "a header without a name": message("GET /ping HTTP/1.1", [": b"]),
    "NUL in a header": message("GET /ping HTTP/1.1", ["X-A: b\0c"]),
    "a method in lower case": message("get /ping HTTP/1.1"),
    "a version that does not exist": message("GET /ping HTTP/9.9"),
    "a bad chunk size": message(
      "POST /token HTTP/1.1",
      ["Content-Type: application/json", "Transfer-Encoding: chunked"],
      "zz\r\n{}\r\n0\r\n\r\n",
    ),
  };
  for (const [what, bytes] of Object.entries(cases))
    test(what, async () => {
      const raw = await send(bytes);
      checkSilent(raw);
      assert.equal(raw.status, 400, raw.head);
      assert.match(raw.head, /connection: close/i);
      assert.equal(JSON.parse(raw.body).code, "invalid_request");
    });

  test("headers of 20 kB are 431", async () => {
    const raw = await send(message("GET /ping HTTP/1.1", [`X-A: ${"a".repeat(20_000)}`]));
    assert.equal(raw.status, 431);
    assert.equal(JSON.parse(raw.body).code, "headers_too_large");
  });
  test("no Host is 400", async () => {
    const raw = await send("GET /token HTTP/1.1\r\nConnection: close\r\n\r\n");
    checkSilent(raw);
    assert.equal(raw.status, 400);
  });
  test("CONNECT is closed without an answer", async () => {
    assert.equal((await send(message("CONNECT localhost:1 HTTP/1.1"))).status, 0);
  });
});

test("a second Host is not dropped in silence", async () => {
  for (const second of ["Host: attacker.example", "Host: localhost"]) {
    const raw = await send(message("GET /token HTTP/1.1", [second]));
    checkSilent(raw);
    assert.equal(raw.status, 401);
  }
});

describe("paths that mean nothing are 400 or 404 and are not repeated beyond their text", () => {
  const cases: Record<string, [string, number]> = {
    "percent and no digits": ["/token/%zz", 400],
    "percent at the end": ["/rtc/c%/publisher/uid/0/", 400],
    "bytes that are no UTF-8": ["/token/%ff%fe", 400],
    "half a surrogate pair": ["/token/%ED%A0%80", 400],
    "an overlong slash": ["/token/%c0%af", 400],
    "a part of 2000 characters": [`/token/${"a".repeat(2000)}`, 400],
    NUL: ["/token/a%00b", 400],
    CRLF: ["/token/a%0d%0aSet-Cookie:%20a=b", 400],
    dots: ["/rtc/../token", 404],
    "two slashes": ["//token", 404],
    "an empty RTM user": ["/rtm/", 404],
    "another case": ["/TOKEN", 404],
    "a matrix parameter": ["/token;identity=x", 404],
  };
  for (const [what, [path, status]] of Object.entries(cases))
    test(`${what} is ${status}`, async () => {
      const raw = await send(message(`GET ${path} HTTP/1.1`));
      checkSilent(raw);
      assert.equal(raw.status, status, raw.body);
      assert.doesNotMatch(raw.head, /set-cookie/i);
      assert.equal(typeof JSON.parse(raw.body).code, "string");
    });
});

describe("bodies", () => {
  const cases: Record<string, [string, number]> = {
    "half a JSON": [json("{"), 400],
    __proto__: [json('{"__proto__":{"identity":"x"}}'), 400],
    "constructor.prototype": [json('{"constructor":{"prototype":{"a":1}}}'), 400],
    "8000 lists in each other": [json("[".repeat(8000) + "]".repeat(8000)), 400],
    "a form with bytes that are no UTF-8": [form("id=\xff"), 400],
    "a form with escaped bytes that are no UTF-8": [form("id=%ff"), 400],
    "a form with percent and no digits": [form("id=%zz"), 400],
    "an escaped half of a surrogate pair": [json('{"id":"\\ud800"}'), 400],
    "an escaped NUL": [json('{"id":"a\\u0000b"}'), 400],
    "an escaped CRLF": [json('{"id":"a\\r\\nb"}'), 400],
    "an identity of 10 kB": [json(`{"id":"${"x".repeat(10_240)}"}`), 400],
    "bytes that are no UTF-8": [json('{"id":"\xff\xfe"}'), 400],
    "JSON under text/plain": [
      message("POST /token HTTP/1.1", ["Content-Type: text/plain", "Content-Length: 2"], "{}"),
      415,
    ],
    "JSON under XML": [
      message("POST /token HTTP/1.1", ["Content-Type: application/xml", "Content-Length: 2"], "{}"),
      415,
    ],
    "no type": [message("POST /token HTTP/1.1", ["Content-Length: 2"], "{}"), 415],
    "two types": [json("{}", ["Content-Type: text/plain"]), 415],
    "17 kB announced": [
      message("POST /token HTTP/1.1", ["Content-Type: application/json", "Content-Length: 17000"]),
      413,
    ],
    "20 kB in chunks": [
      message(
        "POST /token HTTP/1.1",
        ["Content-Type: application/json", "Transfer-Encoding: chunked"],
        `5000\r\n${"a".repeat(0x5000)}\r\n0\r\n\r\n`,
      ),
      413,
    ],
    "two fields of one name in a form": [form("id=a&id=b"), 400],
  };
  for (const [what, [bytes, status]] of Object.entries(cases))
    test(`${what}: ${status}, in the form of the route's clients`, async () => {
      const raw = await send(bytes);
      checkSilent(raw);
      assert.equal(raw.status, status, raw.body);
      assert.equal(typeof JSON.parse(raw.body).error.explanation, "string");
    });

  test("exactly 16 KiB are read, one byte more is not", async () => {
    const filled = (size: number) => json(`{"id":"a","x":"${"y".repeat(size - 17)}"}`);
    assert.equal((await send(filled(16 * 1024))).status, 200);
    assert.equal((await send(filled(16 * 1024 + 1))).status, 413);
  });
  test("fields that objects have anyway change nothing", async () => {
    const raw = await send(form("__proto__=a&constructor=b&toString=c&id=x"));
    assert.equal(JSON.parse(raw.body).identity, "x");
  });
});

describe("methods that a path does not have are 405 with Allow", () => {
  const allowed: Record<string, string> = {
    "/token": "GET, POST, OPTIONS",
    "/token/jane": "GET, OPTIONS",
    "/rtc/c/publisher/uid/0/": "GET, OPTIONS",
    "/getToken": "POST, OPTIONS",
    "/openapi.json": "GET, HEAD, OPTIONS",
  };
  for (const [path, allow] of Object.entries(allowed))
    for (const method of ["HEAD", "PUT", "DELETE", "TRACE", "GET", "POST"].filter(
      (m) => !allow.includes(m),
    ))
      test(`${method} ${path}`, async () => {
        const raw = await send(message(`${method} ${path} HTTP/1.1`));
        checkSilent(raw);
        assert.equal(raw.status, 405);
        assert.match(raw.head, new RegExp(`^allow: ${allow}$`, "im"));
      });
  test("OPTIONS tells them without a body", async () => {
    const raw = await send(message("OPTIONS /token HTTP/1.1"));
    assert.deepEqual([raw.status, raw.body], [204, ""]);
    assert.match(raw.head, /^allow: GET, POST, OPTIONS$/im);
  });
});

test("two pipelined requests are answered in order", async () => {
  const first = "GET /ping HTTP/1.1\r\nHost: localhost\r\n\r\n";
  const { status, body } = await send(first + message("GET /health/live HTTP/1.1"));
  assert.equal(status, 200);
  assert.match(body, /^\{"message":"pong"\}HTTP\/1\.1 200 OK[\s\S]*\{"status":"ok"\}$/);
});

test("the service is well after all of this", async () => {
  assert.equal((await service.get("/health/ready")).status, 200);
  assert.equal((await service.get("/token?identity=alice")).status, 200);
});
