import {
  ERRORS,
  type ErrorCode,
  HandstampError,
  isObject,
  type JsonObject,
} from "@handstamp/protocol";
import { isApiToken } from "../../callers/api-token.ts";
import { Secret } from "../../secret.ts";
import { UsageError } from "../failure.ts";
import { type ApiRequest, type Backend, ROUTES } from "./backend.ts";

const TIMEOUT = 15_000;

/**
 * A running service.
 *
 * @param url where it listens
 * @param token the API token, from HANDSTAMP_TOKEN
 * @throws UsageError for a URL that would show the token to the network, or without a token
 */
export function remoteBackend(url: string, token: string | undefined): Backend {
  const base = baseOf(url);
  if (!token)
    throw new UsageError(
      "HANDSTAMP_TOKEN is missing: --url asks a running service, which needs an API token.",
    );
  if (!isApiToken(token))
    throw new UsageError("HANDSTAMP_TOKEN does not hold an API token: hs_ and 50 characters.");
  const secret = new Secret(token);
  return { ask: (request) => ask(base, secret, request), close: () => Promise.resolve() };
}

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

function baseOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== "" || url.password !== "")
    throw new UsageError("--url takes the service's address, such as https://tokens.example.com.");
  if (url.protocol === "http:" && !LOOPBACK.test(url.hostname))
    throw new UsageError("--url must begin with https://: the API token would cross the network.");
  return url;
}

async function ask(base: URL, token: Secret, request: ApiRequest): Promise<JsonObject> {
  const answer = await send(base, token, request);
  const text = await answer.text();
  const body = parsed(text);
  if (answer.ok && (body || text === "")) return body ?? {};
  throw refusalOf(answer.status, body, base.host);
}

async function send(base: URL, token: Secret, request: ApiRequest): Promise<Response> {
  const { method } = ROUTES[request.id];
  try {
    return await fetch(addressOf(base, request), {
      method,
      redirect: "error",
      signal: AbortSignal.timeout(TIMEOUT),
      headers: {
        accept: "application/json",
        authorization: `Bearer ${token.reveal()}`,
        ...(request.body ? { "content-type": "application/json" } : {}),
      },
      ...(request.body ? { body: JSON.stringify(request.body) } : {}),
    });
  } catch (cause) {
    throw new HandstampError("not_found", `No service answers at ${base.host}.`, { cause });
  }
}

function addressOf(base: URL, { id, params = {}, query = {} }: ApiRequest): URL {
  const path = ROUTES[id].path.replace(/:(\w+)/g, (_whole, name: string) =>
    encodeURIComponent(params[name] ?? ""),
  );
  const url = new URL(base.pathname.replace(/\/$/, "") + path, base);
  url.search = new URLSearchParams(query).toString();
  return url;
}

function parsed(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? (value as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}

/** Problem details (RFC 9457) as the error that the service had. */
function refusalOf(status: number, body: JsonObject | undefined, host: string): HandstampError {
  const { code, detail, errors } = body ?? {};
  if (typeof code !== "string" || !Object.hasOwn(ERRORS, code) || typeof detail !== "string")
    return new HandstampError("internal", `${host} answered ${status}, and not as Handstamp does.`);
  const fields = Array.isArray(errors) ? (errors as { pointer: string; message: string }[]) : [];
  const words =
    code === "unauthenticated"
      ? `${host} does not know this API token: it was deleted, has ended, or belongs to another service.`
      : detail;
  return new HandstampError(code as ErrorCode, words, { fields });
}
