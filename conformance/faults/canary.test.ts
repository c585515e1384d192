/**
 * Secrets are planted wherever one is kept or sent, every route and every failure is provoked, and
 * every output is searched for them: answers, both outputs of the process, metrics, the log and the
 * bytes of the database. A token that was issued stands in its own answer and nowhere else.
 */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { putApiToken } from "./api-token.ts";
import {
  bearer,
  COOKIE,
  canaries,
  PASSCODE,
  plantToken,
  secretsAsFields,
  settingsWith,
  tokensIn,
  wrongCredentials,
} from "./planted.ts";
import {
  API_SECRET,
  type Folder,
  JWT_SECRET,
  makeFolder,
  run,
  SETTINGS,
  type Serving,
  serve,
  signIn,
  until,
} from "./service.ts";

let folder: Folder;
let serving: Serving;
let session: Server;
let apiToken: string;
/** Everything that was answered, with the canaries that the answer may hold. */
const answers: { what: string; text: string; except: string[] }[] = [];

before(async () => {
  session = createServer((request, response) => {
    const known = request.headers.cookie === `sid=${COOKIE}`;
    response.writeHead(known ? 200 : 401, { "content-type": "application/json" });
    response.end(known ? '{"user":{"id":"session-alice"}}' : "{}");
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => session.once("listening", resolve));
  folder = makeFolder(
    await settingsWith(`http://127.0.0.1:${(session.address() as AddressInfo).port}/`),
  );
  apiToken = canaries.plant(
    "the operator's API token",
    await putApiToken(folder.database, ["mint", "mint:others", "read", "introspect", "operate"]),
  );
  serving = await serve(folder);
});
after(async () => {
  session.close();
  session.closeAllConnections();
  serving.child.kill("SIGKILL");
  await serving.ended;
  folder.remove();
});

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** Sends, keeps the answer, and plants the tokens in it: they may stand there and nowhere else. */
async function send({ method, path, headers = {}, body }: Sent): Promise<Response> {
  const answer = await fetch(serving.url + path, {
    method,
    headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
    ...(body === undefined ? {} : { body }),
    redirect: "manual",
  });
  const text = await answer.clone().text();
  const shown = `${[...answer.headers].map((pair) => pair.join(": ")).join("\n")}\n${text}`;
  const own = READING.has(`${method} ${path.split("?")[0]}`) ? [] : tokensIn(text).map(plantToken);
  answers.push({
    what: `the answer to ${method} ${path} (${answer.status})`,
    text: shown,
    except: own,
  });
  return answer;
}

/** Routes that tell of tokens: none may stand in their answers. */
const READING = new Set([
  "GET /v1/tokens",
  "GET /v1/tokens/x",
  "GET /v1/audit",
  "GET /v1/callers",
  "GET /metrics",
]);

const CHAT = JSON.stringify({ provider: "twilio", grants: { chat: {} } });
const mint = (headers: Record<string, string>, body = CHAT): Sent => ({
  method: "POST",
  path: "/v1/tokens",
  headers,
  body,
});

describe("planted secrets", () => {
  test("are used: every kind of caller gets a token", async () => {
    const jwt = bearer(signIn("alice"));
    assert.equal((await send(mint(jwt))).status, 201);
    assert.equal(
      (await send(mint({ cookie: `sid=${COOKIE}`, "sec-fetch-site": "same-origin" }))).status,
      201,
    );
    const named = JSON.stringify({ ...JSON.parse(CHAT), identity: "bob" });
    assert.equal((await send(mint(bearer(apiToken), named))).status, 201);
    const guest = JSON.stringify({ user_identity: "Zoe", room_name: "r", passcode: PASSCODE });
    assert.equal((await send({ method: "POST", path: "/token", body: guest })).status, 200);
    const rtm = JSON.stringify({ provider: "agora", grants: { rtm: {} } });
    assert.equal((await send(mint(jwt, rtm))).status, 201);
    const once = { ...jwt, "idempotency-key": "once" };
    assert.equal((await send(mint(once))).status, 201);
    const again = await send(mint(once));
    assert.equal(again.status, 201);
    assert.equal((await send(mint(once, rtm))).status, 422);
  });

  test("are shown to every route, rightly and wrongly", async () => {
    const described = (await (await fetch(`${serving.url}/openapi.json`)).json()) as {
      paths: Record<string, Record<string, unknown>>;
    };
    const routes = Object.entries(described.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map(
        (method) => [method.toUpperCase(), path.replaceAll(/\{\w+\}/g, "x")] as const,
      ),
    );
    assert.ok(routes.length > 30, `${routes.length} routes`);
    const right = bearer(apiToken);
    for (const [method, path] of routes) {
      const bodies = method === "GET" ? [undefined] : [undefined, "{", CHAT, secretsAsFields()];
      for (const body of bodies)
        for (const headers of [{}, right])
          await send({ method, path, headers, ...(body === undefined ? {} : { body }) });
    }
    for (const headers of wrongCredentials(apiToken)) await send(mint(headers));
    for (const path of [
      "/nothing",
      `/v1/tokens?token=${apiToken}`,
      `/token/%00${PASSCODE}`,
      `/%E0%A4${API_SECRET}`,
    ])
      await send({ method: "GET", path, headers: right });
    await send({
      method: "POST",
      path: "/token",
      body: JSON.stringify({ user_identity: "Zoe", passcode: `${PASSCODE}!` }),
    });
    await send({
      method: "POST",
      path: "/v1/callers",
      headers: right,
      body: '{"name":"made","scopes":["mint"]}',
    });
    await malformed(
      `GET / HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${apiToken}\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n`,
    );
    await malformed(`${API_SECRET}\r\n\r\n`);
    const metrics = await send({ method: "GET", path: "/metrics", headers: right });
    assert.equal(metrics.status, 200);
    const log = await send({ method: "GET", path: "/v1/audit?limit=500", headers: right });
    assert.equal(log.status, 200);
  });

  test("are there while the store cannot be written", async () => {
    renameSync(folder.database, `${folder.database}.away`);
    await until("503", 10, async () => (await send(mint(bearer(signIn("alice"))))).status === 503);
    await send(mint(bearer(apiToken)));
    renameSync(`${folder.database}.away`, folder.database);
    await until(
      "ready",
      10,
      async () => (await fetch(`${serving.url}/health/ready`)).status === 200,
    );
  });

  test("are misplaced in a configuration that is then refused", async () => {
    const good = JSON.parse(readFileSync(folder.config, "utf8")) as Record<string, unknown>;
    for (const broken of [
      { ...good, [API_SECRET]: true },
      {
        ...good,
        providers: { twilio: { ...SETTINGS.providers.twilio, api_secret: `${API_SECRET} ` } },
      },
      { ...good, providers: { twilio: { ...SETTINGS.providers.twilio, api_sid: API_SECRET } } },
      {
        ...good,
        callers: [{ jwt: { issuer: "x", audience: "y", identity: "sub", jwks: JWT_SECRET } }],
      },
      {
        ...good,
        callers: [
          {
            jwt: {
              issuer: "x",
              audience: "y",
              identity: "sub",
              secret: JWT_SECRET,
              algorithms: ["RS256"],
            },
          },
        ],
      },
      {
        ...good,
        callers: [{ passcode: { codes: [{ name: "x", hash: PASSCODE, expires: "soon" }] } }],
      },
      { ...good, policy: [{ name: "x", when: "caller.clams.role", allow: [] }] },
    ]) {
      const logged = serving.said.stderr.length;
      folder.configure(broken);
      serving.child.kill("SIGHUP");
      await until("it says so", 10, () => /was not loaded/.test(serving.said.stderr.slice(logged)));
      const started = run({ ...folder, data: join(folder.path, "elsewhere") });
      assert.equal(await started.ended, 1);
      // A name that nobody gave meaning to cannot be told from a typo, and is repeated.
      const except = API_SECRET in broken ? ["the API secret"] : [];
      canaries.assertAbsent("a refused start", started.said.stdout + started.said.stderr, except);
      if (except.length > 0) serving.said.stderr = serving.said.stderr.slice(0, logged);
    }
    writeFileSync(folder.config, "{ not: [yaml");
    serving.child.kill("SIGHUP");
    folder.configure(good);
    serving.child.kill("SIGHUP");
    await until("it is loaded again", 10, () => /was loaded again/.test(serving.said.stderr));
  });

  test("are in no answer, no output, no byte of the database", async (t) => {
    checkFiles("while it serves");
    assert.equal(await serving.stop(), 0);
    checkFiles("after it has stopped");
    for (const { what, text, except } of answers) canaries.assertAbsent(what, text, except);
    canaries.assertAbsent("standard output", serving.said.stdout);
    canaries.assertAbsent("standard error", serving.said.stderr);
    const lines = serving.said.stderr.split("\n").length;
    t.diagnostic(
      `${canaries.count} secrets and tokens, ${answers.length} answers, ${lines} lines of log`,
    );
    assert.ok(lines > answers.length, "each request has a line");
  });
});

function checkFiles(when: string): void {
  for (const name of readdirSync(folder.data)) {
    const path = join(folder.data, name);
    if (existsSync(path)) canaries.assertAbsent(`${name} ${when}`, readFileSync(path));
  }
}

/** Bytes that are no request; what is answered is kept too. */
async function malformed(bytes: string): Promise<void> {
  const socket = connect(Number(new URL(serving.url).port), "127.0.0.1");
  let text = "";
  socket.on("data", (chunk: Buffer) => (text += chunk.toString()));
  const closed = new Promise((resolve) => socket.on("close", resolve));
  socket.end(bytes);
  await closed;
  answers.push({ what: "the answer to no request", text, except: [] });
}
