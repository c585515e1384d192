import { median } from "../measure.ts";
import type { Result } from "../result.ts";
import { serve } from "./process.ts";
import { wrk } from "./wrk.ts";

const CONNECTIONS = 32;
const SECONDS = 3;
const ROUNDS = 5;

/** The drop-in routes under wrk, in turn with a bare node:http answer and the starter's own code. */
export async function dropInThroughput(): Promise<Result[]> {
  const servers = {
    bare: await serve("server-bare.ts"),
    express: await serve("server-express.ts"),
    handstamp: await serve("server-handstamp.ts", { RECORD: "no" }),
    recording: await serve("server-handstamp.ts"),
  };
  const targets = {
    bare: `${servers.bare.url}/`,
    express: `${servers.express.url}/token?identity=alice`,
    token: `${servers.handstamp.url}/token?identity=alice`,
    rtc: `${servers.handstamp.url}/rtc/lesson-12/publisher/uid/7/`,
    recorded: `${servers.recording.url}/token?identity=alice`,
  };
  try {
    for (const url of Object.values(targets)) wrk(url, { connections: CONNECTIONS, seconds: 1 });
    return judge(rounds(targets));
  } finally {
    await Promise.all(Object.values(servers).map((server) => server.stop()));
  }
}

type Rates = { bare: number; express: number; token: number; rtc: number; recorded: number };

function rounds(targets: Record<keyof Rates, string>): Rates {
  const rates: Record<string, number[]> = {
    bare: [],
    express: [],
    token: [],
    rtc: [],
    recorded: [],
  };
  for (let round = 0; round < ROUNDS; round++)
    for (const [name, url] of Object.entries(targets))
      rates[name]?.push(wrk(url, { connections: CONNECTIONS, seconds: SECONDS }).rate);
  return Object.fromEntries(
    Object.entries(rates).map(([name, all]) => [name, median(all)]),
  ) as Rates;
}

function judge({ bare, express, token, rtc, recorded }: Rates): Result[] {
  const rate = (value: number) => `${Math.round(value)}/s`;
  return [
    {
      what: "GET /token, before the record",
      ours: rate(token),
      against: `bare node:http ${rate(bare)}`,
      ratio: token / bare,
      target: { is: "at least", value: 0.65 },
    },
    {
      what: "GET /token, before the record",
      ours: rate(token),
      against: `Express and twilio-node ${rate(express)}`,
      ratio: token / express,
      target: { is: "at least", value: 4 },
    },
    {
      what: "GET /rtc/..., before the record",
      ours: rate(rtc),
      against: `bare node:http ${rate(bare)}`,
      ratio: rtc / bare,
      target: { is: "at least", value: 0.35 },
    },
    {
      what: "GET /token, recorded durably",
      ours: rate(recorded),
      against: `Express and twilio-node ${rate(express)}`,
      ratio: recorded / express,
      target: { is: "at least", value: 1 },
    },
  ];
}
