/**
 * What the operator's commands ask for, in the API's own terms: of the store of this machine
 * (`local.ts`), or of a running service over HTTP (`remote.ts`). So both answer alike.
 */
import type { JsonObject } from "@handstamp/protocol";
import type { Method } from "../../http/operation.ts";

/** The operations that commands ask for, where they stand in the API. */
export const ROUTES = {
  createCaller: { method: "POST", path: "/v1/callers" },
  listCallers: { method: "GET", path: "/v1/callers" },
  deleteCaller: { method: "DELETE", path: "/v1/callers/:id" },
  listTokens: { method: "GET", path: "/v1/tokens" },
  readAudit: { method: "GET", path: "/v1/audit" },
  testPolicy: { method: "POST", path: "/v1/policy/test" },
} as const satisfies Record<string, { readonly method: Method; readonly path: string }>;

export type RouteId = keyof typeof ROUTES;

export interface ApiRequest {
  readonly id: RouteId;
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: JsonObject;
}

export interface Backend {
  /** The answer's body; empty where it has none. @throws HandstampError what the service refuses */
  ask(request: ApiRequest): Promise<JsonObject>;
  close(): Promise<void>;
}
