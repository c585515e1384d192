/**
 * TaskRouterCapability: which of TaskRouter's URLs a worker, queue or workspace may call. It is
 * signed with the account's auth token.
 *
 * Twilio's libraries write `allow || true`, so that with them a deny cannot be expressed; here it can.
 * Format: https://github.com/twilio/twilio-node/blob/main/src/jwt/taskrouter/TaskRouterCapability.ts
 */
import { isObject, type JsonObject } from "@handstamp/protocol";
import { systemNow } from "../../lib/random.ts";
import type { MintedCapability } from "./capability.ts";
import { type CapabilityCheck, signCapability, verifyCapability } from "./capability-token.ts";
import { claimsError } from "./claims.ts";
import { checkKeyField, checkSecret } from "./credentials.ts";
import { fieldError } from "./field-error.ts";
import { isSid, sidProblem } from "./sid.ts";
import { checkTtl, checkUnixTime, DEFAULT_TTL, MAX_TTL } from "./ttl.ts";

/** Which fields a query or a body may hold: TaskRouter's own format, such as `{required: true}`. */
export type TaskRouterFilter = JsonObject;

/** One URL and method that is allowed, or denied. */
export interface TaskRouterPolicy {
  /** The whole URL; `*` stands for one part of the path, `**` for any number. */
  readonly url: string;
  /** Default GET. */
  readonly method?: "GET" | "POST" | "PUT" | "DELETE";
  readonly queryFilter?: TaskRouterFilter;
  readonly postFilter?: TaskRouterFilter;
  /** Default true; false denies. */
  readonly allow?: boolean;
}

export interface TaskRouterCapabilityOptions {
  /** AC... */
  readonly accountSid: string;
  readonly authToken: string;
  /** WS... */
  readonly workspaceSid: string;
  /** The worker (WK...), queue (WQ...) or workspace (WS...) that the token is for. */
  readonly channelId: string;
  readonly friendlyName?: string;
  readonly policies: readonly TaskRouterPolicy[];
  /** Whole seconds, 1 to 86400. Default 3600. */
  readonly ttl?: number;
  /** The present, in unix seconds. */
  readonly now?: number;
}

const API = "https://taskrouter.twilio.com/v1/Workspaces";
const EVENTS = "https://event-bridge.twilio.com/v1/wschannels";

/** What every worker needs: its activities, tasks and reservations, itself, and its events. */
export function workerPolicies(
  accountSid: string,
  workspaceSid: string,
  workerSid: string,
): readonly TaskRouterPolicy[] {
  const workspace = `${API}/${workspaceSid}`;
  const events = `${EVENTS}/${accountSid}/${workerSid}`;
  return [
    { url: `${workspace}/Activities` },
    { url: `${workspace}/Tasks/**` },
    { url: `${workspace}/Workers/${workerSid}/Reservations/**` },
    { url: `${workspace}/Workers/${workerSid}` },
    { url: events },
    { url: events, method: "POST" },
  ];
}

/**
 * Signs a TaskRouterCapability token.
 *
 * @throws HandstampError `key_invalid`, `ttl_invalid` or `invalid_request`, naming the field
 * @example
 * const { token } = mintTaskRouterCapability({
 *   accountSid, authToken, workspaceSid, channelId: workerSid,
 *   policies: [...workerPolicies(accountSid, workspaceSid, workerSid), { url, allow: false }],
 * });
 */
export function mintTaskRouterCapability(options: TaskRouterCapabilityOptions): MintedCapability {
  const { accountSid, authToken, workspaceSid, channelId, friendlyName } = options;
  checkKeyField("accountSid", accountSid, "AC");
  checkSecret("authToken", authToken);
  if (!isSid(workspaceSid, "WS"))
    throw fieldError(["workspaceSid"], sidProblem(workspaceSid, "WS"));
  const ttl = checkTtl(options.ttl ?? DEFAULT_TTL, MAX_TTL);
  const iat = options.now === undefined ? systemNow() : checkUnixTime("now", options.now);
  const claims = {
    iss: accountSid,
    exp: iat + ttl,
    version: "v1",
    friendly_name: friendlyName,
    account_sid: accountSid,
    channel: channelId,
    workspace_sid: workspaceSid,
    policies: writePolicies(options.policies),
    ...channelClaim(channelId),
    iat,
  };
  return { token: signCapability(claims, authToken), issuedAt: iat, expiresAt: iat + ttl };
}

function channelClaim(channelId: unknown): Readonly<Record<string, string>> {
  if (isSid(channelId, "WK")) return { worker_sid: channelId };
  if (isSid(channelId, "WQ")) return { taskqueue_sid: channelId };
  if (isSid(channelId, "WS")) return {};
  throw fieldError(["channelId"], "must be a worker, queue or workspace SID (WK, WQ or WS)");
}

const METHODS: readonly unknown[] = ["GET", "POST", "PUT", "DELETE"];

function writePolicies(policies: unknown): readonly JsonObject[] {
  if (!Array.isArray(policies)) throw fieldError(["policies"], "must be a list");
  return policies.map((policy: TaskRouterPolicy, i) => writePolicy(policy, String(i)));
}

function writePolicy(policy: TaskRouterPolicy, index: string): JsonObject {
  const at = ["policies", index];
  if (!isObject(policy)) throw fieldError(at, "must be an object");
  const { url, method = "GET", queryFilter = {}, postFilter = {}, allow = true } = policy;
  if (typeof url !== "string" || !url.startsWith("https://"))
    throw fieldError([...at, "url"], "must be an https URL");
  if (!METHODS.includes(method))
    throw fieldError([...at, "method"], `must be one of ${METHODS.join(", ")}`);
  if (!isObject(queryFilter)) throw fieldError([...at, "queryFilter"], "must be an object");
  if (!isObject(postFilter)) throw fieldError([...at, "postFilter"], "must be an object");
  if (typeof allow !== "boolean") throw fieldError([...at, "allow"], "must be true or false");
  return { url, method, query_filter: queryFilter, post_filter: postFilter, allow };
}

/** A verified TaskRouterCapability token's content. */
export interface TaskRouterCapability {
  readonly accountSid: string;
  readonly workspaceSid: string;
  readonly channelId: string;
  readonly friendlyName: string | undefined;
  readonly policies: readonly Required<TaskRouterPolicy>[];
  readonly issuedAt: number | undefined;
  readonly expiresAt: number;
}

/**
 * Verifies a TaskRouterCapability token.
 *
 * @throws HandstampError `token_...` with Twilio's code as `providerCode`
 */
export function verifyTaskRouterCapability(
  token: string,
  check: CapabilityCheck,
): TaskRouterCapability {
  const { payload, ...times } = verifyCapability(token, check, {
    malformed: 20101,
    signature: 20107,
    account: 20103,
    expired: 20104,
    tooLong: 20157,
  });
  const { channel, workspace_sid: workspaceSid, friendly_name: friendlyName, policies } = payload;
  if (payload["version"] !== "v1") throw claimsError("is not of TaskRouter's version v1", 20151);
  if (payload["account_sid"] !== times.accountSid)
    throw claimsError("names two different accounts", 20103);
  if (!isSid(workspaceSid, "WS") || typeof channel !== "string" || !Array.isArray(policies))
    throw claimsError("lacks its workspace, channel or policies", 20151);
  return {
    ...times,
    workspaceSid,
    channelId: channel,
    friendlyName: typeof friendlyName === "string" ? friendlyName : undefined,
    policies: policies.map(readPolicy),
  };
}

function readPolicy(policy: unknown): Required<TaskRouterPolicy> {
  if (!isObject(policy)) throw claimsError("has a policy that is not an object", 20151);
  const { url, method, query_filter: queryFilter, post_filter: postFilter, allow } = policy;
  if (
    typeof url !== "string" ||
    !METHODS.includes(method) ||
    !isObject(queryFilter) ||
    !isObject(postFilter) ||
    typeof allow !== "boolean"
  )
    throw claimsError("has a policy that is not complete", 20151);
  return { url, method, queryFilter, postFilter, allow } as Required<TaskRouterPolicy>;
}
