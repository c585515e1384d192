/**
 * The one way out: key sets, discovery documents and session look-ups. Only configured URLs, https
 * (http on loopback alone), no redirects, addresses checked when the connection is made, so that a
 * name cannot point elsewhere between the check and the use (DNS rebinding), and caps on time and size.
 */
import { lookup } from "node:dns/promises";
import type { LookupFunction } from "node:net";
import type { Agent } from "undici";
import { isLiteralAddress, isLoopbackAddress, isLoopbackHost, isPublicAddress } from "./address.ts";

export interface ResolvedAddress {
  readonly address: string;
  readonly family: number;
}
/** All addresses of a name. */
export type Resolver = (hostname: string) => Promise<readonly ResolvedAddress[]>;

/** The system's resolver. */
export const systemResolver: Resolver = (hostname) => lookup(hostname, { all: true });

export interface OutgoingRequest {
  readonly url: URL;
  /** Connect to private addresses too: the operator has said so for this URL. */
  readonly allowPrivate: boolean;
  readonly headers?: Readonly<Record<string, string>>;
  /** Seconds for the whole exchange. */
  readonly timeout: number;
  readonly maxBytes: number;
}

export interface OutgoingAnswer {
  readonly status: number;
  /** Parsed JSON of a 2xx answer, undefined for any other. */
  readonly body: unknown;
}

export interface Outgoing {
  /** @throws Error that says what went wrong without a credential in it */
  getJson(wanted: OutgoingRequest): Promise<OutgoingAnswer>;
  close(): Promise<void>;
}

/** Which addresses a connection may go to. */
const REACHES = {
  loopback: isLoopbackAddress,
  public: isPublicAddress,
  // Whatever the operator's own resolver says, but a name that stands for no machine.
  anywhere: (address: string) => !/^(?:0\.|::$|255\.255\.255\.255$)/.test(address),
} as const satisfies Record<string, (address: string) => boolean>;
type Reach = keyof typeof REACHES;

/** What is wrong with a URL in the configuration, or undefined. */
export function urlProblem(text: string, allowPrivate: boolean): string | undefined {
  if (!URL.canParse(text)) return "must be a URL, such as https://login.example.com/jwks.json";
  const url = new URL(text);
  if (url.username !== "" || url.password !== "") return "must not hold a user name or password";
  if (url.hash !== "") return "must not have a fragment";
  if (url.protocol === "http:" && !isLoopbackHost(url.hostname))
    return "must begin with https:// (http:// only for this machine: localhost, 127.0.0.1, [::1])";
  if (!/^https?:$/.test(url.protocol)) return "must begin with https://";
  if (!isLiteralAddress(url.hostname) || REACHES[reachOf(url, allowPrivate)](bare(url.hostname)))
    return undefined;
  return "is a private address: set allow_private: true where that is meant";
}

function reachOf(url: URL, allowPrivate: boolean): Reach {
  if (isLoopbackHost(url.hostname)) return "loopback";
  return allowPrivate ? "anywhere" : "public";
}

function bare(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, "$1");
}

/** Makes the connections' pools, one for each reach, so that a pooled one never serves a wider URL. */
export function createOutgoing(resolve: Resolver): Outgoing {
  const agents = new Map<Reach, Promise<Agent>>();
  const agentFor = (reach: Reach): Promise<Agent> => {
    const agent = agents.get(reach) ?? newAgent(resolve, reach);
    agents.set(reach, agent);
    return agent;
  };
  return {
    async getJson(wanted) {
      const problem = urlProblem(wanted.url.href, wanted.allowPrivate);
      if (problem) throw new Error(`the URL ${problem}`);
      return exchange(wanted, await agentFor(reachOf(wanted.url, wanted.allowPrivate)));
    },
    async close() {
      await Promise.all([...agents.values()].map(async (agent) => (await agent).destroy()));
    },
  };
}

// undici is an eighth of the service's start, and a service without remote callers never needs it.
async function newAgent(resolve: Resolver, reach: Reach): Promise<Agent> {
  const { Agent: NewAgent } = await import("undici");
  return new NewAgent({
    connections: 16,
    pipelining: 1,
    maxHeaderSize: 16_384,
    connect: { lookup: checkedLookup(resolve, REACHES[reach]), timeout: 5000 },
  });
}

/** A look-up for `net.connect` that answers only if every address of the name may be connected to. */
export function checkedLookup(
  resolve: Resolver,
  allowed: (address: string) => boolean,
): LookupFunction {
  return (hostname, options, callback) => {
    const fail = (message: string) => callback(new Error(message), "", 0);
    const answer = (found: readonly ResolvedAddress[]) => {
      const first = found[0];
      if (!first) return fail("the name has no address");
      if (!found.every(({ address }) => allowed(address)))
        return fail("the name leads to an address that is not allowed");
      return options.all ? callback(null, [...found]) : callback(null, first.address, first.family);
    };
    resolve(hostname).then(answer, () => fail("the name cannot be resolved"));
  };
}

async function exchange(wanted: OutgoingRequest, dispatcher: Agent): Promise<OutgoingAnswer> {
  const { request } = await import("undici");
  const signal = AbortSignal.timeout(wanted.timeout * 1000);
  try {
    const { statusCode, headers, body } = await request(wanted.url, {
      dispatcher,
      signal,
      headers: { accept: "application/json", "accept-encoding": "identity", ...wanted.headers },
    });
    if (statusCode < 200 || statusCode > 299) {
      await body.dump({ limit: wanted.maxBytes, signal }).catch(() => undefined);
      return { status: statusCode, body: undefined };
    }
    if (headers["content-encoding"] !== undefined && headers["content-encoding"] !== "identity") {
      await body.dump({ limit: wanted.maxBytes, signal }).catch(() => undefined);
      throw new Error("the answer is compressed, which was not asked for");
    }
    return { status: statusCode, body: parseJson(await readCapped(body, wanted.maxBytes)) };
  } catch (error) {
    throw new Error(signal.aborted ? `no answer within ${wanted.timeout} s` : reasonOf(error), {
      cause: error,
    });
  }
}

async function readCapped(body: AsyncIterable<Buffer>, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    // Leaving the loop destroys the stream, and with it the connection.
    if (size > maxBytes) throw new Error(`the answer is longer than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw new Error("the answer is not JSON");
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : "the request failed";
}
