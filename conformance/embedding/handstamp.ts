/** A pipeline without a listener, in a folder of its own, as a server that embeds it would make it. */
import { createHmac } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createHandstamp,
  type Handstamp,
  type HandstampOptions,
  loadConfig,
  nodeWorld,
} from "../../packages/server/src/index.ts";

export const JWT_SECRET = "embedded-jwt-secret-0123456789-abcdefgh";
export const API_SECRET = "Zx3Vn8Qp2Lk7Jh5Gf4Ds1Aq9Wm6Eb0Tc";

export const SETTINGS = {
  providers: {
    twilio: {
      account_sid: "AC0a1b2c3d4e5f60718293a4b5c6d7e8f9",
      api_key: "SK0a1b2c3d4e5f60718293a4b5c6d7e8f9",
      api_secret: API_SECRET,
      chat_service_sid: "IS0a1b2c3d4e5f60718293a4b5c6d7e8f9",
    },
  },
  callers: [
    {
      jwt: {
        issuer: "https://app.example.com",
        audience: "calls",
        secret: JWT_SECRET,
        identity: "sub",
      },
    },
  ],
  policy: [
    {
      name: "tutors",
      when: 'caller.claims.role == "tutor"',
      allow: [{ product: "twilio.video", room: "lesson-*" }],
    },
    { name: "everyone chats", allow: [{ product: "twilio.chat" }] },
  ],
};

/** Makes one with these settings; `close` removes its folder too. */
export async function embed(
  options: HandstampOptions = { settings: SETTINGS },
): Promise<Handstamp> {
  const folder = mkdtempSync(join(tmpdir(), "handstamp-embed-"));
  const settings = options.settings;
  const world = { ...nodeWorld(), cwd: folder, env: { HANDSTAMP_DATA: folder } };
  const readFile = () => (settings ? JSON.stringify(settings) : null);
  const config = loadConfig({ ...world, readFile: settings ? readFile : world.readFile });
  const handstamp = await createHandstamp({ ...options, config });
  return {
    ...handstamp,
    async close() {
      await handstamp.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A JWT of the app's own login. */
export function signIn(claims: Readonly<Record<string, unknown>>): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const now = Math.floor(Date.now() / 1000);
  const standard = { iss: "https://app.example.com", aud: "calls", iat: now, exp: now + 600 };
  const text = `${part({ alg: "HS256", typ: "JWT" })}.${part({ ...standard, ...claims })}`;
  return `${text}.${createHmac("sha256", JWT_SECRET).update(text).digest("base64url")}`;
}

export const CHAT = JSON.stringify({ provider: "twilio", grants: { chat: {} } });

/** What a page of the app would send. */
export function ask(url: string, init: RequestInit = {}): Request {
  return new Request(url, {
    method: "POST",
    body: CHAT,
    ...init,
    headers: {
      "content-type": "application/json",
      authorization: `Bearer ${signIn({ sub: "alice" })}`,
      ...(init.headers as Record<string, string>),
    },
  });
}
