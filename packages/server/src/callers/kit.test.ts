/** What the tests of callers share: requests, a clock to turn, servers on loopback. Holds no test. */
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { ApiTokenRow, ApiTokenStore } from "./api-token.ts";
import { createAuthenticator } from "./authenticator.ts";
import type { Presented } from "./caller.ts";
import type { CallerDeps, CallerEvent } from "./deps.ts";
import type { Resolver } from "./outgoing.ts";
import { type ParseOptions, parseCallers } from "./parse-callers.ts";

export const NOW = 1_800_000_000;
/** Random by look and long enough; of no use anywhere. */
export const SECRET = "q7Vn2xLr9TzKd4WmYc8PbHs5JgFa3EuR6iOk1vXwB0NtMeQyZlDpCjUh";

export function presented(extras: Partial<Presented> = {}): Presented {
  return {
    authorization: undefined,
    cookie: undefined,
    headers: { host: "tokens.example.com" },
    method: "POST",
    ip: "203.0.113.9",
    remoteAddress: "203.0.113.9",
    ...extras,
  };
}

export const bearer = (token: string) => presented({ authorization: `Bearer ${token}` });

/** A store in memory that counts what it is asked. */
export function memoryStore(rows: ApiTokenRow[] = []) {
  const touched: { id: string; at: number }[] = [];
  const asked: string[] = [];
  const store: ApiTokenStore = {
    findByDigest(digest) {
      asked.push(digest);
      return rows.find((row) => row.digest === digest);
    },
    touch(id, at) {
      touched.push({ id, at });
    },
  };
  return { rows, touched, asked, store };
}

export const loopbackResolver: Resolver = () =>
  Promise.resolve([{ address: "127.0.0.1", family: 4 }]);

/** Dependencies with clocks that stand still until a test turns them. */
export function world(extras: Partial<CallerDeps> = {}) {
  const clock = { now: NOW, elapsed: 1000 };
  const events: CallerEvent[] = [];
  const deps: CallerDeps = {
    now: () => clock.now,
    elapsed: () => clock.elapsed,
    resolve: loopbackResolver,
    apiTokens: memoryStore().store,
    log: (event) => events.push(event),
    allowedOrigins: [],
    ...extras,
  };
  return { clock, events, deps };
}

/** An authenticator out of a configuration section, as the service makes it. */
export function authenticatorOf(
  callers: unknown,
  extras: Partial<CallerDeps> = {},
  options: ParseOptions = {},
) {
  const made = world(extras);
  const projects = [{ project: "default", callers: parseCallers(callers, "/callers", options) }];
  return { ...made, authenticator: createAuthenticator({ projects, deps: made.deps }) };
}

export interface LocalServer extends AsyncDisposable {
  readonly url: string;
  readonly server: Server;
  /** How many requests have come. */
  hits(): number;
}

/** A real HTTP server on loopback. */
export async function serve(listener: RequestListener): Promise<LocalServer> {
  let hits = 0;
  const server = createServer((request, response) => {
    hits++;
    listener(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    server,
    hits: () => hits,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A listener that answers JSON. */
export function json(body: unknown, status = 200): RequestListener {
  return (_request, response) => {
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(body));
  };
}

/** Waits until something has happened, and fails when it has not after two seconds. */
export async function until(happened: () => boolean): Promise<void> {
  for (let i = 0; !happened(); i++) {
    if (i === 400) throw new Error("it did not happen within two seconds");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
