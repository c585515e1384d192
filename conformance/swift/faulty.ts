/** A token server with every fault that a network has. The path names the fault. */
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";

type Fault = (response: ServerResponse, count: number) => void;

/** A JWT's form, with times that say one hour; nobody signed it. */
const UNSIGNED = [{ alg: "none" }, { iat: 1_800_000_000, exp: 1_800_003_600 }, "none"]
  .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
  .join(".");
const PAGE = "<!doctype html><title>Sign in to the Wi-Fi</title>";

const FAULTS: Readonly<Record<string, Fault>> = {
  hang: () => undefined,
  // Some bytes every now and then keep an idle timer from firing.
  drip: (response) => {
    response.writeHead(200, { "content-type": "application/json" });
    const timer = setInterval(() => response.write(" "), 100);
    response.on("close", () => clearInterval(timer));
  },
  html: (response) => response.writeHead(200, { "content-type": "text/html" }).end(PAGE),
  empty: (response) => response.writeHead(200).end(),
  cut: (response) => {
    response.writeHead(200, { "content-type": "application/json", "content-length": "4000" });
    response.write('{"identity": "alice", "token": "ey', () => response.socket?.destroy());
  },
  drop: (response) => response.socket?.destroy(),
  unavailable: (response) =>
    response
      .writeHead(503, { "content-type": "application/problem+json", "retry-after": "7" })
      .end('{"code": "store_unavailable", "detail": "The record cannot be written now."}'),
  broken: (response) => response.writeHead(500, { "content-type": "text/html" }).end(PAGE),
  // Down twice, then well again.
  recovers: (response, count) => {
    if (count <= 2) response.writeHead(503).end();
    else token(response, { identity: "alice" });
  },
  // A new name at every request, as a starter gives to strangers.
  renames: (response, count) => token(response, { identity: `stranger-${count}` }),
  bare: (response) => token(response, {}),
  elsewhere: (response) => response.writeHead(302, { location: "http://localhost:9/stolen" }).end(),
  slash: (response) => response.writeHead(301, { location: "/bare" }).end(),
};

function token(response: ServerResponse, extra: Record<string, string>): void {
  response
    .writeHead(200, { "content-type": "application/json" })
    .end(JSON.stringify({ ...extra, token: UNSIGNED }));
}

/** Starts it; `/{fault}/...` fails that way, and `/count/{fault}` tells how often it was asked. */
export async function startFaulty(): Promise<{ url: string; close(): Promise<unknown> }> {
  const counts = new Map<string, number>();
  const server = createServer((request, response) => {
    const [, first = "", second = ""] = (request.url ?? "").split(/[/?]/);
    if (first === "count") return response.end(String(counts.get(second) ?? 0));
    const count = (counts.get(first) ?? 0) + 1;
    counts.set(first, count);
    const fault = Object.hasOwn(FAULTS, first) ? FAULTS[first] : undefined;
    if (fault) return fault(response, count);
    return response.writeHead(404).end();
  });
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
