/** The service in production: callers, policy, limits and the durable record, as an app would run it. */
import { generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadConfig, nodeWorld, startService } from "handstamp";
import { createApiToken } from "../../packages/server/dist/callers/index.js";
import { AGORA, TWILIO } from "../core/keys.ts";

const ISSUER = "https://login.example.com";
const data = mkdtempSync(join(tmpdir(), "handstamp-bench-"));
const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });

writeFileSync(
  join(data, "handstamp.yaml"),
  JSON.stringify({
    providers: {
      twilio: {
        account_sid: TWILIO.accountSid,
        api_key: TWILIO.keySid,
        api_secret: TWILIO.keySecret,
        chat_service_sid: TWILIO.chatServiceSid,
      },
      agora: { app_id: AGORA.appId, app_certificate: AGORA.appCertificate },
    },
    callers: [
      {
        jwt: {
          issuer: ISSUER,
          audience: "calls",
          public_key: publicKey.export({ type: "spki", format: "pem" }),
          identity: "${sub}",
        },
      },
      { api_token: {} },
    ],
    shared_identities: true,
    policy: [
      ...Array.from({ length: Number(process.env["RULES"] ?? 0) }, (_, i) => ({
        name: `filler ${i}`,
        when: `caller.claims.team == "team-${i}"`,
        allow: [{ product: "twilio.video", room: `room-${i}-*` }],
      })),
      {
        name: "lessons",
        allow: [{ product: "twilio.video", room: "lesson-*" }, { product: "twilio.chat" }],
        max_ttl: "4h",
      },
    ],
    limits: { address: 100_000_000, identity: 100_000_000 },
    log: { level: "warn" },
  }),
);

const env = {
  ...process.env,
  HANDSTAMP_DATA: data,
  HANDSTAMP_CONFIG: join(data, "handstamp.yaml"),
  PORT: "0",
};
const remembered = process.env["VERIFIED_JWTS"];
const service = await startService(
  loadConfig({ ...nodeWorld(), env }),
  remembered === undefined ? {} : { verifiedJwts: Number(remembered) },
);
const { token, row } = createApiToken(
  { project: "default", name: "bench", scopes: ["mint", "mint:others", "read"] },
  randomBytes,
  Math.floor(Date.now() / 1000),
);
await service.store.commit([
  {
    event: {
      type: "callers.created",
      at: Date.now(),
      project: "default",
      actor: { kind: "cli", id: "bench" },
      request: null,
      identity: null,
      products: [],
      data: { id: row.id },
    },
    effects: [
      {
        kind: "api_token_created",
        row: {
          ...row,
          products: null,
          onBehalf: null,
          expiresAt: null,
          lastUsedAt: null,
          revokedAt: null,
          createdBy: "bench",
        },
      },
    ],
  },
]);

const now = Math.floor(Date.now() / 1000);
const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
const signed = `${part({ alg: "RS256", typ: "JWT" })}.${part({ iss: ISSUER, aud: "calls", sub: "alice", iat: now, exp: now + 3600 })}`;
const jwt = `${signed}.${sign("sha256", Buffer.from(signed), privateKey).toString("base64url")}`;

await seed(service.store, Number(process.env["RECORDS"] ?? 0));

console.log(`credentials ${JSON.stringify({ apiToken: token.reveal(), jwt })}`);
console.log(`listening ${service.url}`);
/** Fills the record, so that a request meets a store that has been in use. */
async function seed(store: typeof service.store, records: number): Promise<void> {
  const BATCH = 2000;
  const at = Date.now();
  for (let done = 0; done < records; done += BATCH)
    await store.commit(
      Array.from({ length: Math.min(BATCH, records - done) }, (_, i) => ({
        event: {
          type: "token.issued" as const,
          at,
          project: "default",
          actor: { kind: "jwt", id: `jwt:${ISSUER}|user-${(done + i) % 50_000}` },
          request: `request-${done + i}`,
          identity: `user-${(done + i) % 50_000}`,
          products: ["twilio.video"],
          data: {
            digest: "d".repeat(43),
            expires_at: now + 3600,
            grants: { video: { room: `lesson-${i}` } },
            issued_at: now,
            key: TWILIO.keySid,
            provider: "twilio",
            rule: "lessons",
            token: `${TWILIO.keySid}-${(done + i).toString(16).padStart(32, "0")}`,
            uid: null,
          },
        },
      })),
    );
}

process.once("SIGTERM", () => {
  void service.close().then(() => {
    rmSync(data, { recursive: true });
    process.exit(0);
  });
});
