/** The README's production example: its file, with real-looking keys and a sign-in, and its commands. */
import assert from "node:assert/strict";
import { generateKeyPairSync, type KeyObject, randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { after, before, test } from "node:test";
import {
  createHandstamp,
  loadConfig,
  nodeWorld,
  type Running,
  startService,
  trustedCaller,
} from "handstamp";
import { SignJWT } from "jose";
import { ROOT } from "../root.ts";
import { isAsShown, outputOf, shownIn } from "./check-guides.ts";
import { fencesOf } from "./markdown.ts";

const README = readFileSync(join(ROOT, "README.md"), "utf8");
const shown = shownIn(README, "console production");
const file = fencesOf(README).find(({ language }) => language === "yaml")?.code ?? "";
const folder = mkdtempSync(join(tmpdir(), "handstamp-readme-"));
const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const hex = () => randomBytes(16).toString("hex");
const env = {
  PORT: "0",
  HANDSTAMP_DATA: folder,
  TWILIO_ACCOUNT_SID: `AC${hex()}`,
  TWILIO_API_KEY: `SK${hex()}`,
  TWILIO_API_SECRET: randomBytes(24).toString("base64url"),
  TWILIO_CHAT_SERVICE_SID: `IS${hex()}`,
  AGORA_APP_ID: hex(),
  AGORA_APP_CERTIFICATE: hex(),
};
let signIn: Server;
let service: Running;

before(async () => {
  const jwk = publicKey.export({ format: "jwk" });
  signIn = createServer((_request, response) => {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ keys: [{ ...jwk, alg: "RS256", use: "sig" }] }));
  }).listen(0, "127.0.0.1");
  await once(signIn, "listening");
  const { port } = signIn.address() as AddressInfo;
  const jwks = `http://127.0.0.1:${port}/jwks.json`;
  writeFileSync(
    join(folder, "handstamp.yaml"),
    file.replace("https://login.example.com/jwks.json", jwks),
  );
  service = await startService(loadConfig({ ...nodeWorld(), cwd: folder, env }));
  process.env["JWT"] = await tutor(privateKey);
});

after(async () => {
  delete process.env["JWT"];
  await service.close();
  signIn.close();
  rmSync(folder, { recursive: true, force: true });
});

function tutor(key: KeyObject): Promise<string> {
  return new SignJWT({ role: "tutor", course: "maths" })
    .setProtectedHeader({ alg: "RS256" })
    .setIssuer("https://login.example.com")
    .setAudience("calls")
    .setSubject("ada")
    .setIssuedAt()
    .setExpirationTime("10m")
    .sign(key);
}

test("the README shows requests to a real app's service", () => assert.ok(shown.length >= 3));

for (const { command, output, line } of shown)
  test(`README.md, line ${line}: ${command.slice(-70)}`, async () => {
    const printed = await outputOf(command, service.url);
    assert.ok(isAsShown(output, printed), `the page shows\n${output}\nand it prints\n${printed}`);
  });

test("a tutor who asks for a day gets four hours", async () => {
  const [first] = shown;
  const answer = JSON.parse(await outputOf(first?.command ?? "", service.url)) as Record<
    string,
    string
  >;
  const lives = Date.parse(answer["expires_at"] ?? "") - Date.parse(answer["issued_at"] ?? "");
  assert.equal(lives, 4 * 60 * 60 * 1000);
});

test("without callers the service does not start with real keys", () => {
  const cwd = mkdtempSync(join(folder, "empty-"));
  assert.throws(() => loadConfig({ ...nodeWorld(), cwd, env }), { code: "config_missing" });
});

test("the pipeline runs inside another server as the README has it", async () => {
  const world = {
    ...nodeWorld(),
    cwd: folder,
    env: { ...env, HANDSTAMP_DATA: join(folder, "own") },
  };
  const handstamp = await createHandstamp({ config: loadConfig(world) });
  const caller = trustedCaller({ identity: "ada", claims: { role: "tutor" } });
  const grants = { video: { room: "lesson-12" } };
  const { token, refreshAt, issuedAt } = await handstamp.issue(caller, {
    provider: "twilio",
    grants,
  });
  await handstamp.close();
  assert.match(token, /^eyJ/);
  assert.ok(refreshAt > issuedAt);
});
