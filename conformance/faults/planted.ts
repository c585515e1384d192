/** The secrets of the canary test: where they are planted, and what a client might send of them. */
import { randomBytes } from "node:crypto";
import { hashPasscode } from "../../packages/server/src/callers/index.ts";
import { Canaries } from "./canaries.ts";
import { API_SECRET, CERTIFICATE, JWT_SECRET, SETTINGS, signIn } from "./service.ts";

export const canaries = new Canaries();
export const secretLike = (length: number) =>
  randomBytes(length).toString("base64url").slice(0, length);
export const PASSCODE = canaries.plant("the passcode", `pass-${secretLike(24)}`);
export const COOKIE = canaries.plant("the session cookie", secretLike(40));
const AUTH_TOKEN = canaries.plant("Twilio's auth token", randomBytes(16).toString("hex"));
const MAIN_SECRET = canaries.plant("Twilio's main secret", secretLike(32).replaceAll(/[-_]/g, "x"));
const CUSTOMER_SECRET = canaries.plant("Agora's customer secret", randomBytes(16).toString("hex"));
canaries.plant("the API secret", API_SECRET);
canaries.plant("the certificate", CERTIFICATE);
canaries.plant("the JWT secret", JWT_SECRET);

/** Every kind of caller and every secret that a provider has; `session` is the app's own endpoint. */
export async function settingsWith(
  session: string,
): Promise<typeof SETTINGS & Record<string, unknown>> {
  const { twilio, agora } = SETTINGS.providers;
  const hash = await hashPasscode(PASSCODE, randomBytes(16));
  return {
    ...SETTINGS,
    providers: {
      twilio: {
        ...twilio,
        auth_token: AUTH_TOKEN,
        main_key: "SK99887766554433221100ffeeddccbbaa",
        main_secret: MAIN_SECRET,
      } as typeof twilio,
      agora: {
        ...agora,
        customer_id: randomBytes(16).toString("hex"),
        customer_secret: CUSTOMER_SECRET,
      } as typeof agora,
    },
    shared_identities: true,
    callers: [
      ...SETTINGS.callers,
      {
        session: {
          url: session,
          forward: ["cookie"],
          identity: "user.id",
        },
      },
      { api_token: {} },
      { passcode: { codes: [{ name: "fair", hash, expires: "2099-01-01T00:00:00Z" }] } },
    ] as never,
    policy: [
      { name: "everyone chats", allow: [{ product: "twilio.chat" }, { product: "agora.rtm" }] },
      { name: "and meets", allow: [{ product: "twilio.video", any_room: true }] } as never,
    ],
    log: { level: "trace" },
  };
}

/** A token by the part that no other has: a JWT's signature, the middle of Agora's packed bytes. */
const TOKENS =
  /eyJ[\w-]+\.[\w-]+\.([\w-]+)|00[67][A-Za-z0-9+/=]{12}([A-Za-z0-9+/=]{40})|(hs_[0-9A-Za-z]{50})/g;

/** The telling parts of all tokens in an answer. */
export function tokensIn(text: string): string[] {
  return [...text.matchAll(TOKENS)].flatMap(([, ...parts]) =>
    parts.filter((part) => part !== undefined),
  );
}

const planted = new Map<string, string>();

/** Plants a token that was issued. @returns its name, the same each time */
export function plantToken(token: string): string {
  const name = planted.get(token) ?? `issued token ${planted.size}`;
  if (!planted.has(token)) canaries.plant(name, token);
  planted.set(token, name);
  return name;
}

export const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** By its signature: its header is every JWT's. */
function plantJwt(name: string, jwt: string): string {
  canaries.plant(name, jwt.split(".")[2] ?? "");
  return jwt;
}

/** Credentials that are wrong in every way, each holding a part that is right. */
export function wrongCredentials(apiToken: string): Record<string, string>[] {
  const jwt = plantJwt("a JWT of the app", signIn("alice"));
  const [head, payload] = jwt.split(".");
  return [
    bearer(`${head}.${payload}.${"A".repeat(43)}`),
    bearer(plantJwt("an expired JWT", signIn("alice", { exp: 1 }))),
    bearer(plantJwt("a JWT of another issuer", signIn("alice", { iss: "https://x.example" }))),
    bearer(
      canaries.plant(
        "a well-formed API token of nobody",
        `${apiToken.slice(0, -20)}${secretLike(20).replaceAll(/[-_]/g, "0")}`,
      ),
    ),
    { authorization: `Basic ${Buffer.from(`AC:${apiToken}`).toString("base64")}` },
    { authorization: canaries.plant("a scheme of its own", `Custom ${secretLike(40)}`) },
    { cookie: `sid=${canaries.plant("a wrong cookie", secretLike(40))}` },
    {
      authorization: `Bearer ${"x".repeat(9000)}${canaries.plant("a huge credential", secretLike(40))}`,
    },
  ];
}

/** A body that holds them under the names where a client might misplace them. */
export function secretsAsFields(): string {
  const all = {
    api_secret: API_SECRET,
    token: CERTIFICATE,
    secret: JWT_SECRET,
    passcode: PASSCODE,
  };
  return JSON.stringify({
    ...all,
    provider: MAIN_SECRET,
    auth: AUTH_TOKEN,
    customer: CUSTOMER_SECRET,
  });
}
