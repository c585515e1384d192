/**
 * The open caller of development mode: whoever reaches this machine's own loopback may ask for
 * anything. That is safe only while nobody else can reach it, which the guard makes sure of.
 */
import { HandstampError, type Scope } from "@handstamp/protocol";
import { isLoopbackAddress, isLoopbackHost } from "./address.ts";
import { type Caller, judgedCaller, type Presented } from "./caller.ts";

/** `localhost`, `127.0.0.1:8080`, `[::1]:8080`. */
const HOST = /^(\[[0-9a-f:.]{2,45}\]|[a-z0-9.-]{1,253})(?::\d{1,5})?$/i;
/** What a tunnel or a proxy adds. One of them would open real credentials to the world. */
const FORWARDING =
  /^(?:forwarded|x-forwarded(?:-.*)?|x-real-ip|x-client-ip|via|cf-connecting-ip|true-client-ip)$/;

interface OpenCheck {
  readonly holds: (presented: Presented) => boolean;
  /** What is wrong, as the beginning of a sentence. */
  readonly otherwise: string;
}

/** In the order in which they are made. */
const CHECKS: readonly OpenCheck[] = [
  {
    holds: ({ remoteAddress }) => isLoopbackAddress(remoteAddress),
    otherwise: "this request comes from another machine",
  },
  {
    holds: ({ headers }) => !isForwarded(headers),
    otherwise: "this request came through a proxy or a tunnel",
  },
  {
    // DNS rebinding: a foreign page whose name was pointed at 127.0.0.1 shows its name here.
    holds: ({ headers }) => isLoopbackHostHeader(headers["host"]),
    otherwise: "the Host header of this request is not a loopback name",
  },
  {
    holds: ({ headers }) => headers["origin"] === undefined || isLoopbackOrigin(headers["origin"]),
    otherwise: "this request comes from a page of another site",
  },
  {
    // A foreign page's image or link sends no Origin, but current browsers say this.
    holds: ({ headers }) => headers["sec-fetch-site"] !== "cross-site",
    otherwise: "this request comes from a page of another site",
  },
];

/**
 * Refuses a request without a credential unless it can only have come from this machine: the socket
 * and the Host are loopback, there is no Origin but a loopback one, and no trace of a proxy.
 *
 * @throws HandstampError `unauthenticated`, telling the developer what to do instead
 */
export function openGuard(presented: Presented): void {
  const failed = CHECKS.find(({ holds }) => !holds(presented));
  if (failed)
    throw new HandstampError(
      "unauthenticated",
      `Development mode serves callers without a credential only on this machine, and ${failed.otherwise}. ` +
        "For a phone or another machine make an API token (handstamp callers create --name phone --scopes mint,mint:others), " +
        "start with HOST=0.0.0.0 and send it as Authorization: Bearer hs_...",
      { detail: `open caller refused: ${failed.otherwise}` },
    );
}

const EVERYTHING: readonly Scope[] = ["mint", "mint:others", "read", "introspect", "operate"];

/** The caller that development mode serves when the guard has passed; it names its identity itself. */
export function openCaller(project: string, scopes: readonly Scope[] = EVERYTHING): Caller {
  return judgedCaller({
    kind: "open",
    project,
    id: "open",
    identity: null,
    scopes: new Set(scopes),
    claims: {},
  });
}

function isForwarded(headers: Presented["headers"]): boolean {
  for (const name in headers) if (headers[name] !== undefined && FORWARDING.test(name)) return true;
  return false;
}

function isLoopbackHostHeader(host: string | string[] | undefined): boolean {
  const name = typeof host === "string" ? HOST.exec(host)?.[1] : undefined;
  return name !== undefined && isLoopbackHost(name);
}

/** True for `http://localhost:5173` and its kin: a page that this machine serves. */
export function isLoopbackOrigin(origin: string | string[]): boolean {
  if (typeof origin !== "string" || !URL.canParse(origin)) return false;
  const { protocol, hostname } = new URL(origin);
  return /^https?:$/.test(protocol) && isLoopbackHost(hostname);
}
