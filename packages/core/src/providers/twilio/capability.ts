/**
 * ClientCapability: the token of Voice's first SDKs. It is signed with the account's auth token, not
 * with an API key, so it cannot be revoked without changing that.
 *
 * Format: https://github.com/twilio/twilio-node/blob/main/src/jwt/ClientCapability.ts
 */
import { systemNow } from "../../lib/random.ts";
import { type CapabilityCheck, signCapability, verifyCapability } from "./capability-token.ts";
import { claimsError } from "./claims.ts";
import { checkKeyField, checkSecret } from "./credentials.ts";
import { fieldError } from "./field-error.ts";
import { isIllFormed, MAX_VOICE_IDENTITY } from "./identity.ts";
import { isSid, sidProblem } from "./sid.ts";
import { checkTtl, checkUnixTime, DEFAULT_TTL, MAX_TTL } from "./ttl.ts";

/** One thing that a client may do. */
export type ClientScope =
  /** Receive calls under this name. */
  | { readonly kind: "incoming"; readonly clientName: string }
  /** Place calls, which go to this TwiML app (AP...). */
  | {
      readonly kind: "outgoing";
      readonly applicationSid: string;
      readonly clientName?: string;
      /** Parameters that the app receives with each call. */
      readonly params?: Readonly<Record<string, string>>;
    }
  /** Subscribe to the account's event stream. */
  | { readonly kind: "events"; readonly filters?: Readonly<Record<string, string>> };

export interface ClientCapabilityOptions {
  /** AC... */
  readonly accountSid: string;
  readonly authToken: string;
  readonly scopes: readonly ClientScope[];
  /** Whole seconds, 1 to 86400. Default 3600. */
  readonly ttl?: number;
  /** The present, in unix seconds. */
  readonly now?: number;
}

/** A capability token. It has no id: nothing but the auth token's change revokes it. */
export interface MintedCapability {
  readonly token: string;
  /** Unix seconds. */
  readonly issuedAt: number;
  /** Unix seconds. */
  readonly expiresAt: number;
}

/**
 * Signs a ClientCapability token, as Twilio's own libraries do.
 *
 * @throws HandstampError `key_invalid`, `ttl_invalid` or `invalid_request`, naming the field
 * @example
 * const { token } = mintClientCapability({
 *   accountSid, authToken, scopes: [{ kind: "incoming", clientName: "alice" }],
 * });
 */
export function mintClientCapability(options: ClientCapabilityOptions): MintedCapability {
  const { accountSid, authToken, scopes } = options;
  checkKeyField("accountSid", accountSid, "AC");
  checkSecret("authToken", authToken);
  if (!Array.isArray(scopes)) throw fieldError(["scopes"], "must be a list");
  const ttl = checkTtl(options.ttl ?? DEFAULT_TTL, MAX_TTL);
  const iat = options.now === undefined ? systemNow() : checkUnixTime("now", options.now);
  const exp = iat + ttl;
  const scope = scopes.map((entry: ClientScope, i) => writeScope(entry, i)).join(" ");
  const token = signCapability({ scope, iss: accountSid, exp, iat }, authToken);
  return { token, issuedAt: iat, expiresAt: exp };
}

const SCOPE = {
  incoming: "scope:client:incoming",
  outgoing: "scope:client:outgoing",
  events: "scope:stream:subscribe",
} as const;
const EVENTS_PATH = "path=/2010-04-01/Events";

function writeScope(scope: ClientScope, index: number): string {
  const at = ["scopes", String(index)];
  switch (scope?.kind) {
    case "incoming":
      return `${SCOPE.incoming}?clientName=${clientName(scope.clientName, at)}`;
    case "outgoing":
      return `${SCOPE.outgoing}?${outgoingQuery(scope, at)}`;
    case "events":
      return `${SCOPE.events}?${eventsQuery(scope.filters, at)}`;
    default:
      throw fieldError([...at, "kind"], "must be one of incoming, outgoing, events");
  }
}

function outgoingQuery(
  scope: Extract<ClientScope, { kind: "outgoing" }>,
  at: readonly string[],
): string {
  const { applicationSid, params } = scope;
  if (!isSid(applicationSid, "AP"))
    throw fieldError([...at, "applicationSid"], sidProblem(applicationSid, "AP"));
  const query = [`appSid=${applicationSid}`];
  if (scope.clientName !== undefined) query.push(`clientName=${clientName(scope.clientName, at)}`);
  if (params !== undefined) query.push(`appParams=${nested(params, [...at, "params"])}`);
  return query.join("&");
}

function eventsQuery(
  filters: Readonly<Record<string, string>> | undefined,
  at: readonly string[],
): string {
  if (filters === undefined || Object.keys(filters).length === 0) return EVENTS_PATH;
  return `${EVENTS_PATH}&appParams=${nested(filters, [...at, "filters"])}`;
}

const CLIENT_NAME = /^\w+$/;

/** A client's name follows Voice's rule for identities. */
function clientName(name: unknown, at: readonly string[]): string {
  if (typeof name === "string" && name.length <= MAX_VOICE_IDENTITY && CLIENT_NAME.test(name))
    return name;
  throw fieldError(
    [...at, "clientName"],
    `must be letters, digits and underscores, at most ${MAX_VOICE_IDENTITY}`,
  );
}

/** A query inside a query: escaped twice, as Twilio's libraries write it. */
function nested(params: Readonly<Record<string, string>>, at: readonly string[]): string {
  return encodeURIComponent(
    Object.entries(params)
      .map(([key, value]) => {
        if (typeof value !== "string" || isIllFormed(value) || isIllFormed(key))
          throw fieldError([...at, key], "must be a text of whole characters");
        return `${encodeURIComponent(key)}=${encodeURIComponent(value)}`;
      })
      .join("&"),
  );
}

/** A verified ClientCapability token's content. */
export interface ClientCapability {
  readonly accountSid: string;
  readonly scopes: readonly ClientScope[];
  readonly issuedAt: number | undefined;
  readonly expiresAt: number;
}

/**
 * Verifies a ClientCapability token.
 *
 * @throws HandstampError `token_...` with Voice's code (31202, 31204, 31205) as `providerCode`
 */
export function verifyClientCapability(token: string, check: CapabilityCheck): ClientCapability {
  const { payload, ...times } = verifyCapability(token, check, {
    malformed: 31204,
    signature: 31202,
    account: 31203,
    expired: 31205,
    tooLong: 31207,
  });
  const { scope } = payload;
  if (typeof scope !== "string") throw claimsError("has no scope", 31204);
  return { ...times, scopes: scope === "" ? [] : scope.split(" ").map(readScope) };
}

function readScope(text: string): ClientScope {
  const at = text.indexOf("?");
  const kind = at < 0 ? text : text.slice(0, at);
  const query = readQuery(at < 0 ? "" : text.slice(at + 1));
  const { clientName: name, appSid, appParams } = query;
  if (kind === SCOPE.incoming && name !== undefined) return { kind: "incoming", clientName: name };
  if (kind === SCOPE.events)
    return {
      kind: "events",
      ...(appParams === undefined ? {} : { filters: readQuery(appParams) }),
    };
  if (kind === SCOPE.outgoing && appSid !== undefined)
    return {
      kind: "outgoing",
      applicationSid: appSid,
      ...(name === undefined ? {} : { clientName: name }),
      ...(appParams === undefined ? {} : { params: readQuery(appParams) }),
    };
  throw claimsError("has a scope that is not known", 31204);
}

function readQuery(text: string): Record<string, string> {
  try {
    return Object.fromEntries(
      text
        .split("&")
        .filter((pair) => pair !== "")
        .map((pair) => {
          const at = pair.indexOf("=");
          const [key, value] = at < 0 ? [pair, ""] : [pair.slice(0, at), pair.slice(at + 1)];
          return [decodeURIComponent(key), decodeURIComponent(value)];
        }),
    );
  } catch {
    throw claimsError("has a scope with a broken escape", 31204);
  }
}
