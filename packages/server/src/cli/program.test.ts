/** What no transcript can show: hostile tokens, planted secrets, a service that starts and stops. */
import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { compare } from "./doctor/clock.ts";
import { BASE, inFolder, type } from "./transcripts/transcript.ts";

const MAIN = join(dirname(fileURLToPath(import.meta.url)), "main.ts");
const HEX = "0123456789abcdef0123456789abcdef";
const SECRETS = {
  TWILIO_API_SECRET: "cAnArY1Zk3Qm8vR1xYt5Lp0Wb7Nc4Jd9",
  TWILIO_AUTH_TOKEN: "ca0a41ca0a41ca0a41ca0a41ca0a4100",
  AGORA_APP_CERTIFICATE: "ca0a41ca0a41ca0a41ca0a41ca0a4101",
  HANDSTAMP_MASTER_KEY: "Y2FuYXJ5Y2FuYXJ5Y2FuYXJ5Y2FuYXJ5Y2FuYXJ5MDA=",
};
const KEYS = {
  ...SECRETS,
  TWILIO_ACCOUNT_SID: `AC${HEX}`,
  TWILIO_API_KEY: `SK${HEX}`,
  AGORA_APP_ID: HEX,
};

/** A token that says anything, with a signature of no account's. */
function forged(payload: object): string {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const header = { alg: "HS256", typ: "JWT", cty: "twilio-fpa;v=1" };
  const content = `${encode(header)}.${encode(payload)}`;
  return `${content}.${createHmac("sha256", "x".repeat(32)).update(content).digest("base64url")}`;
}

const HOSTILE =
  "\u001B]0;owned\u0007\u001B[2J\u009B31m\u202Eecila\u2066\u200B\r\n\u0000\u{E0041}a\u0301\u0301\u0301";

describe("a hostile token", () => {
  const token = forged({
    jti: HOSTILE,
    iss: HOSTILE,
    sub: `AC${HEX}`,
    iat: 1e300,
    exp: -1e300,
    grants: {
      identity: HOSTILE,
      [HOSTILE]: { [HOSTILE]: HOSTILE },
      video: { room: [HOSTILE, { a: HOSTILE }] },
    },
    [HOSTILE]: HOSTILE,
  });
  const STEERING = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/u;
  for (const flags of ["", "--bytes", "--json"])
    it(`cannot paint the terminal ${flags}`, () => {
      const { stdout, stderr, exit } = inFolder((folder) => {
        writeFileSync(join(folder, "token"), token);
        return type(`handstamp inspect ${flags} - < token`, folder, { FORCE_COLOR: "1" });
      });
      // With the colours that are ours taken away, every other control character is the token's.
      const plain = stripColours(stdout + stderr).replaceAll("\n", "");
      assert.equal(exit, 0);
      assert.ok(plain.includes("ecila"));
      assert.equal(STEERING.exec(plain)?.[0], undefined);
    });
});

/** Only what `styleText` writes: SGR with one or two digits. */
function stripColours(text: string): string {
  // oxlint-disable-next-line no-control-regex -- The escape character is what is looked for.
  return text.replaceAll(/\u001B\[\d{1,2}m/g, "");
}

describe("planted secrets", () => {
  const lines = [
    "handstamp doctor",
    "handstamp doctor --json",
    "handstamp mint twilio -i alice --chat --json | grep -v token",
    "handstamp mint twilio -i alice --video.room x | handstamp inspect",
    "handstamp mint twilio -i alice --video.room x | handstamp verify --json",
    "handstamp mint agora -i alice --rtm | handstamp inspect --bytes",
    "handstamp mint agora -i alice --rtm | handstamp inspect --json",
    "handstamp mint agora -i '' --rtm",
    "handstamp serve --port 0 --mode production",
    'TWILIO_API_SECRET="$TWILIO_API_SECRET " handstamp doctor',
    "TWILIO_API_SECRET=$TWILIO_AUTH_TOKEN handstamp doctor --json",
    "TWILIO_API_KEY_SECRET=other$TWILIO_API_SECRET handstamp mint twilio -i alice --chat",
    "AGORA_APP_ID=$AGORA_APP_CERTIFICATE handstamp doctor",
    "handstamp mint twilio --api-secret=$TWILIO_API_SECRET -i a --chat",
    "handstamp mint twilio $TWILIO_API_SECRET -i a --chat",
    "handstamp $TWILIO_API_SECRET",
    "handstamp mint $TWILIO_API_SECRET --json",
    "handstamp inspect $TWILIO_API_SECRET $TWILIO_API_SECRET --json",
    "handstamp init --yes && cat handstamp.yaml && handstamp policy check --json && handstamp doctor",
    "handstamp init --yes --secret-env=$TWILIO_API_SECRET-x --issuer https://login.example.com",
    "handstamp init --yes --providers=$TWILIO_API_SECRET",
    "handstamp callers create --name a --scopes=$TWILIO_API_SECRET",
    "handstamp callers passcode $TWILIO_API_SECRET",
    "HANDSTAMP_TOKEN=$TWILIO_API_SECRET handstamp callers list --url http://127.0.0.1:1",
    "HANDSTAMP_DATA=d; export HANDSTAMP_DATA; handstamp mint agora -i alice --rtm --json | grep -v token; handstamp audit export; handstamp tokens list --json; cat d/handstamp.db* | tr -cd '[:print:]'",
    "HANDSTAMP_STORE=postgres://u:$TWILIO_API_SECRET@127.0.0.1:1/x handstamp doctor --json",
  ];
  for (const line of lines)
    it(`are in no output of: ${line}`, () => {
      const { stdout, stderr } = inFolder((folder) => type(line, folder, KEYS));
      assert.notEqual(stdout + stderr, "");
      for (const [name, secret] of Object.entries(SECRETS))
        assert.ok(!`${stdout}${stderr}`.includes(secret), `${name} is in the output`);
    });
});

it("a pipe that nobody reads is no failure", () => {
  const { stderr, exit } = inFolder((folder) =>
    type("handstamp mint twilio --help | true; handstamp inspect x --json | true", folder, {}),
  );
  assert.deepEqual({ stderr, exit }, { stderr: "", exit: 0 });
});

describe("colours", () => {
  const shown = (variables: Record<string, string>) =>
    inFolder((folder) => type("handstamp inspect x", folder, variables)).stdout;
  it("are not written to a pipe", () =>
    assert.equal(shown({}), stripVTControlCharacters(shown({}))));
  it("are written where FORCE_COLOR asks for them", () =>
    assert.notEqual(shown({ FORCE_COLOR: "1" }), shown({})));
  it("are not written where NO_COLOR is set", () =>
    assert.equal(shown({ NO_COLOR: "1" }), shown({})));
});

describe("serve", () => {
  it("prints a curl that works as it stands, and stops when it is asked to", async () => {
    await serving([], async (first, service) => {
      const curl = /^ +(curl .*)$/m.exec(first)?.[1] ?? "";
      assert.match(first, /DEVELOPMENT MODE/);
      const { identity, token } = JSON.parse(
        execFileSync("sh", ["-c", `${curl} -s`], { encoding: "utf8" }),
      ) as Record<string, string>;
      assert.equal(identity, "alice");
      assert.match(token ?? "", /^eyJ/);
      service.kill("SIGTERM");
      assert.deepEqual(await once(service, "exit"), [0, null]);
    });
  });

  it("says the same in JSON, one object for each event", async () => {
    await serving(["--json"], async (first, service) => {
      const started = JSON.parse(first) as { event: string; url: string; mode: string };
      assert.equal(started.event, "listening");
      assert.equal(started.mode, "development");
      assert.equal((await fetch(`${started.url}/health/live`)).status, 200);
      service.kill("SIGINT");
      assert.deepEqual(await once(service, "exit"), [0, null]);
    });
  });

  it("refuses a port that is none as wrong usage", () => {
    const { exit, stderr } = inFolder((folder) => type("handstamp serve --port 99999", folder, {}));
    assert.equal(exit, 2);
    assert.match(stderr, /--port takes/);
  });

  it("names the port that is taken", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const { exit, stderr } = inFolder((folder) =>
      type(`handstamp serve --port ${port}`, folder, {}),
    );
    server.close();
    assert.equal(exit, 1);
    assert.match(stderr, new RegExp(`PORT ${port} is taken`));
  });
});

/** Starts the service in a folder of its own and hands over what it prints first. */
async function serving(
  flags: readonly string[],
  work: (first: string, service: ChildProcess) => Promise<void>,
): Promise<void> {
  const cwd = mkdtempSync(join(tmpdir(), "handstamp-serve-"));
  const args = ["--conditions=handstamp-source", MAIN, "serve", "--port", "0", ...flags];
  const service = spawn(process.execPath, args, {
    cwd,
    env: BASE,
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const [first] = (await once(service.stdout, "data")) as [Buffer];
    await work(first.toString(), service);
  } finally {
    service.kill("SIGKILL");
    rmSync(cwd, { recursive: true });
  }
}

describe("doctor compares the clock with a server's", () => {
  const served = async (date: number, now: number) => {
    const server = createServer((_request, answer) => {
      answer.sendDate = false;
      answer.setHeader("date", new Date(date * 1000).toUTCString()).end();
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const outcome = await compare(`http://127.0.0.1:${port}/`, () => now);
    server.close();
    return outcome.status;
  };
  const NOON = 1_795_262_400;
  it("agrees", async () => assert.equal(await served(NOON, NOON + 1), "ok"));
  it("runs ten minutes ahead", async () => assert.equal(await served(NOON, NOON + 600), "error"));
  it("runs ten minutes behind", async () => assert.equal(await served(NOON, NOON - 600), "error"));
  it("cannot be reached", async () =>
    assert.equal((await compare("http://127.0.0.1:1/", () => NOON)).status, "warning"));
});

describe("start-up", () => {
  const WATCH =
    'import{registerHooks}from"node:module";registerHooks({load(u,c,n){for(const p of["fastify","yaml","kysely","@clack"])if(u.includes(`/node_modules/${p}/`))process.stderr.write(`loads ${p}`);return n(u,c)}})';
  const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(WATCH)}`;
  for (const line of [
    "--version",
    "serve --help",
    "inspect x",
    "verify x",
    "mint agora -i a --rtm",
    "doctor",
  ])
    it(`loads neither the server nor YAML for: handstamp ${line}`, () => {
      const { stderr } = inFolder((folder) => type(`handstamp ${line}`, folder, { NODE_OPTIONS }));
      assert.doesNotMatch(stderr, /loads /);
    });
  it("loads it for serve, so that the watch above sees what it should", () => {
    const { stderr } = inFolder((folder) =>
      type("handstamp serve --host 192.0.2.1 --port 0", folder, { NODE_OPTIONS }),
    );
    assert.match(stderr, /loads fastify/);
  });
});
