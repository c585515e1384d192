/**
 * What the Swift tests talk to: real services over real HTTP, one for each configuration that they
 * need, and a server that fails in the ways that no real one should. Started in the runner's process.
 */
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { KeyMaterial } from "@handstamp/core";
import type { ProviderId } from "@handstamp/protocol";
import { SignJWT } from "jose";
import { createApiToken } from "../../packages/server/src/callers/index.ts";
import {
  loadConfig,
  nodeWorld,
  type Running,
  startService,
} from "../../packages/server/src/index.ts";
import { CONFIGURATION, ISSUER, JWT_SECRET, KEYS } from "./configuration.ts";
import { startFaulty } from "./faulty.ts";

export interface World {
  /** What the tests are told: addresses and credentials, as JSON. */
  readonly told: Readonly<Record<string, string>>;
  readonly keys: Keys;
  close(): Promise<void>;
}

/** The keys of each provider's tokens, whichever service signed them. */
export type Keys = Readonly<Record<ProviderId, readonly KeyMaterial[]>>;

/** Starts everything; what was started is ended by `close`. */
export async function startWorld(): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), "handstamp-swift-"));
  const started: { close(): Promise<unknown> }[] = [];
  const close = async () => {
    await Promise.all(started.map((each) => each.close()));
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const production = await start(join(folder, "production"), CONFIGURATION);
    started.push(production);
    const limited = await start(
      join(folder, "limited"),
      `${CONFIGURATION}limits: { identity: 2 }\n`,
    );
    started.push(limited);
    const development = await start(join(folder, "development"));
    started.push(development);
    const faulty = await startFaulty();
    started.push(faulty);
    const told = {
      production: production.url,
      limited: limited.url,
      development: development.url,
      faulty: faulty.url,
      operator: await operatorToken(production),
      ...(await people()),
    };
    const own = developmentKeys(join(folder, "development"));
    const keys = {
      twilio: [...KEYS.twilio, ...own.twilio],
      agora: [...KEYS.agora, ...own.agora],
    };
    return { told, keys, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Production where there is a configuration, development where there is none. */
function start(folder: string, configuration?: string): Promise<Running> {
  const base = { ...nodeWorld(), cwd: folder, env: { PORT: "0", HANDSTAMP_DATA: folder } };
  if (configuration === undefined) return startService(loadConfig(base));
  base.writePrivateFile(join(folder, "handstamp.yaml"), configuration);
  return startService(loadConfig(base));
}

/** Signed in: a tutor, a pupil, and somebody whose tokens are kept very short. */
async function people(): Promise<Record<string, string>> {
  return {
    tutor: await signedIn({ sub: "tutor", role: "tutor", course: "12", agora_uid: 7 }),
    pupil: await signedIn({ sub: "pupil", agora_uid: 8 }),
    brief: await signedIn({ sub: "brief", role: "brief", agora_uid: 9 }),
    crowd: await signedIn({ sub: "crowd", role: "tutor", course: "12", agora_uid: 10 }),
    expired: await signedIn({ sub: "tutor", role: "tutor", agora_uid: 7 }, "1 hour ago"),
  };
}

function signedIn(claims: Record<string, unknown>, end = "1h"): Promise<string> {
  return new SignJWT(claims)
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .setIssuer(ISSUER)
    .setAudience("calls")
    .setIssuedAt(Math.floor(Date.now() / 1000) - 7200)
    .setExpirationTime(end)
    .sign(Buffer.from(JWT_SECRET));
}

/** An API token that reads the metrics. */
async function operatorToken({ store }: Running): Promise<string> {
  const seconds = Math.floor(Date.now() / 1000);
  const wanted = { project: "default", name: "swift tests", scopes: ["mint", "read"] } as const;
  const { token, row } = createApiToken(wanted, randomBytes, seconds);
  await store.commit([
    {
      event: {
        type: "callers.created",
        at: Date.now(),
        project: "default",
        actor: { kind: "cli", id: "conformance" },
        request: null,
        identity: null,
        products: [],
        data: {},
      },
      effects: [
        {
          kind: "api_token_created",
          row: {
            products: null,
            onBehalf: null,
            expiresAt: null,
            lastUsedAt: null,
            revokedAt: null,
            createdBy: "conformance",
            ...row,
          },
        },
      ],
    },
  ]);
  return token.reveal();
}

interface DevelopmentKeys {
  readonly twilio: Readonly<Record<"account_sid" | "api_key" | "api_secret", string>>;
  readonly agora: Readonly<Record<"app_id" | "app_certificate", string>>;
}

/** The keys that a service in development mode has made for itself. */
function developmentKeys(folder: string): Keys {
  const text = readFileSync(join(folder, "development.json"), "utf8");
  const { twilio, agora } = JSON.parse(text) as DevelopmentKeys;
  return {
    twilio: [{ account: twilio.account_sid, id: twilio.api_key, secret: twilio.api_secret }],
    agora: [{ account: agora.app_id, id: agora.app_id, secret: agora.app_certificate }],
  };
}

/** Writes what the tests are told where they look for it. */
export function tell(world: World, path: string): void {
  writeFileSync(path, JSON.stringify(world.told), { mode: 0o600 });
}
