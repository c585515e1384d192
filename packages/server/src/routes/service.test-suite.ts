/** The service in production with two projects, and everybody who could ask it something. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Scope } from "@handstamp/protocol";
import { SignJWT } from "jose";
import { createApiToken } from "../callers/index.ts";
import { createService, loadConfig, nodeWorld, type Service } from "../index.ts";

/** What a project's login signs its users' JWTs with. */
const LOGIN = "0123456789abcdef0123456789abcdef";
const ISSUER = "https://login.example.com";

export const PROJECTS = {
  north: {
    account: "AC0123456789abcdef0123456789abcdef",
    key: "SK0123456789abcdef0123456789abcdef",
    secret: "Northcdefghijklmnopqrstuvwxyz012",
    app: "970ca35de60c44645bbae8a215061b33",
    certificate: "5cfd2fd1755d40ecb72977518be15d3b",
  },
  south: {
    account: "ACfedcba9876543210fedcba9876543210",
    key: "SKfedcba9876543210fedcba9876543210",
    secret: "Southcdefghijklmnopqrstuvwxyz012",
    app: "970ca35de60c44645bbae8a215061b44",
    certificate: "6cfd2fd1755d40ecb72977518be15d3c",
  },
} as const;
export type ProjectName = keyof typeof PROJECTS;

const project = (name: ProjectName) => {
  const { account, key, secret, app, certificate } = PROJECTS[name];
  return {
    providers: {
      twilio: {
        account_sid: account,
        api_key: key,
        api_secret: secret,
        chat_service_sid: "IS0123456789abcdef0123456789abcdef",
      },
      agora: { app_id: app, app_certificate: certificate },
    },
    callers: [
      {
        jwt: { issuer: ISSUER, audience: name, secret: LOGIN, identity: "user-${sub}" },
      },
      { api_token: {} },
    ],
    shared_identities: true,
    policy: [
      {
        name: "tutors run their lessons",
        when: 'caller.claims.role == "tutor"',
        allow: [{ product: "twilio.video", room: "lesson-*" }],
        ttl: "1h",
        max_ttl: "4h",
      },
      { name: "everyone chats", allow: [{ product: "twilio.chat" }] },
      {
        name: "everyone calls",
        allow: [{ product: "agora.rtc", channel: "lesson-*", role: ["publisher", "subscriber"] }],
      },
    ],
  };
};

const CONFIG = {
  projects: { north: project("north"), south: project("south") },
  // The walks send more in a minute than people do.
  limits: { address: 100_000_000, refused: 100_000_000, identity: 100_000_000 },
};

export interface Got {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // What is in an answer is what the tests are about.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly json: any;
}

export interface Ask {
  readonly method?: string;
  readonly path: string;
  readonly bearer?: string | undefined;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Api {
  readonly service: Service;
  /** Asks without a socket, and holds every answer against what always holds. */
  ask(ask: Ask): Promise<Got>;
  /** An API token of a project, in the store as the command line would put it there. */
  apiToken(project: ProjectName, scopes: readonly Scope[], more?: TokenLimits): Promise<string>;
  /** The JWT of a user of a project's app, whose identity is `user-<sub>`. */
  jwt(
    project: ProjectName,
    sub: string,
    claims?: Readonly<Record<string, unknown>>,
  ): Promise<string>;
  close(): Promise<void>;
}

export interface TokenLimits {
  readonly products?: readonly string[];
  readonly onBehalf?: readonly string[];
  readonly expiresAt?: number;
}

export interface ApiOptions {
  /** Unix milliseconds; the machine's clock when it is left out. */
  readonly now?: () => number;
  /** Also judges every answer. */
  readonly judge?: (method: string, path: string, got: Got) => void;
}

/** Starts it in a folder of its own. */
export async function startApi({ now, judge }: ApiOptions = {}): Promise<Api> {
  const folder = mkdtempSync(join(tmpdir(), "handstamp-api-"));
  writeFileSync(join(folder, "handstamp.yaml"), JSON.stringify(CONFIG));
  const env = { HANDSTAMP_DATA: folder, PORT: "0" };
  const config = loadConfig({ ...nodeWorld(), cwd: folder, env });
  const service = await createService(config, now ? { now } : {});
  return {
    service,
    async ask(asked) {
      const got = await send(service, asked);
      judge?.(asked.method ?? "GET", asked.path, got);
      return got;
    },
    apiToken: (...wanted) => apiToken(service, ...wanted),
    jwt: (audience, sub, claims = {}) =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: "HS256", typ: "JWT" })
        .setSubject(sub)
        .setIssuer(ISSUER)
        .setAudience(audience)
        .setIssuedAt()
        .setExpirationTime("1h")
        .sign(Buffer.from(LOGIN)),
    async close() {
      await service.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function send(
  { app }: Service,
  { method = "GET", path, bearer, body, headers = {} }: Ask,
): Promise<Got> {
  const answer = await app.inject({
    method: method as "GET",
    url: path,
    headers: {
      host: "localhost",
      ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    ...(body === undefined
      ? {}
      : { payload: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = answer.body;
  const type = answer.headers["content-type"] ?? "";
  const got: Got = {
    status: answer.statusCode,
    headers: new Headers(answer.headers as Record<string, string>),
    text,
    json: text !== "" && /^application\/(problem\+)?json/.test(type) ? JSON.parse(text) : {},
  };
  checkAlways(got, `${method} ${path}`);
  return got;
}

/** What holds of every answer of the service, whatever was asked. */
function checkAlways({ status, headers, text }: Got, what: string): void {
  assert.ok(status < 500, `${what} is ${status}: ${text}`);
  assert.match(headers.get("cache-control") ?? "", /no-store/, `${what} may be kept`);
  assert.equal(headers.get("x-content-type-options"), "nosniff", what);
  assert.ok(headers.get("x-request-id"), `${what} has no request id`);
  assert.doesNotMatch(
    text,
    /\bat .*\.[jt]s:\d|node_modules|FST_ERR|SQLITE/,
    `${what} shows the inside`,
  );
  for (const { secret, certificate } of Object.values(PROJECTS))
    assert.ok(!text.includes(secret) && !text.includes(certificate), `${what} shows a secret`);
}

async function apiToken(
  { store }: Service,
  name: ProjectName,
  scopes: readonly Scope[],
  limits: TokenLimits = {},
): Promise<string> {
  const at = Math.floor(Date.now() / 1000);
  const wanted = { project: name, name: `for ${scopes.join(" ")}`, scopes, ...limits };
  const { token, row } = createApiToken(wanted, randomBytes, at);
  const none = { products: null, onBehalf: null, expiresAt: null };
  const [outcome] = await store.commit([
    {
      event: {
        type: "callers.created",
        at: at * 1000,
        project: name,
        actor: { kind: "cli", id: "test" },
        request: null,
        identity: null,
        products: [],
        data: { caller: row.id },
      },
      effects: [
        {
          kind: "api_token_created",
          row: { ...none, ...row, lastUsedAt: null, revokedAt: null, createdBy: "test" },
        },
      ],
    },
  ]);
  assert.ok(outcome?.committed);
  return token.reveal();
}
