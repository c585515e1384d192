/** The operator's commands on a store: damage that is found, two processes on one file, a running service. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { DatabaseSync } from "node:sqlite";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import type { JsonObject } from "@handstamp/protocol";
import { loadConfig } from "../app/load.ts";
import { createService, type Service } from "../app/service.ts";
import { nodeWorld } from "../config/world.ts";
import { ROUTES } from "./backend/backend.ts";
import { settingsAsTheyAre } from "./credentials.ts";
import type { Outcome } from "./doctor/check.ts";
import { signInCheck } from "./doctor/sign-in.ts";
import { nodeShell, type Shell } from "./shell.ts";
import { BASE, inFolder, type Typed, type, type Variables } from "./transcripts/transcript.ts";

const MAIN = join(dirname(fileURLToPath(import.meta.url)), "main.ts");
const KEY = {
  TWILIO_ACCOUNT_SID: "AC0123456789abcdef0123456789abcde1",
  TWILIO_API_KEY: "SK0123456789abcdef0123456789abcde2",
  TWILIO_API_SECRET: "Zk3Qm8vR1xYt5Lp0Wb7Nc4Jd9Hs2Gf6A",
};
const STORE = join(".handstamp", "handstamp.db");

/** Runs a command that must succeed, and gives its standard output. */
function must(line: string, folder: string): string {
  const { stdout, stderr, exit } = type(line, folder, KEY);
  assert.equal(exit, 0, `${line}: ${stderr}`);
  return stdout;
}

const jsonOf = (line: string, folder: string) => JSON.parse(must(line, folder)) as never;

describe("callers", () => {
  it("makes a token that is shown once and stored as a digest, and deletes it", () =>
    inFolder((folder) => {
      const made: { id: string; token: string } = jsonOf(
        "handstamp callers create --name ci --scopes mint,read --expires 90d --json",
        folder,
      );
      assert.deepEqual(Object.keys(made), [
        "id",
        "name",
        "scopes",
        "created_at",
        "expires_at",
        "token",
      ]);
      assert.match(made.token, /^hs_[0-9A-Za-z]{50}$/);
      const rest = must("handstamp callers list --json; handstamp audit list --json", folder);
      assert.ok(rest.includes(made.id) && !rest.includes(made.token));
      for (const name of readdirSync(join(folder, ".handstamp")))
        assert.ok(!readFileSync(join(folder, ".handstamp", name)).includes(made.token.slice(15)));
      must(`handstamp callers delete ${made.id}`, folder);
      assert.equal(type(`handstamp callers delete ${made.id}`, folder, KEY).exit, 1);
      assert.match(must("handstamp callers list", folder), /no API tokens/);
    }));

  it("refuses what the API refuses, in the words of the options", () =>
    inFolder((folder) => {
      const refused = (flags: string) =>
        type(`handstamp callers create --name x ${flags}`, folder, KEY).stderr;
      assert.match(refused("--scopes mnt"), /--scopes must be one of mint/);
      assert.match(refused("--scopes mint --products twilio.vidio"), /--products must be one of/);
      assert.match(refused("--scopes mint --on-behalf x"), /--on-behalf says nothing without/);
      assert.match(refused("--scopes mint --project other"), /no project of this name/);
      assert.equal(type("handstamp callers create --scopes mint", folder, KEY).exit, 2);
    }));

  it("hashes a passcode of standard input and repeats it nowhere", () =>
    inFolder((folder) => {
      const line = must("printf 'open sesame 2027' | handstamp callers passcode", folder);
      assert.match(line, /^hash: "\$scrypt\$ln=15,r=8,p=1\$[^$"]+\$[^$"]+"\n$/);
      assert.equal(type("printf short | handstamp callers passcode", folder, {}).exit, 2);
    }));
});

describe("audit verify", () => {
  /** A log of four entries and its heads, damaged by a statement of SQL. */
  const damaged = (sql: string, flags = "") =>
    inFolder((folder) => {
      for (const name of ["a", "b", "c"])
        must(`handstamp callers create --name ${name} --scopes read`, folder);
      must("handstamp audit export --head heads.json > log", folder);
      const db = new DatabaseSync(join(folder, STORE));
      db.exec(sql);
      db.close();
      const { stdout, exit } = type(`handstamp audit verify --json ${flags}`, folder, KEY);
      const { chains } = JSON.parse(stdout) as { chains: { seq?: number; problem?: string }[] };
      return { exit, seq: chains[0]?.seq, problem: chains[0]?.problem };
    });
  const CUT =
    "DELETE FROM audit WHERE seq > 2; UPDATE chains SET seq = 2, hash = (SELECT hash FROM audit WHERE seq = 2)";

  it("names an edited entry", () =>
    assert.deepEqual(
      damaged("UPDATE audit SET event = replace(event, '\"b\"', '\"x\"') WHERE seq = 2"),
      {
        exit: 1,
        seq: 2,
        problem: "changed",
      },
    ));
  it("names a removed entry", () =>
    assert.deepEqual(damaged("DELETE FROM audit WHERE seq = 2"), {
      exit: 1,
      seq: 2,
      problem: "missing",
    }));
  it("finds a clean cut only against the exported head", () => {
    assert.equal(damaged(CUT).exit, 0);
    assert.deepEqual(damaged(CUT, "--head heads.json"), { exit: 1, seq: 3, problem: "truncated" });
  });
});

describe("restore", () => {
  it("is refused while a process has the store open, and changes nothing", () =>
    inFolder((folder) => {
      must("handstamp callers create --name a --scopes read", folder);
      must("handstamp backup copy.db", folder);
      const open = new DatabaseSync(join(folder, STORE));
      open.prepare("SELECT count(*) FROM audit").get();
      const { exit, stderr } = type("handstamp restore copy.db", folder, KEY);
      open.close();
      assert.equal(exit, 1);
      assert.match(stderr, /has the store open/);
      assert.deepEqual(
        readdirSync(join(folder, ".handstamp")).filter((name) => name.includes("restor")),
        [],
      );
    }));

  it("takes the place of a damaged store, which is kept", () =>
    inFolder((folder) => {
      must("handstamp callers create --name a --scopes read", folder);
      must("handstamp backup copy.db", folder);
      writeFileSync(join(folder, STORE), "this was a database");
      assert.equal(type("handstamp callers list", folder, KEY).exit, 1);
      const { replaced } = jsonOf("handstamp restore copy.db --json", folder) as {
        replaced: { file: string; entries: number | null };
      };
      assert.equal(replaced.entries, null);
      assert.equal(readFileSync(replaced.file, "utf8"), "this was a database");
      assert.match(
        must("handstamp callers list; handstamp audit verify", folder),
        /chain main.*whole/,
      );
    }));
});

describe("a running service", () => {
  it("shares its store with the commands, and answers them over HTTP", () =>
    inServedFolder(async (folder, service, url) => {
      for (const [id, { method, path }] of Object.entries(ROUTES)) {
        const found = service.operations.find((operation) => operation.id === id);
        assert.deepEqual({ method: found?.method, path: found?.path }, { method, path });
      }
      const scopes = "read,operate,mint,mint:others";
      const made = await run(`callers create --name ops --scopes ${scopes} --json`, folder, KEY);
      const { id, token } = JSON.parse(made.stdout) as { id: string; token: string };
      const remote = (line: string) =>
        run(`${line} --url ${url}`, folder, { HANDSTAMP_TOKEN: token });
      assert.match((await remote("callers list")).stdout, /ops/);
      const second = await remote("callers create --name two --scopes read");
      assert.match(second.stdout, /^hs_\w{50}\n$/);
      await run("mint twilio -i alice --video.room hall", folder, KEY);
      assert.match((await remote("tokens list")).stdout, /alice.*twilio\.video/);
      assert.match((await remote("audit list --type token.issued")).stdout, /alice/);
      const asked = '{"provider":"twilio","grants":{"video":{"room":"x"}}}';
      const decided = await remote(`policy test --caller '{"identity":"a"}' --request '${asked}'`);
      assert.match(decided.stdout, /allowed by "development/);
      assert.equal((await remote("callers list --project default")).exit, 2);
      assert.equal((await remote(`callers delete ${id}`)).exit, 0);
      const refused = await remote("callers create --name three --scopes read --json");
      assert.equal(refused.exit, 1);
      assert.match(refused.stdout, /"code": "unauthenticated"/);
      assert.ok(!`${refused.stdout}${refused.stderr}`.includes(token));
    }));

  it("is asked for nothing over a connection that would show the token", () =>
    inFolder((folder) => {
      const { exit, stderr } = type(
        "handstamp callers list --url http://tokens.example.com",
        folder,
        {
          HANDSTAMP_TOKEN: "hs_x",
        },
      );
      assert.equal(exit, 2);
      assert.match(stderr, /must begin with https/);
      assert.ok(!existsSync(join(folder, ".handstamp")));
    }));
});

/** A command while this process serves: it must not be waited for in one piece. */
function run(line: string, cwd: string, variables: Variables): Promise<Typed> {
  return new Promise((resolve) => {
    const script = `"$NODE" --conditions=handstamp-source "$MAIN" ${line}`;
    const env = { ...BASE, ...variables, NODE: process.execPath, MAIN };
    execFile("sh", ["-c", script], { cwd, env, timeout: 30_000 }, (error, stdout, stderr) => {
      resolve({ stdout, stderr, exit: error ? Number(error.code) : 0 });
    });
  });
}

async function inServedFolder(
  work: (folder: string, service: Service, url: string) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "handstamp-cli-"));
  const env = { ...KEY, HANDSTAMP_MODE: "development" };
  const service = await createService(loadConfig({ ...nodeWorld(), cwd: folder, env }));
  try {
    await work(folder, service, await service.app.listen({ host: "127.0.0.1", port: 0 }));
  } finally {
    await service.close();
    rmSync(folder, { recursive: true });
  }
}

describe("doctor asks the servers that know the users", () => {
  /** What it says of a session endpoint with this answer. */
  const session = async (status: number, headers: Record<string, string> = {}) => {
    const server = createServer((_request, answer) => {
      answer.writeHead(status, { "content-type": "application/json", ...headers }).end("{}");
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    try {
      return await looked([
        { session: { url: `http://127.0.0.1:${port}/s`, forward: ["cookie"], identity: "id" } },
      ]);
    } finally {
      server.close();
    }
  };
  const keySet = async (body: string) => {
    const server = createServer((_request, answer) => void answer.end(body)).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const jwt = { issuer: "https://login.example.com", audience: "calls", identity: "sub" };
    try {
      return await looked([{ jwt: { ...jwt, jwks: `http://127.0.0.1:${port}/jwks.json` } }]);
    } finally {
      server.close();
    }
  };

  it("a session endpoint that refuses nobody's session is right", async () =>
    assert.equal((await session(401))?.status, "ok"));
  it("one that knows everybody is wrong", async () =>
    assert.equal((await session(200))?.status, "error"));
  it("one that redirects to the sign-in page is wrong", async () =>
    assert.equal((await session(302, { location: "/sign-in" }))?.status, "error"));
  it("an issuer with a key is right", async () => {
    const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const jwk = { ...publicKey.export({ format: "jwk" }), kid: "1", use: "sig", alg: "RS256" };
    assert.equal((await keySet(JSON.stringify({ keys: [jwk] })))?.status, "ok");
  });
  it("an issuer without a key that can be used is wrong", async () =>
    assert.equal((await keySet('{"keys":[]}'))?.status, "error"));
  it("an issuer that sends a page is wrong", async () =>
    assert.equal((await keySet("<html>"))?.status, "error"));
});

async function looked(callers: JsonObject[]): Promise<Outcome | undefined> {
  const text = JSON.stringify({ callers, policy: [] });
  const world = { ...nodeWorld(), env: KEY, readFile: () => text };
  const shell: Shell = { ...nodeShell(), world };
  const settings = settingsAsTheyAre(world, {});
  const [outcome] = await signInCheck.run({ shell, online: true, ...settings });
  return outcome;
}
