/** Development mode's guard and CORS over real HTTP: who is served without a credential, and who is not. */
import assert from "node:assert/strict";
import { request } from "node:http";
import { after, before, describe, test } from "node:test";
import { type DropIn, startDropIn } from "./service.ts";

let service: DropIn;
before(async () => {
  service = await startDropIn();
});
after(() => service.close());

interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** A request with exactly these headers; fetch would not let Host and Origin be set. */
function ask(
  path: string,
  headers: Record<string, string | string[]>,
  method = "GET",
): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const sent = request(service.url + path, { method, headers }, (answer) => {
      let text = "";
      answer.setEncoding("utf8");
      answer.on("data", (chunk: string) => (text += chunk));
      answer.on("end", () =>
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }),
      );
    });
    sent.on("error", reject);
    sent.end();
  });
}

const ROUTES = ["/token?identity=alice", "/rtc/my-channel/publisher/uid/0/"];

const REFUSED: Record<string, Record<string, string | string[]>> = {
  "a name in Host (DNS rebinding)": { host: "attacker.example" },
  "a name with our port in Host": { host: "attacker.example:8080" },
  "a name that resolves to loopback": { host: "127.0.0.1.nip.io" },
  "a foreign Origin": { origin: "https://attacker.example" },
  "two Origins": { origin: ["http://localhost:5173", "https://attacker.example"] },
  "an opaque Origin": { origin: "null" },
  Forwarded: { forwarded: "for=203.0.113.7" },
  "X-Forwarded-For": { "x-forwarded-for": "203.0.113.7" },
  "X-Forwarded-For of this machine": { "x-forwarded-for": "127.0.0.1" },
  "an empty X-Forwarded-For": { "x-forwarded-for": "" },
  "X-Forwarded-Host": { "x-forwarded-host": "localhost" },
  "a foreign page's image": { "sec-fetch-site": "cross-site" },
};

describe("an open caller is refused with", () => {
  for (const [what, headers] of Object.entries(REFUSED))
    test(what, async () => {
      for (const path of ROUTES) {
        const { status, headers: answered, text } = await ask(path, headers);
        assert.equal(status, 401, path);
        assert.match(text, /HOST=0\.0\.0\.0/, "it says what to do instead");
        assert.match(text, /"code":"unauthenticated"/);
        assert.doesNotMatch(text, /eyJ|"007/, "it holds a token");
        assert.match(String(answered["www-authenticate"]), /^Bearer/);
      }
    });

  test("the family's own form: error.message for Twilio's clients, error for Agora's", async () => {
    const refused = { host: "attacker.example" };
    const twilio = JSON.parse((await ask("/token", refused)).text);
    assert.equal(typeof twilio.error.explanation, "string");
    const agora = JSON.parse((await ask("/rtm/alice", refused)).text);
    assert.deepEqual([agora.status, typeof agora.error], [401, "string"]);
  });

  test("public routes answer all the same", async () => {
    for (const path of ["/ping", "/health/live", "/health/ready", "/openapi.json"])
      assert.equal(
        (await ask(path, { host: "balancer.internal", "x-forwarded-for": "10.0.0.1" })).status,
        200,
        path,
      );
  });

  test("and a preflight of a foreign page is not allowed anything", async () => {
    const { status, headers } = await ask(
      "/token",
      { origin: "https://attacker.example", "access-control-request-method": "POST" },
      "OPTIONS",
    );
    assert.equal(status, 204);
    assert.deepEqual(
      Object.keys(headers).filter((name) => name.startsWith("access-control-")),
      [],
    );
  });
});

describe("a page of this machine is served", () => {
  for (const origin of [
    "http://localhost:5173",
    "http://127.0.0.1:3000",
    "http://[::1]:3000",
    "https://localhost",
  ])
    test(origin, async () => {
      const { status, headers } = await ask("/token?identity=alice", { origin });
      assert.equal(status, 200);
      assert.equal(headers["access-control-allow-origin"], origin);
      assert.equal(headers["access-control-allow-credentials"], "true");
      assert.match(String(headers["vary"]), /\bOrigin\b/);
    });

  test("its preflight is answered for the methods and headers that it names", async () => {
    const { status, headers, text } = await ask(
      "/token",
      {
        origin: "http://localhost:5173",
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type",
      },
      "OPTIONS",
    );
    assert.deepEqual([status, text], [204, ""]);
    assert.equal(headers["access-control-allow-origin"], "http://localhost:5173");
    assert.match(String(headers["access-control-allow-methods"]), /\bPOST\b/);
    assert.equal(headers["access-control-allow-headers"], "authorization,content-type");
    assert.match(String(headers["vary"]), /Origin/);
  });

  test("a request without an Origin, as phones send it, has no CORS headers and is served", async () => {
    const { status, headers } = await ask("/rtc/c/publisher/uid/0/", {});
    assert.equal(status, 200);
    assert.equal(headers["access-control-allow-origin"], undefined);
    assert.match(String(headers["vary"]), /Origin/);
  });
});

test("a listed origin is not enough for an open caller, and a native client is served beside it", async () => {
  const listed = await startDropIn({ CORS_ALLOW_ORIGIN: "https://app.example.com" });
  try {
    const page = await fetch(`${listed.url}/token`, {
      headers: { origin: "https://app.example.com" },
    });
    assert.equal(page.status, 401);
    assert.equal(page.headers.get("access-control-allow-origin"), "https://app.example.com");
    const other = await fetch(`${listed.url}/token`, {
      headers: { origin: "https://other.example.com" },
    });
    assert.equal(other.headers.get("access-control-allow-origin"), null);
    assert.equal((await listed.get("/token?identity=alice")).status, 200);
  } finally {
    await listed.close();
  }
});
