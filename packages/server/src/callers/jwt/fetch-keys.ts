import { isObject } from "@handstamp/protocol";
import type { Outgoing } from "../outgoing.ts";
import { urlProblem } from "../outgoing.ts";
import type { JwtSettings } from "../settings.ts";
import { parseKeySet } from "./keys.ts";
import type { FetchKeys } from "./remote-keys.ts";

/** A set of 64 RSA keys of 4096 bits, with certificates, stays below. */
const MAX_BYTES = 256 * 1024;
/** Seconds for each of the two requests. */
const TIMEOUT = 5;

type RemoteSettings = Pick<JwtSettings, "issuer" | "algorithms" | "allowPrivate">;

/** Fetches the key set at a configured URL. */
export function keysAt(url: URL, settings: RemoteSettings, outgoing: Outgoing): FetchKeys {
  return async () => parseKeySet(await get(url, settings, outgoing), settings.algorithms);
}

/** Asks the discovery document (OpenID Connect Discovery 1.0, section 4) where the key set is, each time. */
export function discoveredKeys(url: URL, settings: RemoteSettings, outgoing: Outgoing): FetchKeys {
  return async () => {
    const jwksUri = readDiscovery(await get(url, settings, outgoing), settings);
    return keysAt(jwksUri, settings, outgoing)();
  };
}

function readDiscovery(document: unknown, { issuer, allowPrivate }: RemoteSettings): URL {
  if (!isObject(document)) throw new Error("the discovery document is no JSON object");
  // Section 4.3: identical, or another issuer's keys would be taken for this one's.
  if (document["issuer"] !== issuer) throw new Error("the discovery document is of another issuer");
  const uri = document["jwks_uri"];
  const problem = typeof uri === "string" ? urlProblem(uri, allowPrivate) : "is missing";
  if (problem) throw new Error(`the jwks_uri of the discovery document ${problem}`);
  return new URL(uri as string);
}

async function get(
  url: URL,
  { allowPrivate }: RemoteSettings,
  outgoing: Outgoing,
): Promise<unknown> {
  const { status, body } = await outgoing.getJson({
    url,
    allowPrivate,
    timeout: TIMEOUT,
    maxBytes: MAX_BYTES,
  });
  if (status < 200 || status > 299)
    throw new Error(`${url.host}${url.pathname} answered ${status}`);
  return body;
}
