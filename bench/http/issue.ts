import { median } from "../measure.ts";
import type { Result } from "../result.ts";
import { type Server, serve } from "./process.ts";
import { type Measured, wrk } from "./wrk.ts";

const CONNECTIONS = 64;
const SECONDS = 3;
const ROUNDS = 5;
const BODY = { provider: "twilio", grants: { video: { room: "lesson-12" }, chat: {} } };

interface Contender {
  readonly name: string;
  readonly server: Server;
  readonly path: string;
  readonly body: unknown;
  readonly authorization: string;
}

/**
 * `POST /v1/tokens` with callers, policy, limits and the durable record, in turn with a bare node:http
 * JSON POST; then the same with 10,000 rules, and with 1,000,000 records in the store.
 */
export async function issueThroughput(): Promise<Result[]> {
  const bare = await serve("server-bare.ts");
  const plain = await serve("server-production.ts");
  const uncached = await serve("server-production.ts", { VERIFIED_JWTS: "0" });
  const rules = await serve("server-production.ts", { RULES: "10000" });
  const records = await serve("server-production.ts", { RECORDS: "1000000" });
  const servers = [bare, plain, uncached, rules, records];
  try {
    const contenders = [
      { name: "bare", server: bare, path: "/", body: BODY, authorization: "Bearer none" },
      byToken("token", plain),
      byJwt("jwt", plain),
      byJwt("jwt, uncached", uncached),
      byToken("10,000 rules", rules),
      byToken("1,000,000 records", records),
    ];
    for (const contender of contenders) run(contender, 1);
    return judge(rounds(contenders));
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
}

function byToken(name: string, server: Server): Contender {
  const body = { ...BODY, identity: "alice" };
  return {
    name,
    server,
    path: "/v1/tokens",
    body,
    authorization: `Bearer ${server.credentials["apiToken"]}`,
  };
}

function byJwt(name: string, server: Server): Contender {
  return {
    name,
    server,
    path: "/v1/tokens",
    body: BODY,
    authorization: `Bearer ${server.credentials["jwt"]}`,
  };
}

function run({ server, path, body, authorization }: Contender, seconds: number): Measured {
  return wrk(`${server.url}${path}`, {
    connections: CONNECTIONS,
    seconds,
    post: { body, authorization },
  });
}

function rounds(contenders: readonly Contender[]): (name: string) => Measured {
  const samples = new Map<string, Measured[]>(contenders.map(({ name }) => [name, []]));
  for (let round = 0; round < ROUNDS; round++)
    for (const contender of contenders) samples.get(contender.name)?.push(run(contender, SECONDS));
  return (name) => {
    const all = samples.get(name) ?? [];
    return {
      rate: median(all.map(({ rate }) => rate)),
      p99ms: median(all.map(({ p99ms }) => p99ms)),
    };
  };
}

function judge(of: (name: string) => Measured): Result[] {
  const bare = of("bare");
  const token = of("token");
  const rate = ({ rate: value }: Measured) => `${Math.round(value)}/s`;
  const against = (what: string, measured: Measured, least: number): Result => ({
    what,
    ours: rate(measured),
    against: `bare JSON POST ${rate(bare)}`,
    ratio: measured.rate / bare.rate,
    target: { is: "at least", value: least },
  });
  const slower = (what: string, measured: Measured): Result => ({
    what,
    ours: rate(measured),
    against: `without ${rate(token)}`,
    ratio: token.rate / measured.rate,
    target: { is: "at most", value: 1.1 },
  });
  return [
    against("POST /v1/tokens by an API token", token, 0.4),
    {
      what: "the same, 99th percentile",
      ours: `${token.p99ms.toFixed(1)} ms`,
      against: "15 ms",
      ratio: token.p99ms / 15,
      target: { is: "at most", value: 1 },
    },
    against("POST /v1/tokens by an RS256 JWT", of("jwt"), 0.25),
    against("the same, nothing remembered", of("jwt, uncached"), 0.25),
    slower("with 10,000 policy rules", of("10,000 rules")),
    slower("with 1,000,000 records", of("1,000,000 records")),
  ];
}
