/** From a web `Request` to a web `Response`, through the same routes as over a socket. */
import type { FastifyInstance, LightMyRequestResponse } from "fastify";
import { BODY_LIMIT } from "../http/server.ts";

export interface FetchOptions {
  /** The address of the peer that sent the request, as your server's socket knows it. */
  readonly remoteAddress?: string;
}

/** An address that no check takes for one: neither loopback, nor a trusted proxy, nor anybody's. */
const UNKNOWN_PEER = "unknown";
/** What belongs to a connection (RFC 9110, section 7.6.1), or is counted anew. */
const NOT_CARRIED =
  /^(?:connection|keep-alive|transfer-encoding|te|trailer|upgrade|content-length)$/;

/** Answers a web request. A path outside of `basePath` is not found. */
export async function answerFetch(
  app: FastifyInstance,
  request: Request,
  basePath: string,
  { remoteAddress = UNKNOWN_PEER }: FetchOptions = {},
): Promise<Response> {
  const url = new URL(request.url);
  const body = await readAtMost(request.body, BODY_LIMIT + 1);
  const answer = await app.inject({
    method: request.method,
    url: below(basePath, url),
    headers: { host: url.host, ...carried(request.headers) },
    remoteAddress,
    ...(body === undefined ? {} : { payload: body }),
  });
  return responseOf(answer);
}

/** The path below the mount point. Outside of it nothing is served, not even by another spelling. */
function below(basePath: string, { pathname, search }: URL): string {
  if (basePath === "") return pathname + search;
  if (pathname !== basePath && !pathname.startsWith(`${basePath}/`)) return "/outside-of-base-path";
  return (pathname.slice(basePath.length) || "/") + search;
}

function carried(headers: Headers): Record<string, string> {
  return Object.fromEntries([...headers].filter(([name]) => !NOT_CARRIED.test(name)));
}

/** The body, or its beginning: enough for the service to see that it is too large. */
async function readAtMost(
  body: ReadableStream<Uint8Array> | null,
  most: number,
): Promise<Buffer | undefined> {
  if (!body) return undefined;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    size += chunk.byteLength;
    if (size >= most) break;
  }
  return Buffer.concat(chunks).subarray(0, most);
}

/** Statuses whose answers have no body, by the Fetch standard. */
const EMPTY: ReadonlySet<number> = new Set([204, 205, 304]);

function responseOf({ statusCode, headers, rawPayload }: LightMyRequestResponse): Response {
  const carriedBack = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || NOT_CARRIED.test(name)) continue;
    for (const one of [value].flat()) carriedBack.append(name, String(one));
  }
  const body = EMPTY.has(statusCode) ? null : new Uint8Array(rawPayload);
  return new Response(body, { status: statusCode, headers: carriedBack });
}
