import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { isHandstampError } from "@handstamp/protocol";
import { SERVER_PROVIDERS } from "../providers/table.ts";
import type { Config } from "./config.ts";
import { loadConfig } from "./load.ts";
import type { World } from "./world.ts";

const HEX = "0123456789abcdef0123456789abcdef";
const TWILIO = {
  TWILIO_ACCOUNT_SID: `AC${HEX}`,
  TWILIO_API_KEY: `SK${HEX}`,
  TWILIO_API_SECRET: "fedcba9876543210fedcba9876543210",
};
const AGORA = { AGORA_APP_ID: HEX, AGORA_APP_CERTIFICATE: "fedcba98765432100123456789abcdef" };
const CALLERS = "callers:\n  - api_token: {}\n";

type Env = Readonly<Record<string, string | undefined>>;

/** A machine that has these variables and this handstamp.yaml, and keeps what is written. */
function machine(env: Env, yaml?: string): World & { readonly files: Map<string, string> } {
  const files = new Map<string, string>(yaml === undefined ? [] : [["/app/handstamp.yaml", yaml]]);
  let count = 0;
  return {
    env,
    cwd: "/app",
    files,
    readFile: (path) => files.get(path) ?? null,
    writePrivateFile: (path, text) => void files.set(path, text),
    randomHex: (bytes) =>
      (count++)
        .toString(16)
        .padStart(2, "a")
        .repeat(bytes)
        .slice(0, bytes * 2),
  };
}

const load = (env: Env, yaml?: string): Config => loadConfig(machine(env, yaml), SERVER_PROVIDERS);

/** The refusal's code and message. That the message holds no value is checked for every case. */
function refusal(env: Env, yaml?: string): { code: string; message: string } {
  try {
    load(env, yaml);
  } catch (error) {
    assert.ok(isHandstampError(error), String(error));
    for (const [name, value] of Object.entries(env))
      if (value && value.length > 5 && !value.startsWith("/"))
        assert.ok(
          !error.message.includes(value.trim()),
          `the value of ${name} is in: ${error.message}`,
        );
    return error;
  }
  throw new assert.AssertionError({ message: "it starts" });
}

describe("production does not start", () => {
  const cases: Record<string, [Env, string, RegExp, string?]> = {
    "without callers": [
      TWILIO,
      "config_missing",
      /callers is missing.*handstamp init.*HANDSTAMP_MODE=development/,
    ],
    "without callers in the file": [
      {},
      "config_missing",
      /callers is missing/,
      `providers:\n  agora:\n    app_id: "${HEX}"\n    app_certificate: "${AGORA.AGORA_APP_CERTIFICATE}"\n`,
    ],
    "without a provider": [
      { HANDSTAMP_MODE: "production" },
      "config_missing",
      /No provider is configured/,
    ],
    "with callers and no provider": [{}, "config_missing", /No provider is configured/, CALLERS],
    "without the API secret": [
      { ...TWILIO, TWILIO_API_SECRET: undefined },
      "config_missing",
      /^TWILIO_API_SECRET is missing, and TWILIO_ACCOUNT_SID and TWILIO_API_KEY are set/,
    ],
    "with the account alone": [
      { TWILIO_ACCOUNT_SID: TWILIO.TWILIO_ACCOUNT_SID },
      "config_missing",
      /^TWILIO_API_KEY is missing[\s\S]*^TWILIO_API_SECRET is missing/m,
    ],
    "with an empty API key": [
      { ...TWILIO, TWILIO_API_KEY: "" },
      "config_missing",
      /^TWILIO_API_KEY is missing/,
    ],
    "without the certificate": [
      { AGORA_APP_ID: HEX },
      "config_missing",
      /^AGORA_APP_CERTIFICATE is missing/,
    ],
    "with a part of one provider beside the whole of another": [
      { ...TWILIO, APP_ID: HEX },
      "config_missing",
      /^AGORA_APP_CERTIFICATE is missing/,
    ],
    "with two names that disagree": [
      { ...TWILIO, TWILIO_SIGNING_KEY: `SK${HEX.replace("0", "1")}` },
      "config_conflict",
      /^TWILIO_API_KEY and TWILIO_SIGNING_KEY are two names/,
    ],
    "with Agora's two names that disagree": [
      { ...AGORA, APP_ID: AGORA.AGORA_APP_CERTIFICATE },
      "config_conflict",
      /^AGORA_APP_ID and APP_ID are two names/,
    ],
    "with two ports": [{ PORT: "1", SERVER_PORT: "2" }, "config_conflict", /^PORT and SERVER_PORT/],
    "with a misspelt variable": [
      { ...TWILIO, TWILIO_API_SERCET: "whatever" },
      "config_invalid",
      /^TWILIO_API_SERCET is not a setting.*did you mean "TWILIO_API_SECRET"/,
    ],
    "with a misspelt variable of its own": [
      { HANDSTAMP_MOD: "production" },
      "config_invalid",
      /^HANDSTAMP_MOD is not a setting.*HANDSTAMP_MODE/,
    ],
    "with a misspelt prefix": [
      { ...TWILIO, TWILO_CHAT_SERVICE_SID: "whatever" },
      "config_invalid",
      /^TWILO_CHAT_SERVICE_SID is not a setting.*did you mean "TWILIO_CHAT_SERVICE_SID"/,
    ],
    "with the key's SID as the account": [
      { ...TWILIO, TWILIO_ACCOUNT_SID: TWILIO.TWILIO_API_KEY },
      "config_invalid",
      /^TWILIO_ACCOUNT_SID must be an account SID: AC and 32 hex digits/,
    ],
    "with a secret that is too short": [
      { ...TWILIO, TWILIO_API_SECRET: "hunter2hunter2" },
      "config_invalid",
      /^TWILIO_API_SECRET must be/,
    ],
    "with a placeholder": [
      { ...TWILIO, TWILIO_ACCOUNT_SID: "your_account_sid" },
      "config_invalid",
      /^TWILIO_ACCOUNT_SID is still a placeholder/,
    ],
    "with a placeholder of x": [
      { ...TWILIO, TWILIO_API_KEY: `SK${"x".repeat(32)}` },
      "config_invalid",
      /^TWILIO_API_KEY is still a placeholder/,
    ],
    "with a placeholder of zeros": [
      { ...AGORA, AGORA_APP_CERTIFICATE: "0".repeat(32) },
      "config_invalid",
      /^AGORA_APP_CERTIFICATE is still a placeholder/,
    ],
    "with a placeholder in brackets": [
      { ...AGORA, AGORA_APP_ID: "<your app id>" },
      "config_invalid",
      /^AGORA_APP_ID/,
    ],
    "with a space after the secret": [
      { ...TWILIO, TWILIO_API_SECRET: `${TWILIO.TWILIO_API_SECRET} ` },
      "config_invalid",
      /^TWILIO_API_SECRET holds white space: remove it$/,
    ],
    "with a line break after the secret": [
      { ...TWILIO, TWILIO_API_SECRET: `${TWILIO.TWILIO_API_SECRET}\r\n` },
      "config_invalid",
      /^TWILIO_API_SECRET holds white space/,
    ],
    "with quotation marks": [
      { ...AGORA, AGORA_APP_ID: `"${HEX}"` },
      "config_invalid",
      /^AGORA_APP_ID holds its own quotation marks/,
    ],
    "with a mode that does not exist": [
      { HANDSTAMP_MODE: "develpoment" },
      "config_invalid",
      /^HANDSTAMP_MODE must be development or production/,
    ],
    "with a port in words": [{ PORT: "eighty" }, "config_invalid", /^PORT must be a port/],
    "with a port out of range": [{ PORT: "65536" }, "config_invalid", /^PORT must be a port/],
    "with a store that does not exist": [
      { HANDSTAMP_STORE: "mysql://u:p@db/x" },
      "config_invalid",
      /^HANDSTAMP_STORE must be sqlite:<path> or postgres/,
    ],
    "with an origin that has a path": [
      { CORS_ALLOW_ORIGIN: "https://app.example.com/" },
      "config_invalid",
      /^CORS_ALLOW_ORIGIN must list exact origins/,
    ],
    "with * beside an origin": [
      { CORS_ALLOW_ORIGIN: "*,https://app.example.com" },
      "config_invalid",
      /^CORS_ALLOW_ORIGIN holds \*/,
    ],
    "with a configuration file that is not there": [
      { HANDSTAMP_CONFIG: "/etc/missing.yaml" },
      "config_missing",
      /\/etc\/missing\.yaml/,
    ],
  };
  for (const [what, [env, code, message, yaml]] of Object.entries(cases))
    test(what, () => {
      const { code: found, message: said } = refusal(env, yaml);
      assert.equal(found, code, said);
      assert.match(said, message);
    });

  test("and names everything that is wrong at once", () => {
    const { message } = refusal({ PORT: "x", HANDSTAMP_MODE: "y", TWILIO_ACCOUNT_SID: " AC" });
    assert.deepEqual(
      message.split("\n").map((line) => line.split(" ")[0]),
      ["HANDSTAMP_MODE", "PORT", "TWILIO_ACCOUNT_SID", "TWILIO_API_KEY", "TWILIO_API_SECRET"],
    );
  });
});

describe("handstamp.yaml is refused with line and column:", () => {
  const secret = { S3CRET: "hunter2hunter2hunter2" };
  const cases: Record<string, [string, RegExp]> = {
    "a tab": ["providers:\n\ttwilio: {}\n", /line 2, column 1/],
    "an open quotation mark": ['providers:\n  twilio: "x\n', /at line \d+, column \d+/],
    "a key twice": ["callers: []\ncallers: []\n", /line 2, column 1/],
    "an unknown section": [
      "callers: []\npolicies: []\n",
      /line 2, column 1: \/policies is not known.*policy/,
    ],
    "a section of the wrong kind": [
      "callers:\n  api_token: {}\n",
      /line 1, column 1: \/callers must be a list/,
    ],
    "a variable that is not set": [
      'callers: []\nproviders:\n  twilio:\n    api_key: "${env:NOT_THERE}"\n',
      /line 4, column 5: .*NOT_THERE, which is not set/,
    ],
    "a list instead of settings": ["- a\n", /must be a mapping/],
  };
  for (const [what, [yaml, message]] of Object.entries(cases))
    test(what, () => {
      const { code, message: said } = refusal(secret, yaml);
      assert.equal(code, "config_invalid");
      assert.match(said, message);
      assert.match(said, /^\/app\/handstamp\.yaml/);
    });

  test("an unknown provider and an unknown setting, with what was meant", () => {
    const yaml = `${CALLERS}providers:\n  twillio: {}\n  agora:\n    app_idd: "x"\n`;
    const { message } = refusal({}, yaml);
    assert.match(message, /\/providers\/twillio is not known.*twilio/);
    assert.match(message, /\/providers\/agora\/app_idd is not known.*app_id/);
  });

  test("anchors that multiply", () => {
    const bomb = `a: &a [x,x,x,x,x,x,x,x]\n${Array.from("bcdefgh")
      .map((name, i) => `${name}: &${name} [${`*${"abcdefg"[i]},`.repeat(8)}]`)
      .join("\n")}\n`;
    assert.throws(() => load({}, bomb));
  });
});

describe("it starts", () => {
  test("with credentials, callers and defaults, whatever name each has", () => {
    const config = load(
      {
        TWILIO_ACCOUNT_SID: TWILIO.TWILIO_ACCOUNT_SID,
        TWILIO_SIGNING_KEY: TWILIO.TWILIO_API_KEY,
        TWILIO_SECRET: TWILIO.TWILIO_API_SECRET,
        TWIML_APP_SID: `AP${HEX}`,
        APP_ID: AGORA.AGORA_APP_ID,
        APP_CERTIFICATE: AGORA.AGORA_APP_CERTIFICATE,
        SERVER_PORT: "9090",
        DATABASE_URL: "mysql://other/app",
      },
      CALLERS,
    );
    const [project] = config.projects;
    assert.deepEqual(
      [config.mode, config.port, config.host, config.store.kind, project?.name],
      ["production", 9090, "127.0.0.1", "sqlite", "default"],
    );
    assert.equal(project?.providers.twilio?.key.id, TWILIO.TWILIO_API_KEY);
    assert.equal(project?.providers.twilio?.key.secret.reveal(), TWILIO.TWILIO_API_SECRET);
    assert.deepEqual(project?.providers.twilio?.settings, { twiml_app_sid: `AP${HEX}` });
    assert.equal(project?.providers.agora?.key.account, AGORA.AGORA_APP_ID);
    assert.ok(Object.isFrozen(config));
  });

  test("with one value under two names", () => {
    load({ ...TWILIO, TWILIO_SIGNING_KEY: TWILIO.TWILIO_API_KEY, HANDSTAMP_MODE: "development" });
  });

  test("and never prints a secret", () => {
    const config = load({ ...TWILIO, ...AGORA, HANDSTAMP_MODE: "development" });
    const printed = JSON.stringify(config);
    for (const secret of [TWILIO.TWILIO_API_SECRET, AGORA.AGORA_APP_CERTIFICATE])
      assert.ok(!printed.includes(secret));
  });

  test("in development with nothing at all: keys are made once, privately, and kept", () => {
    const world = machine({});
    const first = loadConfig(world, SERVER_PROVIDERS);
    assert.equal(first.mode, "development");
    assert.deepEqual([...world.files.keys()], ["/app/.handstamp/development.json"]);
    assert.match(first.notices.join(), /made up/);
    const second = loadConfig(world, SERVER_PROVIDERS);
    assert.deepEqual(
      second.projects[0]?.providers.twilio?.key.secret.reveal(),
      first.projects[0]?.providers.twilio?.key.secret.reveal(),
    );
  });

  test("in development not with keys that cannot be read", () => {
    const world = machine({});
    world.files.set("/app/.handstamp/development.json", "{");
    assert.throws(() => loadConfig(world, SERVER_PROVIDERS), {
      code: "config_invalid",
      message: /delete it/,
    });
  });
});
